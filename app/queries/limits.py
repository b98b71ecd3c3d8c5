"""What a publisher may send: requests a minute, and the caps of its sources with what is taken now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.domain.caps import Owner
from app.models.catalogue import Campaign, Source
from app.models.parties import ApiKey, Publisher
from app.queries import cap_bars, scope
from app.queries.cap_bars import Bar

MOST_KEYS = 20
"""A publisher has one key, or two while the old one ends; nobody reads more lines than these."""


@dataclass(frozen=True, slots=True)
class KeyLimit:
    """A key that works, by the end that people know it by, and what it may do in a minute."""

    id: UUID
    name: str
    last4: str
    per_minute: int


@dataclass(frozen=True, slots=True)
class SourceLimit:
    """A source that has caps, with what is taken under each."""

    id: UUID
    name: str
    campaign: str
    bars: tuple[Bar, ...]


def keys(actor: Actor, now: datetime) -> tuple[KeyLimit, ...]:
    """The publisher's posting keys that work now, newest first."""
    rows = db.session.execute(
        select(ApiKey.id, ApiKey.name, ApiKey.last4, ApiKey.requests_per_minute, Publisher.requests_per_minute)
        .join(Publisher, (Publisher.tenant_id == ApiKey.tenant_id) & (Publisher.id == ApiKey.owner_id))
        .where(
            scope.owned(actor, ApiKey.tenant_id, ApiKey.owner_id),
            ApiKey.kind == "ingest",
            ApiKey.revoked_at.is_(None),
            ApiKey.expires_at.is_(None) | (ApiKey.expires_at > now),
        )
        .order_by(ApiKey.created_at.desc(), ApiKey.id.desc())
        .limit(MOST_KEYS)
    )
    return tuple(KeyLimit(*row[:3], row[3] or row[4]) for row in rows)


def sources(actor: Actor, now: datetime) -> tuple[SourceLimit, ...]:
    """The publisher's sources with caps, by name; three statements."""
    rows = db.session.execute(
        select(Source.id, Source.name, Campaign.name.label("campaign"))
        .join(Campaign, (Campaign.tenant_id == Source.tenant_id) & (Campaign.id == Source.campaign_id))
        .where(scope.owned(actor, Source.tenant_id, Source.publisher_id))
        .order_by(Campaign.name, Source.name, Source.id)
    ).all()
    bars = cap_bars.of_owners(actor, [row.id for row in rows], now, Owner.SOURCE)
    return tuple(SourceLimit(*row, bars[row.id]) for row in rows if row.id in bars)
