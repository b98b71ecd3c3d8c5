"""What a publisher sees first: what became of its leads, what it earned, what goes wrong most, and what is set up.

Endings in neutral words, payouts alone: no buyer's name or price is read here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from app.db import db
from app.domain.actor import Actor
from app.domain.reasons import BY_CODE, Reason, told_to_publisher
from app.domain.states import LeadState, MessageState, SaleState
from app.models.leads import Lead
from app.models.parties import ApiKey
from app.models.sales import Sale
from app.models.webhooks import Endpoint, Message
from app.queries import scope, stretches
from app.queries.buyer_home import has_second_factor

CHARTED = 7
LOOKED_AT = 100
"""Leads in which the commonest faults of a field are looked for."""

_ENDED = (LeadState.SOLD, LeadState.UNSOLD, LeadState.REJECTED)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Leads of one span by what became of them."""

    sold: int = 0
    unsold: int = 0
    rejected: int = 0
    on_the_way: int = 0

    @property
    def accepted(self) -> int:
        """All that were taken in, sold or not."""
        return self.sold + self.unsold + self.on_the_way

    @property
    def sent(self) -> int:
        """All of them."""
        return self.accepted + self.rejected


@dataclass(frozen=True, slots=True)
class Ending:
    """A reason with how many leads it ended."""

    reason: Reason
    leads: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field, with in how many of the leads looked at."""

    field: str
    sentence: str
    leads: int


@dataclass(frozen=True, slots=True)
class Mix:
    """What became of the leads of seven days. ``before``: today's hours a week ago; ``days``: oldest first."""

    today: Verdicts
    before: Verdicts
    week: Verdicts
    days: tuple[tuple[datetime, Verdicts], ...]
    endings: tuple[Ending, ...]


@dataclass(frozen=True, slots=True)
class Earned:
    """Payouts of sales that stand, in minor units."""

    today: int
    week: int
    month: int


@dataclass(frozen=True, slots=True)
class Told:
    """Webhook messages of some time, and the endpoints that hear them. ``failing``: active but failing now."""

    delivered: int
    waiting: int
    failed: int
    endpoints: int
    failing: int
    switched_off: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is set up, found in the data."""

    key_used: bool
    first_lead: bool
    first_refusal: bool
    webhook_answered: bool
    first_sale: bool
    second_factor: bool


def mix(actor: Actor, zone: str, now: datetime) -> Mix:
    """Seven days and today, and today's hours a week ago; one statement."""
    begun = stretches.days(zone, now, CHARTED)
    old = begun[-1] - timedelta(days=CHARTED)
    edges = (old, min(old + (now - begun[-1]), begun[0]), *begun)
    found: list[dict[tuple[str, str | None], int]] = [{} for _ in edges]
    statement = (
        select(Lead.state, Lead.reason, func.count().label("many"))
        .where(scope.leads(actor))
        .group_by(Lead.state, Lead.reason)
    )
    for row in db.session.execute(stretches.by_stretch(statement, Lead.received_at, edges)):
        found[row.stretch][row.state, row.reason] = row.many
    week = found[-CHARTED:]
    return Mix(
        today=_verdicts(found[-1:]),
        before=_verdicts(found[:1]),
        week=_verdicts(week),
        days=tuple((start, _verdicts([one])) for start, one in zip(begun, week, strict=True)),
        endings=_endings(week),
    )


def earned(actor: Actor, zone: str, now: datetime) -> Earned:
    """Payouts of today, of seven days and of this month; one statement."""
    begun, month = stretches.days(zone, now, CHARTED), stretches.month(zone, now)
    edges = tuple(sorted({begun[-1], begun[0], month}))
    statement = select(func.sum(Sale.payout_minor).label("minor")).where(
        scope.sales(actor), Sale.state == str(SaleState.SOLD)
    )
    rows = db.session.execute(stretches.by_stretch(statement, Sale.reserved_at, edges))
    paid = {edges[row.stretch]: int(row.minor or 0) for row in rows}

    def since(start: datetime) -> int:
        return sum(minor for at, minor in paid.items() if at >= start)

    return Earned(since(begun[-1]), since(begun[0]), since(month))


def faults(actor: Actor, reason: Reason, since: datetime, most: int = 3) -> tuple[Fault, ...]:
    """The fields that are wrong most often in the newest leads that ended with a reason; one statement."""
    rows = db.session.scalars(
        select(Lead.problems)
        .where(scope.leads(actor), Lead.received_at >= since, Lead.reason == reason.code)
        .order_by(Lead.received_at.desc(), Lead.id.desc())
        .limit(LOOKED_AT)
    )
    counted = Counter((str(name), str(sentence)) for problems in rows for name, sentence in problems)
    return tuple(Fault(name, sentence, many) for (name, sentence), many in counted.most_common(most))


def told(actor: Actor, since: datetime) -> Told:
    """How telling went since a moment; two statements."""
    mine = (scope.endpoints(actor), Endpoint.status != "removed")
    endpoints = db.session.execute(select(Endpoint.id, Endpoint.status, Endpoint.failures_in_row).where(*mine)).all()
    rows = db.session.execute(
        select(Message.state, func.count().label("many"))
        .where(
            Message.tenant_id == actor.tenant_id,
            Message.endpoint_id.in_([one.id for one in endpoints]),
            Message.created_at >= since,
        )
        .group_by(Message.state)
    )
    many: dict[str, int] = {row.state: row.many for row in rows}
    return Told(
        delivered=many.get(MessageState.DELIVERED, 0),
        waiting=many.get(MessageState.PENDING, 0),
        failed=many.get(MessageState.FAILED, 0),
        endpoints=len(endpoints),
        failing=sum(one.status == "active" and one.failures_in_row > 0 for one in endpoints),
        switched_off=sum(one.status != "active" for one in endpoints),
    )


def facts(actor: Actor) -> Facts:
    """What the checklist asks; one statement."""
    keys = scope.owned(actor, ApiKey.tenant_id, ApiKey.owner_id)
    answered = exists().where(
        Message.tenant_id == Endpoint.tenant_id,
        Message.endpoint_id == Endpoint.id,
        Message.state == str(MessageState.DELIVERED),
    )
    row = db.session.execute(
        select(
            exists().where(keys, ApiKey.last_used_at.is_not(None)),
            exists().where(scope.leads(actor)),
            exists().where(scope.leads(actor), Lead.state == str(LeadState.REJECTED)),
            exists().where(scope.endpoints(actor), answered),
            exists().where(scope.sales(actor), Sale.state == str(SaleState.SOLD)),
            has_second_factor(actor),
        )
    ).one()
    return Facts(*(bool(value) for value in row))


def _verdicts(some: Iterable[Mapping[tuple[str, str | None], int]]) -> Verdicts:
    states: Counter[str] = Counter()
    for one in some:
        for (state, _), many in one.items():
            states[state] += many
    sold, unsold, rejected = (states.pop(str(name), 0) for name in _ENDED)
    return Verdicts(sold, unsold, rejected, on_the_way=states.total())


def _endings(some: Iterable[Mapping[tuple[str, str | None], int]]) -> tuple[Ending, ...]:
    """Most frequent first, in words that publishers may hear."""
    counted: Counter[str] = Counter()
    for one in some:
        for (_, code), many in one.items():
            if reason := BY_CODE.get(code or ""):
                counted[told_to_publisher(reason).code] += many
    return tuple(Ending(BY_CODE[code], many) for code, many in counted.most_common())
