"""What a buyer sees first: what it spent, what it has left, how its deliveries do, and what is still to be set up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, exists, func, literal, or_, select

from app.db import db
from app.domain.actor import Actor
from app.domain.normality import change
from app.domain.states import DeliveryState, SaleState
from app.models.contracts import Cap, Contract, DeliverySetup
from app.models.deliveries import Delivery, DeliveryAttempt
from app.models.parties import Buyer
from app.models.people import User
from app.models.sales import Sale
from app.queries import scope, stretches

WEEK = timedelta(days=7)
CHARTED = 14
"""Days of the chart; the two weeks that are compared are the same."""

_ENDED = (DeliveryState.DELIVERED, DeliveryState.DECLINED, DeliveryState.FAILED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Spent:
    """Leads bought, and what they cost in minor units; what was returned is a lead that cost nothing."""

    leads: int = 0
    minor: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """One span of time and the one it is compared with: the same hours of a week or a month ago."""

    since: datetime
    now: Spent
    before: Spent

    @property
    def change(self) -> int | None:
        """By how many per cent more was spent; None where nothing was spent before."""
        return change(self.now.minor, self.before.minor)


@dataclass(frozen=True, slots=True)
class Spend:
    """What was spent. ``days``: each day of the chart by when it began, oldest first."""

    today: Span
    week: Span
    month: Span
    days: tuple[tuple[datetime, Spent], ...]


@dataclass(frozen=True, slots=True)
class Wallet:
    """What is left. ``daily_minor``: what a day of the last week cost on average."""

    balance_minor: int
    credit_minor: int
    daily_minor: int

    @property
    def left_minor(self) -> int:
        """What can still be spent, credit included."""
        return self.balance_minor + self.credit_minor

    @property
    def days_left(self) -> int | None:
        """How many whole days that lasts at the present spend; None when nothing is spent."""
        return max(self.left_minor, 0) // self.daily_minor if self.daily_minor > 0 else None


@dataclass(frozen=True, slots=True)
class Health:
    """Deliveries of some days. ``retrying``: of those that wait, tried in vain before; ``slowest_ms``: of one day."""

    delivered: int
    ended: int
    failed: int
    unknown: int
    waiting: int
    retrying: int
    slowest_ms: int | None

    @property
    def share(self) -> int | None:
        """Delivered of those that came to an end, in whole per cent, never rounded up to all; None before the first."""
        return self.delivered * 100 // self.ended if self.ended else None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is set up, found in the data."""

    endpoint_answered: bool
    active_contract: bool
    capped_contract: bool
    first_lead: bool
    second_factor: bool


def spend(actor: Actor, zone: str, now: datetime) -> Spend:
    """Today, seven days and the month, each against the same span before; one statement."""
    begun = stretches.days(zone, now, CHARTED)
    month = stretches.month(zone, now)
    last = stretches.month_before(month)
    starts = {"today": (begun[-1], now, begun[-1] - WEEK), "week": (begun[-7], now, begun[-7] - WEEK)}
    spans = starts | {"month": (month, now, last)}
    ends = {old: min(old + (now - start), start) for start, _, old in spans.values()}
    edges = tuple(sorted({*begun, month, *ends, *ends.values()}))
    found = dict(zip(edges, _bought(actor, edges), strict=True))

    def between(start: datetime, end: datetime | None) -> Spent:
        return _total(one for at, one in found.items() if at >= start and (end is None or at < end))

    made = {name: Span(start, between(start, None), between(old, ends[old])) for name, (start, _, old) in spans.items()}
    until = (*begun[1:], None)
    days = tuple((start, between(start, end)) for start, end in zip(begun, until, strict=True))
    return Spend(**made, days=days)


def wallet(actor: Actor, spent: Spend) -> Wallet:
    """The buyer's balance and credit, beside what it spends."""
    row = db.session.execute(
        select(Buyer.balance_minor, Buyer.credit_limit_minor).where(
            Buyer.tenant_id == actor.tenant_id, Buyer.id == actor.owner_id
        )
    ).first()
    balance, credit = (row.balance_minor, row.credit_limit_minor) if row else (0, 0)
    return Wallet(balance, credit, spent.week.now.minor // WEEK.days)


def health(actor: Actor, since: datetime, now: datetime) -> Health:
    """How handing over went since a moment; two statements."""
    mine = (scope.deliveries(actor), Delivery.created_at >= since)
    retried = func.sum(case((Delivery.attempt > 0, 1), else_=0))
    rows = db.session.execute(
        select(Delivery.state, func.count().label("many"), retried.label("retried"))
        .where(*mine)
        .group_by(Delivery.state)
    ).all()
    many = {row.state: row.many for row in rows}
    slowest = db.session.scalar(
        select(func.max(DeliveryAttempt.took_ms))
        .join(
            Delivery, (Delivery.tenant_id == DeliveryAttempt.tenant_id) & (Delivery.id == DeliveryAttempt.delivery_id)
        )
        .where(scope.deliveries(actor), Delivery.created_at >= now - timedelta(days=1))
    )
    return Health(
        delivered=many.get(DeliveryState.DELIVERED, 0),
        ended=sum(many.get(state, 0) for state in _ENDED),
        failed=many.get(DeliveryState.FAILED, 0),
        unknown=many.get(DeliveryState.UNKNOWN, 0),
        waiting=many.get(DeliveryState.PENDING, 0),
        retrying=sum(int(row.retried) for row in rows if row.state == DeliveryState.PENDING),
        slowest_ms=slowest,
    )


def facts(actor: Actor) -> Facts:
    """What the checklist asks; one statement."""
    active = (scope.contracts(actor), Contract.status == "active")
    capped = exists().where(
        Cap.tenant_id == Contract.tenant_id, Cap.owner_kind == "contract", Cap.owner_id == Contract.id
    )
    setup = (DeliverySetup.tenant_id == actor.tenant_id, DeliverySetup.buyer_id == actor.owner_id)
    delivered = exists().where(scope.deliveries(actor), Delivery.state == str(DeliveryState.DELIVERED))
    row = db.session.execute(
        select(
            or_(delivered, exists().where(*setup, DeliverySetup.kind == "portal")),
            exists().where(*active),
            exists().where(*active, capped),
            exists().where(scope.sales(actor), Sale.state.in_(scope.BOUGHT)),
            has_second_factor(actor),
        )
    ).one()
    return Facts(*(bool(value) for value in row))


def has_second_factor(actor: Actor) -> ColumnElement[bool]:
    """Whether the person has confirmed one; for a SELECT of such questions."""
    return exists().where(
        User.tenant_id == actor.tenant_id, User.id == actor.principal_id, User.totp_confirmed_at.is_not(None)
    )


def _bought(actor: Actor, edges: tuple[datetime, ...]) -> list[Spent]:
    """What was bought in the stretch after each edge."""
    cost = case((Sale.state == str(SaleState.SOLD), Sale.price_minor), else_=literal(0))
    statement = select(func.count().label("leads"), func.sum(cost).label("minor")).where(
        scope.sales(actor), Sale.state.in_(scope.BOUGHT)
    )
    found = {
        row.stretch: Spent(row.leads, int(row.minor or 0))
        for row in db.session.execute(stretches.by_stretch(statement, Sale.reserved_at, edges))
    }
    return [found[number] for number in range(len(edges))]


def _total(some: Iterable[Spent]) -> Spent:
    found = list(some)
    return Spent(sum(one.leads for one in found), sum(one.minor for one in found))
