"""The admins' overview: today so far beside the same weekday a week ago, and what needs somebody.

Only these two days are read, by the index on the time of receiving, however many leads there are. Days and hours
are those of the tenant's zone; an hour that the clocks skip or repeat is told as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, false, func, literal, select, union_all

from app.db import db
from app.domain.actor import Actor
from app.domain.alerts import Kind, Pile, Service
from app.domain.normality import Flow
from app.domain.states import SEAT_TAKEN, LeadState
from app.models.applications import Application
from app.models.catalogue import Vertical
from app.models.contracts import ContractChange
from app.models.deliveries import Delivery
from app.models.leads import Lead
from app.models.parties import Buyer
from app.models.sales import Sale
from app.models.webhooks import Endpoint
from app.queries import days, scope

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
UNDER_WAY = (LeadState.RECEIVED, LeadState.QUEUED, LeadState.HELD, LeadState.LISTED)


@dataclass(frozen=True, slots=True)
class Day:
    """The hours of one day in a zone: ``edges`` are the moments at which they begin, and the day's end."""

    edges: tuple[datetime, ...]
    until: datetime

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return self.edges[0]


@dataclass(frozen=True, slots=True)
class Count:
    """So many leads of one hour that stand so; ``base_minor``: their verticals' base prices together."""

    hour: int
    in_time: bool
    state: str
    reason: str | None
    leads: int
    base_minor: int


@dataclass(frozen=True, slots=True)
class Unsold:
    """Why leads were not sold. ``lost_minor``: what they would have brought at base price, where they could be sold."""

    state: str
    reason: str
    leads: int
    lost_minor: int | None


@dataclass(frozen=True, slots=True)
class Today:
    """Today so far and the day a week ago: ``before`` up to the same time, ``counts_before`` the whole of it."""

    day: Day
    flow: Flow
    before: Flow
    counts: tuple[Count, ...]
    counts_before: tuple[Count, ...]

    def hourly(self, *states: str) -> tuple[int | None, ...]:
        """Leads of today in these states by hour; None for hours to come."""
        begun = sum(edge <= self.day.until for edge in self.day.edges[:-1])
        sums = _by_hour(self.counts, states, len(self.day.edges) - 1)
        return tuple(value if hour < begun else None for hour, value in enumerate(sums))

    def hourly_before(self) -> tuple[int, ...]:
        """All leads of the day a week ago, by hour; as many hours as today has."""
        return tuple(_by_hour(self.counts_before, (), len(self.day.edges) - 1))

    def unsold(self) -> tuple[Unsold, ...]:
        """Why today's leads were not sold, the commonest first."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for one in self.counts:
            if one.state in {LeadState.UNSOLD, LeadState.REJECTED}:
                leads, lost = found.get((one.state, one.reason or ""), (0, 0))
                found[one.state, one.reason or ""] = (leads + one.leads, lost + one.base_minor)
        rows = [
            Unsold(state, reason, leads, lost if state == LeadState.UNSOLD else None)
            for (state, reason), (leads, lost) in found.items()
        ]
        return tuple(sorted(rows, key=lambda row: (-row.leads, row.reason)))


def day_of(zone: str, now: datetime) -> Day:
    """The day in which ``now`` lies, up to ``now``."""
    [today] = days.last(1, zone, now)
    start, end = today.since.astimezone(UTC), today.until.astimezone(UTC)
    edges = [start]
    while edges[-1] + HOUR < end:
        edges.append(edges[-1] + HOUR)
    return Day((*edges, end), now)


def week_before(zone: str, now: datetime) -> Day:
    """The same weekday a week ago, up to the same time on its clocks."""
    return day_of(zone, (now.astimezone(ZoneInfo(zone)) - WEEK).astimezone(UTC))


def today(actor: Actor, zone: str, now: datetime) -> Today:
    """Both days; four statements."""
    day, before = day_of(zone, now), week_before(zone, now)
    counts, counts_before = _counts(actor, day), _counts(actor, before)
    return Today(
        day,
        replace(_flow(counts), **_money(actor, day)),
        replace(_flow([one for one in counts_before if one.in_time]), **_money(actor, before)),
        counts,
        counts_before,
    )


def services_of(actor: Actor, since: datetime) -> tuple[Service, ...]:
    """How buyers took what was owed to them since then: each that anything was sent to."""
    failed = Delivery.state.in_(("unknown", "failed")) | ((Delivery.state == "pending") & (Delivery.attempt > 0))
    number = func.count().label("number")
    rows = db.session.execute(
        select(Buyer.id, Buyer.name, number, func.sum(case((failed, 1), else_=0)))
        .select_from(Delivery)
        .join(Buyer, (Buyer.tenant_id == Delivery.tenant_id) & (Buyer.id == Delivery.buyer_id))
        .where(scope.deliveries(actor), _staff(actor), Delivery.created_at >= since, Delivery.attempt > 0)
        .group_by(Buyer.id, Buyer.name)
        .order_by(Buyer.name, Buyer.id)
    )
    return tuple(Service(buyer_id, buyer, int(tried), int(lost)) for buyer_id, buyer, tried, lost in rows)


def piles(actor: Actor) -> dict[Kind, Pile]:
    """What waits for one of the staff, beside what is owed (``queries.owed``); one statement."""
    failing = (Endpoint.status == "active") & (Endpoint.failures_in_row > 0)
    parts = (
        _pile(actor, Kind.APPLICATIONS, Application, Application.status == "new"),
        _pile(actor, Kind.CHANGES, ContractChange, ContractChange.status == "waiting"),
        _pile(actor, Kind.SWITCHED_OFF, Endpoint, Endpoint.status == "disabled", at=Endpoint.failing_since),
        _pile(actor, Kind.FAILING_ENDPOINT, Endpoint, failing, at=Endpoint.failing_since),
    )
    rows = db.session.execute(union_all(*parts))
    return {Kind(row.kind): Pile(int(row.number), row.since) for row in rows}


def _pile(actor: Actor, kind: Kind, model: Any, *conditions: ColumnElement[bool], at: Any = None) -> Select[Any]:
    since = func.min(model.created_at if at is None else at).label("since")
    return select(literal(kind.value).label("kind"), func.count().label("number"), since).where(
        model.tenant_id == actor.tenant_id, _staff(actor), *conditions
    )


def _counts(actor: Actor, day: Day) -> tuple[Count, ...]:
    """The day's leads by hour, state and reason."""
    hour = _hour(day).label("hour")
    in_time = case((Lead.received_at < day.until, 1), else_=0).label("in_time")
    rows = db.session.execute(
        select(hour, in_time, Lead.state, Lead.reason, func.count(), func.sum(Vertical.base_price_minor))
        .select_from(Lead)
        .outerjoin(Vertical, (Vertical.tenant_id == Lead.tenant_id) & (Vertical.id == Lead.vertical_id))
        .where(*_live(actor), Lead.received_at >= day.start, Lead.received_at < day.edges[-1])
        .group_by(hour, in_time, Lead.state, Lead.reason)
    )
    return tuple(
        Count(at, bool(soon), state, reason, leads, int(base or 0)) for at, soon, state, reason, leads, base in rows
    )


