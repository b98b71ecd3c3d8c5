"""How far a publisher has come with its first lead: each step as the moment it was taken, found in the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, or_, select

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.states import MessageState, SaleState
from app.models.leads import Lead
from app.models.parties import ApiKey, Publisher
from app.models.people import AuditEntry
from app.models.sales import Sale
from app.models.webhooks import Endpoint, Message

TRIED = "publisher.rehearsed"
"""What the audit log says of a publisher's first call in the console."""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The publisher's newest key that works, as much as is known of it."""

    id: UUID
    masked: str
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """When the publisher first did what; None for what it has not done yet."""

    tried: datetime | None
    endpoint: datetime | None
    heard: datetime | None
    lead: datetime | None
    sold: datetime | None


def name_of(actor: Actor, publisher_id: UUID | None) -> str | None:
    """The publisher's name, or None when there is none of that id for this actor."""
    if publisher_id is None or not actor.may_see(publisher_id):
        return None
    wanted = select(Publisher.name).where(Publisher.tenant_id == actor.tenant_id, Publisher.id == publisher_id)
    found: str | None = db.session.scalar(wanted)
    return found


def own_key(actor: Actor, publisher_id: UUID, now: datetime) -> OwnKey | None:
    """The key that snippets are for; one that ends soon only where there is no other."""
    if not actor.may_see(publisher_id):
        return None
    row = db.session.execute(
        select(ApiKey.id, ApiKey.prefix, ApiKey.last4, ApiKey.last_used_at)
        .where(
            ApiKey.tenant_id == actor.tenant_id,
            ApiKey.owner_id == publisher_id,
            ApiKey.kind == "ingest",
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
        )
        .order_by(ApiKey.expires_at.is_not(None), ApiKey.created_at.desc(), ApiKey.id.desc())
        .limit(1)
    ).first()
    return OwnKey(row.id, f"{row.prefix}…{row.last4}", row.last_used_at) if row else None


def progress(actor: Actor, publisher_id: UUID) -> Progress:
    """Every step but the key; one statement."""
    if not actor.may_see(publisher_id):
        return Progress(None, None, None, None, None)
    hears = (Endpoint.tenant_id == actor.tenant_id) & (Endpoint.owner_kind == str(Role.PUBLISHER))
    mine = hears & (Endpoint.owner_id == publisher_id) & (Endpoint.status != "removed")
    row = db.session.execute(
        select(
            _first(
                actor, AuditEntry, AuditEntry.at, AuditEntry.subject_kind == "publisher",
                AuditEntry.subject_id == publisher_id, AuditEntry.action == TRIED,
            ).label("tried"),
            _first(actor, Endpoint, Endpoint.created_at, mine).label("endpoint"),
            _first(
                actor, Message, Message.done_at, Message.state == str(MessageState.DELIVERED),
                Message.endpoint_id.in_(select(Endpoint.id).where(mine)),
            ).label("heard"),
            _first(actor, Lead, Lead.received_at, Lead.publisher_id == publisher_id).label("lead"),
            _first(
                actor, Sale, Sale.reserved_at, Sale.publisher_id == publisher_id, Sale.state == str(SaleState.SOLD)
            ).label("sold"),
        )
    ).one()  # fmt: skip
    return Progress(row.tried, row.endpoint, row.heard, row.lead, row.sold)


def _first(actor: Actor, model: Any, moment: Any, *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    """When the first such row came."""
    return (
        select(moment)
        .where(model.tenant_id == actor.tenant_id, *conditions)
        .order_by(moment)
        .limit(1)
        .scalar_subquery()
    )
