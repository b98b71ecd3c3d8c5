"""Sources as admins read them: each publisher's entries into campaigns, with what is taken under their caps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, select

from app.db import db
from app.domain.actor import Actor
from app.domain.caps import Owner
from app.models.catalogue import Campaign, Source, Vertical
from app.models.parties import Publisher
from app.queries import cap_bars, scope
from app.queries.cap_bars import Bar
from app.queries.page import Cursor, Page, after, cut


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """Which sources; empty fields mean "any". ``name``: a part of the name or the tag, in any case."""

    name: str = ""
    status: str = ""
    publisher_id: UUID | None = None
    campaign_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source; amounts in minor units, ``payout`` and ``schedule`` as the row holds them."""

    id: UUID
    name: str
    tag: str
    status: str
    payout: Mapping[str, Any]
    floor_minor: int
    allow_loss: bool
    schedule: Sequence[Mapping[str, Any]]
    zone: str
    allowed_ips: Sequence[str]
    created_at: datetime
    publisher_id: UUID
    publisher: str
    publisher_status: str
    campaign_id: UUID
    campaign: str
    campaign_status: str
    vertical: str
    base_price_minor: int
    bars: tuple[Bar, ...] = ()


def listed(
    actor: Actor, wanted: SourceFilter, cursor: Cursor | None = None, limit: int = 50, *, now: datetime
) -> Page[SourceRow]:
    """One page, newest first; three statements whatever its length. For staff."""
    at, row_id = Source.created_at, Source.id
    statement = _rows(actor).where(*_conditions(wanted), *after(cursor, at, row_id))
    rows = db.session.execute(statement.order_by(at.desc(), row_id.desc()).limit(limit + 1)).all()
    page = cut([SourceRow(*row) for row in rows], limit, lambda row: Cursor(row.created_at, row.id))
    bars = cap_bars.of_owners(actor, [row.id for row in page.rows], now, Owner.SOURCE)
    return replace(page, rows=tuple(replace(row, bars=bars.get(row.id, ())) for row in page.rows))


def one(actor: Actor, source_id: UUID, *, now: datetime) -> SourceRow | None:
    """One source with its bars, for staff."""
    row = db.session.execute(_rows(actor).where(Source.id == source_id)).first()
    if row is None:
        return None
    bars = cap_bars.of_owners(actor, [source_id], now, Owner.SOURCE)
    return replace(SourceRow(*row), bars=bars.get(source_id, ()))


def _conditions(wanted: SourceFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.status:
        found.append(Source.status == wanted.status)
    if wanted.publisher_id:
        found.append(Source.publisher_id == wanted.publisher_id)
    if wanted.campaign_id:
        found.append(Source.campaign_id == wanted.campaign_id)
    if wanted.name:
        fits = Source.name.icontains(wanted.name, autoescape=True) | Source.tag.icontains(wanted.name, autoescape=True)
        found.append(fits)
    return found


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Source.id, Source.name, Source.tag, Source.status, Source.payout, Source.floor_minor, Source.allow_loss,
            Source.schedule, Source.zone, Source.allowed_ips, Source.created_at, Publisher.id, Publisher.name,
            Publisher.status, Campaign.id, Campaign.name, Campaign.status, Vertical.name, Vertical.base_price_minor,
        )
        .join(Publisher, (Publisher.tenant_id == Source.tenant_id) & (Publisher.id == Source.publisher_id))
        .join(Campaign, (Campaign.tenant_id == Source.tenant_id) & (Campaign.id == Source.campaign_id))
        .join(Vertical, (Vertical.tenant_id == Campaign.tenant_id) & (Vertical.id == Campaign.vertical_id))
        .where(Source.tenant_id == actor.tenant_id if scope.sees_all(actor) else false())
    )  # fmt: skip
