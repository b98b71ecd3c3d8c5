"""Publishers as admins read them: the list, with what each sent and earned lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select

from app.db import db
from app.domain.actor import Actor
from app.domain.normality import share
from app.domain.states import SEAT_TAKEN, LeadState
from app.models.leads import Lead
from app.models.parties import ApiKey, Publisher
from app.models.sales import Sale
from app.queries import days, scope
from app.queries.page import Cursor, Page, after, cut
from app.queries.party_filter import PartyFilter


@dataclass(frozen=True, slots=True)
class Lately:
    """What came of the leads of today and of the last seven days, today included. ``payout``: minor units."""

    today: int = 0
    week: int = 0
    sold: int = 0
    rejected: int = 0
    payout: int = 0

    @property
    def sold_percent(self) -> int | None:
        """Of a hundred leads of the week, how many are sold; None without leads."""
        return share(self.sold, self.week)

    @property
    def rejected_percent(self) -> int | None:
        """Of a hundred leads of the week, how many we refused; None without leads."""
        return share(self.rejected, self.week)

    @property
    def a_day(self) -> int:
        """Leads a day over the week, to the nearest whole one; at least one where there were any."""
        return max(1, round(self.week / days.WEEK)) if self.week else 0


@dataclass(frozen=True, slots=True)
class PublisherRow:
    """One publisher. ``keys``: those that open something now; ``last_lead_at``: None when it never sent one."""

    id: UUID
    name: str
    status: str
    requests_per_minute: int
    created_at: datetime
    last_lead_at: datetime | None
    keys: int
    lately: Lately = Lately()


def listed(
    actor: Actor,
    wanted: PartyFilter,
    cursor: Cursor | None = None,
    limit: int = 50,
    *,
    zone: str,
    now: datetime,
) -> Page[PublisherRow]:
    """One page of publishers, the newest first; three statements whatever its length. Nothing but for staff."""
    at, row_id = Publisher.created_at, Publisher.id
    statement = _rows(actor, now).where(*wanted.conditions(Publisher), *after(cursor, at, row_id))
    rows = db.session.execute(statement.order_by(at.desc(), row_id.desc()).limit(limit + 1)).all()
    page = cut([PublisherRow(*row) for row in rows], limit, lambda row: Cursor(row.created_at, row.id))
    known = lately(actor, [row.id for row in page.rows], zone=zone, now=now)
    return replace(page, rows=tuple(replace(row, lately=known.get(row.id, Lately())) for row in page.rows))


def one(actor: Actor, publisher_id: UUID, *, zone: str, now: datetime) -> PublisherRow | None:
    """One publisher, if it is the actor's to see."""
    row = db.session.execute(_rows(actor, now).where(Publisher.id == publisher_id)).first()
    if row is None:
        return None
    known = lately(actor, [publisher_id], zone=zone, now=now)
    return replace(PublisherRow(*row), lately=known.get(publisher_id, Lately()))


def lately(actor: Actor, publisher_ids: Sequence[UUID], *, zone: str, now: datetime) -> Mapping[UUID, Lately]:
    """What these publishers sent and earned; two statements over the last seven days."""
    if not publisher_ids:
        return {}
    week = days.last(days.WEEK, zone, now)
    since, today = week[0].since, week[-1].since
    sent: dict[UUID, dict[str, tuple[int, int]]] = {}
    for publisher_id, state, count, of_today in _counts(actor, publisher_ids, since, today):
        sent.setdefault(publisher_id, {})[state] = (count, of_today)
    paid = db.session.execute(
        select(Sale.publisher_id, func.sum(Sale.payout_minor))
        .where(scope.sales(actor), Sale.publisher_id.in_(publisher_ids), Sale.reserved_at >= since)
        .where(Sale.state.in_(SEAT_TAKEN))
        .group_by(Sale.publisher_id)
    )
    payouts = {publisher_id: int(payout) for publisher_id, payout in paid}
    return {row_id: _lately(states, payouts.get(row_id, 0)) for row_id, states in sent.items()}


def mine(actor: Actor) -> ColumnElement[bool]:
    """Staff see all publishers of their tenant; nobody else looks at publishers from outside."""
    return Publisher.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()


def _counts(actor: Actor, publisher_ids: Sequence[UUID], since: datetime, today: datetime) -> Any:
    """Leads by publisher and state. Every state is named, so that one index answers without touching a lead."""
    return db.session.execute(
        select(Lead.publisher_id, Lead.state, func.count(), func.count().filter(Lead.received_at >= today))
        .where(scope.leads(actor), Lead.publisher_id.in_(publisher_ids))
        .where(Lead.state.in_(list(LeadState)), Lead.received_at >= since)
        .group_by(Lead.publisher_id, Lead.state)
    )


def _lately(states: Mapping[str, tuple[int, int]], payout: int) -> Lately:
    sold, rejected = (states.get(state, (0, 0))[0] for state in (LeadState.SOLD, LeadState.REJECTED))
    week, today = (sum(counts[place] for counts in states.values()) for place in (0, 1))
    return Lately(today, week, sold, rejected, payout)


def _rows(actor: Actor, now: datetime) -> Any:
    last = (
        select(Lead.received_at)
        .where(Lead.tenant_id == Publisher.tenant_id, Lead.publisher_id == Publisher.id)
        .order_by(Lead.received_at.desc())
        .limit(1)
        .correlate(Publisher)
        .scalar_subquery()
    )
    works = ApiKey.revoked_at.is_(None) & (ApiKey.expires_at.is_(None) | (ApiKey.expires_at > now))
    keys = (
        select(func.count())
        .select_from(ApiKey)
        .where(ApiKey.tenant_id == Publisher.tenant_id, ApiKey.owner_id == Publisher.id, works)
        .correlate(Publisher)
        .scalar_subquery()
    )
    return select(
        Publisher.id, Publisher.name, Publisher.status, Publisher.requests_per_minute, Publisher.created_at,
        last.label("last_lead_at"), keys.label("keys"),
    ).where(mine(actor))  # fmt: skip
