"""What comes in and how it is sold: verticals, offers, campaigns, sources."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Json, UtcDateTime
from app.models.tenancy import TenantRow, indexed, refers


class Vertical(TenantRow):
    """A line of business with its base price and score model (``score_model``: domain/scoring JSON)."""

    __tablename__ = "verticals"
    __table_args__ = (indexed("uq_verticals_key", "key", unique=True),)

    key: Mapped[str]
    name: Mapped[str]
    base_price_minor: Mapped[int] = mapped_column(BigInteger)
    floor_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    score_model: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Offer(TenantRow):
    """How leads are sold: routing mode, seats, floor. ``levels``: [{"level": 1, "mode": "priority"}, …]."""

    __tablename__ = "offers"
    __table_args__ = (refers("vertical_id", "verticals"),)

    vertical_id: Mapped[UUID]
    name: Mapped[str]
    mode: Mapped[str]
    seats: Mapped[str] = mapped_column(default="exclusive")
    seat_count: Mapped[int] = mapped_column(default=1)
    levels: Mapped[list[Any]] = mapped_column(Json, default=list)
    floor_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    min_margin_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    min_margin_percent: Mapped[str] = mapped_column(default="0")
    decline_policy: Mapped[str] = mapped_column(default="next")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Campaign(TenantRow):
    """How leads of one vertical come in.

    JSON columns hold domain values: ``schema`` (fields.Schema), ``duplicate_rule``
    (dedupe.DuplicateRule), ``consent_rule`` (consent.ConsentRule). ``wait_for_buyer``: the request that
    brings a lead also delivers it, within ``time_budget_ms``.
    """

    __tablename__ = "campaigns"
    __table_args__ = (refers("vertical_id", "verticals"), refers("offer_id", "offers"))

    vertical_id: Mapped[UUID]
    offer_id: Mapped[UUID]
    name: Mapped[str]
    country: Mapped[str]
    traffic_type: Mapped[str] = mapped_column(default="direct")
    status: Mapped[str] = mapped_column(default="active")
    time_budget_ms: Mapped[int] = mapped_column(default=2000)
    wait_for_buyer: Mapped[bool] = mapped_column(default=False)
    schema: Mapped[dict[str, Any]] = mapped_column(Json)
    duplicate_rule: Mapped[dict[str, Any]] = mapped_column(Json)
    consent_rule: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Source(TenantRow):
    """One publisher's credentialled entry into one campaign.

    ``payout``: pricing.PayoutTerms JSON. ``schedule``: hours rows. ``allowed_ips``: CIDRs, empty = any.
    """

    __tablename__ = "sources"
    __table_args__ = (
        refers("publisher_id", "publishers"),
        refers("campaign_id", "campaigns"),
        indexed("uq_sources_publisher_campaign", "publisher_id", "campaign_id", "name", unique=True),
    )

    publisher_id: Mapped[UUID]
    campaign_id: Mapped[UUID]
    name: Mapped[str]
    tag: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="active")
    payout: Mapped[dict[str, Any]] = mapped_column(Json)
    floor_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    allow_loss: Mapped[bool] = mapped_column(default=False)
    schedule: Mapped[list[Any]] = mapped_column(Json, default=list)
    zone: Mapped[str] = mapped_column(default="UTC")
    allowed_ips: Mapped[list[Any]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
