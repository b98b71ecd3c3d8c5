"""Getting a sold lead to its buyer: what is owed, and each try of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Json, UtcDateTime
from app.models.tenancy import TenantRow, indexed, refers

PENDING = text("state = 'pending'")
SENDING = text("state = 'sending'")
STUCK = text("state IN ('unknown', 'failed')")


class Delivery(TenantRow):
    """One debt: this sale's lead must reach its buyer.

    It is worked off by a claim (state, next_at → sending, lease_until) and finalised only by whoever
    holds ``lease_token``: a worker that was paused past its lease writes nothing.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        refers("sale_id", "sales"),
        refers("lead_id", "leads"),
        refers("buyer_id", "buyers"),
        refers("setup_id", "delivery_setups"),
        indexed("uq_deliveries_sale", "sale_id", unique=True),
        indexed("ix_deliveries_lead", "lead_id", "created_at", "id"),
        indexed("ix_deliveries_listed", "created_at", "id"),
        indexed("ix_deliveries_buyer", "buyer_id", "created_at", "id"),
        indexed("ix_deliveries_due", "next_at", where=PENDING),
        indexed("ix_deliveries_setup_due", "setup_id", "next_at", where=PENDING),
        indexed("ix_deliveries_leased", "lease_until", where=SENDING),
        indexed("ix_deliveries_stuck", "created_at", "id", where=STUCK),
    )

    sale_id: Mapped[UUID]
    lead_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    setup_id: Mapped[UUID]
    state: Mapped[str]
    attempt: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeliveryAttempt(TenantRow):
    """One try. An attempt without an outcome was cut short: nobody knows whether the buyer got it."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (
        refers("delivery_id", "deliveries"),
        indexed("uq_delivery_attempts_number", "delivery_id", "attempt", unique=True),
    )

    delivery_id: Mapped[UUID]
    attempt: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None]
    status: Mapped[int | None]
    error: Mapped[str | None]
    took_ms: Mapped[int | None]
    peer: Mapped[str | None]
    request: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    request_body: Mapped[str] = mapped_column(default="")
    response: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    response_body: Mapped[str] = mapped_column(default="")
