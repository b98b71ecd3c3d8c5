"""Buyers' standing orders, what they are capped at, and how a lead reaches the buyer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Json, UtcDateTime
from app.models.tenancy import TenantRow, indexed, refers


class DeliverySetup(TenantRow):
    """How a buyer is handed a lead. ``kind``: http (POST to ``url``) or portal (nothing is sent).

    ``mapping``: adapters/buyers mapping rows; empty = the default JSON body. ``answer_rules``: how its
    answer is read. ``headers_sealed``: encrypted JSON of extra headers, which may hold the buyer's key.
    """

    __tablename__ = "delivery_setups"
    __table_args__ = (refers("buyer_id", "buyers"),)

    buyer_id: Mapped[UUID]
    name: Mapped[str]
    kind: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    format: Mapped[str] = mapped_column(default="json")
    headers_sealed: Mapped[bytes | None]
    mapping: Mapped[list[Any]] = mapped_column(Json, default=list)
    answer_rules: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    timeout_ms: Mapped[int] = mapped_column(default=10_000)
    max_in_flight: Mapped[int] = mapped_column(default=4)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Contract(TenantRow):
    """One buyer's standing order: what it wants, when, and at what price.

    ``filters``: a criteria tree (null = everything). ``price_rules``: [{name, when, price_minor}], the
    first match from the top wins. ``schedule``: hours rows (none = always open). Lower ``rank`` goes first.
    """

    __tablename__ = "contracts"
    __table_args__ = (
        refers("buyer_id", "buyers"),
        refers("delivery_setup_id", "delivery_setups"),
        indexed("ix_contracts_buyer", "buyer_id"),
    )

    buyer_id: Mapped[UUID]
    delivery_setup_id: Mapped[UUID]
    name: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    filters: Mapped[dict[str, Any] | None] = mapped_column(Json)
    price_minor: Mapped[int] = mapped_column(BigInteger)
    price_rules: Mapped[list[Any]] = mapped_column(Json, default=list)
    rank: Mapped[int] = mapped_column(default=100)
    weight: Mapped[int] = mapped_column(default=1)
    multiplier: Mapped[str] = mapped_column(default="1")
    minimum_score: Mapped[int] = mapped_column(default=0)
    schedule: Mapped[list[Any]] = mapped_column(Json, default=list)
    zone: Mapped[str]
    seats: Mapped[str] = mapped_column(default="any")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_sold_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class ContractChange(TenantRow):
    """A change that a buyer asked for beyond its permissions; an admin approves it or not.

    ``before`` and ``after``: the columns concerned; ``version``: the contract's version it was made from.
    """

    __tablename__ = "contract_changes"
    __table_args__ = (
        refers("contract_id", "contracts"),
        indexed("ix_contract_changes_status", "status", "created_at", "id"),
    )

    contract_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    asked_by: Mapped[UUID]
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    after: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int]
    status: Mapped[str] = mapped_column(default="waiting")
    message: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OfferContract(TenantRow):
    """A contract attached to an offer, at a level of it."""

    __tablename__ = "offer_contracts"
    __table_args__ = (
        refers("offer_id", "offers"),
        refers("contract_id", "contracts"),
        indexed("uq_offer_contracts_pair", "offer_id", "contract_id", unique=True),
    )

    offer_id: Mapped[UUID]
    contract_id: Mapped[UUID]
    level: Mapped[int] = mapped_column(default=1)


class Cap(TenantRow):
    """A limit on a contract, buyer or source: by count or money, a period long."""

    __tablename__ = "caps"
    __table_args__ = (
        indexed("ix_caps_owner", "owner_kind", "owner_id"),
        CheckConstraint("limit_value >= 0", name="limit_not_negative"),
    )

    owner_kind: Mapped[str]
    owner_id: Mapped[UUID]
    measure: Mapped[str]
    period: Mapped[str]
    limit_value: Mapped[int] = mapped_column(BigInteger)
    zone: Mapped[str]


class CapUsage(TenantRow):
    """Places taken under a cap in one window; moved only by the guarded statement in ``services.caps``.

    ``id`` is the cap's id, or one derived from a contract and its schedule row (rows carry caps too), so
    nothing references ``caps``; ``window_start`` tells the window.
    """

    __tablename__ = "cap_usage"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "id", "window_start"),
        indexed("ix_cap_usage_window", "window_start"),
        CheckConstraint("used >= 0", name="used_not_negative"),
    )

    window_start: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    used: Mapped[int] = mapped_column(BigInteger)


class ValueList(TenantRow):
    """A named list that filters refer to (``in_list``): postcodes, employers, whatever is too long for a rule.

    ``entries``: case-folded texts.
    """

    __tablename__ = "value_lists"
    __table_args__ = (indexed("uq_value_lists_name", "name", unique=True),)

    name: Mapped[str]
    entries: Mapped[list[Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