def _hour(day: Day) -> ColumnElement[int]:
    """Which of the day's hours a lead came in."""
    edges = day.edges[1:-1]
    return case(*((Lead.received_at < edge, hour) for hour, edge in enumerate(edges)), else_=len(edges))


def _money(actor: Actor, day: Day) -> dict[str, int]:
    """What the leads of that stretch were sold for and what of it stays; returned sales are not counted."""
    sold = Sale.state.in_([state.value for state in SEAT_TAKEN])
    row = db.session.execute(
        select(func.sum(Sale.price_minor), func.sum(Sale.margin_minor))
        .select_from(Lead)
        .join(Sale, (Sale.tenant_id == Lead.tenant_id) & (Sale.lead_id == Lead.id) & sold)
        .where(*_live(actor), Lead.state == str(LeadState.SOLD))  # whose sale holds a seat is sold
        .where(Lead.received_at >= day.start, Lead.received_at < day.until)
    ).one()
    return {"revenue_minor": int(row[0] or 0), "margin_minor": int(row[1] or 0)}


def _flow(counts: Sequence[Count]) -> Flow:
    def number(*states: str) -> int:
        return sum(one.leads for one in counts if not states or one.state in states)

    return Flow(number(), number(LeadState.SOLD), number(LeadState.UNSOLD), number(LeadState.REJECTED))


def _by_hour(counts: Sequence[Count], states: Sequence[str], hours: int) -> list[int]:
    sums = [0] * hours
    for one in counts:
        if not states or one.state in states:
            sums[min(one.hour, hours - 1)] += one.leads
    return sums


def _live(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Leads that are meant: those of tests are nobody's business day."""
    return scope.leads(actor), _staff(actor), Lead.test.is_(False)


def _staff(actor: Actor) -> Any:
    """The whole of a tenant is for its own people."""
    return literal(value=True) if scope.sees_all(actor) else false()
