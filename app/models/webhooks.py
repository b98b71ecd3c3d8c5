"""Events (the outbox), the endpoints that subscribe to them, and every try to tell one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Json, UtcDateTime
from app.models.deliveries import PENDING, SENDING
from app.models.tenancy import TenantRow, indexed, refers

FAILED = text("state = 'failed'")
UNTOLD = "untold"
"""In the payload of an event that could not be told at once: ``{tries, next_at}``; given up when that is empty."""


class Event(TenantRow):
    """A fact worth telling, written in the same transaction as the change it tells of.

    That is why it cannot fall out of step with the data: both are there or neither is. The price is a
    delay: somebody must come and fan it out. The doorbell makes that quick and the sweep makes it
    certain. ``fanned_out_at`` empty means still owed; rows are found by that state and never by a
    remembered last id, because ids are given out before their transactions commit.
    """

    __tablename__ = "events"
    __table_args__ = (
        refers("lead_id", "leads"),
        refers("sale_id", "sales"),
        indexed("ix_events_owed", "created_at", where=text("fanned_out_at IS NULL")),
        indexed("ix_events_lead", "lead_id"),
    )

    type: Mapped[str]
    owner_kind: Mapped[str]
    owner_id: Mapped[UUID | None]
    lead_id: Mapped[UUID | None]
    sale_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fanned_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Endpoint(TenantRow):
    """A subscribed URL of a publisher, a buyer or the tenant itself.

    ``secret_sealed`` and, while a rotation overlaps, ``old_secret_sealed`` until ``old_secret_until``.
    """

    __tablename__ = "endpoints"
    __table_args__ = (indexed("ix_endpoints_owner", "owner_kind", "owner_id"),)

    owner_kind: Mapped[str]
    owner_id: Mapped[UUID | None]
    url: Mapped[str]
    events: Mapped[list[Any]] = mapped_column(Json)
    format: Mapped[str]
    prefix: Mapped[str]
    policy: Mapped[str] = mapped_column(default="standard")
    secret_sealed: Mapped[bytes]
    old_secret_sealed: Mapped[bytes | None]
    old_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(default="active")
    failures_in_row: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    max_in_flight: Mapped[int] = mapped_column(default=4)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Message(TenantRow):
    """One event for one endpoint. A replay is a row of its own, with the next ``replay`` number.

    The ``webhook-id`` is made of event and endpoint: the same over all attempts and replays.
    ``body`` is serialised once: the bytes stored are the bytes signed and sent.
    """

    __tablename__ = "messages"
    __table_args__ = (
        refers("event_id", "events"),
        refers("endpoint_id", "endpoints"),
        indexed("uq_messages_event_endpoint", "event_id", "endpoint_id", "replay", unique=True),
        indexed("ix_messages_listed", "created_at", "id"),
        indexed("ix_messages_endpoint", "endpoint_id", "created_at", "id"),
        indexed("ix_messages_lead", "lead_id", "created_at", "id"),
        indexed("ix_messages_due", "next_at", where=PENDING),
        indexed("ix_messages_endpoint_due", "endpoint_id", "next_at", where=PENDING),
        indexed("ix_messages_leased", "lease_until", where=SENDING),
        indexed("ix_messages_failed", "created_at", "id", where=FAILED),
    )

    event_id: Mapped[UUID]
    endpoint_id: Mapped[UUID]
    event_type: Mapped[str]
    lead_id: Mapped[UUID | None]
    replay: Mapped[int] = mapped_column(default=0)
    body: Mapped[bytes]
    state: Mapped[str]
    attempt: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MessageAttempt(TenantRow):
    """One HTTP try; ``id`` is sent as X-<Prefix>-Delivery."""

    __tablename__ = "message_attempts"
    __table_args__ = (
        refers("message_id", "messages"),
        indexed("uq_message_attempts_number", "message_id", "attempt", unique=True),
    )

    message_id: Mapped[UUID]
    attempt: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None]
    status: Mapped[int | None]
    error: Mapped[str | None]
    took_ms: Mapped[int | None]
    headers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    response_body: Mapped[str] = mapped_column(default="")
