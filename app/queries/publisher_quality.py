"""Is this a good source? A publisher's leads day by day, why some were refused, and its entries into campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from app.db import db
from app.domain.actor import Actor
from app.domain.normality import share
from app.domain.states import SEAT_TAKEN, LeadState, SaleState
from app.models.catalogue import Campaign, Source, Vertical
from app.models.leads import Lead
from app.models.sales import Sale
from app.queries import days, scope
from app.queries.days import Day


@dataclass(frozen=True, slots=True)
class QualityDay:
    """One day of a publisher. ``score``: the mean of those that were scored; ``payout``: minor units.

    ``started``: sales begun; ``undone``: those of them that a buyer declined or returned.
    """

    date: date
    leads: int
    sold: int
    rejected: int
    score: float | None
    started: int = 0
    undone: int = 0
    payout: int = 0

    @property
    def sold_percent(self) -> int | None:
        """Of a hundred leads how many are sold; None on a day without leads."""
        return share(self.sold, self.leads)

    @property
    def rejected_percent(self) -> int | None:
        """Of a hundred leads how many we refused; None on a day without leads."""
        return share(self.rejected, self.leads)

    @property
    def undone_percent(self) -> int | None:
        """Of a hundred sales begun how many were declined or returned; None on a day without sales."""
        return share(self.undone, self.started)


@dataclass(frozen=True, slots=True)
class Quality:
    """The days, the oldest first, and what they come to."""

    days: tuple[QualityDay, ...]

    @property
    def total(self) -> QualityDay:
        """All days as one."""
        return _as_one(self.days)

    @property
    def week(self) -> QualityDay:
        """The last seven days as one."""
        return _as_one(self.days[-days.WEEK :])

    @property
    def before(self) -> QualityDay:
        """The days before the last seven as one: what the week is compared with."""
        return _as_one(self.days[: -days.WEEK])


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason that leads of the period ended with. ``share``: hundredths of all leads of the period."""

    reason: str
    count: int
    share: int


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One entry of a publisher into a campaign, with what it sent lately. ``last_lead_at``: within that time."""

    id: UUID
    name: str
    status: str
    campaign: str
    vertical: str
    leads: int
    sold: int
    last_lead_at: datetime | None

    @property
    def sold_percent(self) -> int | None:
        """Of a hundred leads how many are sold; None without leads."""
        return share(self.sold, self.leads)


def quality(actor: Actor, publisher_id: UUID, *, count: int = days.MONTH, zone: str, now: datetime) -> Quality:
    """The last ``count`` days of the zone; two statements."""
    spans = days.last(count, zone, now)
    sent, sold = _sent(actor, publisher_id, spans), _sold(actor, publisher_id, spans)
    return Quality(
        tuple(
            QualityDay(day.date, *sent.get(n, (0, 0, 0, None)), *sold.get(n, (0, 0, 0))) for n, day in enumerate(spans)
        )
    )


def refusals(
    actor: Actor, publisher_id: UUID, *, count: int = days.MONTH, zone: str, now: datetime
) -> tuple[Refusal, ...]:
    """What leads of the last ``count`` days ended with, the most frequent reason first."""
    since = days.last(count, zone, now)[0].since
    mine = (scope.leads(actor), Lead.publisher_id == publisher_id, Lead.received_at >= since)
    rows = db.session.execute(select(Lead.reason, func.count()).where(*mine).group_by(Lead.reason)).all()
    whole = sum(number for _, number in rows)
    found = [Refusal(reason, number, share(number, whole) or 0) for reason, number in rows if reason]
    return tuple(sorted(found, key=lambda one: (-one.count, one.reason)))


def sources(
    actor: Actor, publisher_id: UUID, *, count: int = days.MONTH, zone: str, now: datetime
) -> tuple[SourceRow, ...]:
    """Its entries by name, each with what it sent in the last ``count`` days; one statement."""
    since = days.last(count, zone, now)[0].since
    sent = (
        select(
            Lead.source_id,
            func.count().label("leads"),
            func.count().filter(Lead.state == LeadState.SOLD.value).label("sold"),
            func.max(Lead.received_at).label("last"),
        )
        .where(scope.leads(actor), Lead.publisher_id == publisher_id, Lead.received_at >= since)
        .group_by(Lead.source_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Source.id, Source.name, Source.status, Campaign.name, Vertical.name,
            func.coalesce(sent.c.leads, 0), func.coalesce(sent.c.sold, 0), sent.c.last,
        )
        .join(Campaign, (Campaign.tenant_id == Source.tenant_id) & (Campaign.id == Source.campaign_id))
        .join(Vertical, (Vertical.tenant_id == Campaign.tenant_id) & (Vertical.id == Campaign.vertical_id))
        .outerjoin(sent, sent.c.source_id == Source.id)
        .where(scope.owned(actor, Source.tenant_id, Source.publisher_id), Source.publisher_id == publisher_id)
        .order_by(Source.name, Source.id)
        .limit(200)
    )  # fmt: skip
    return tuple(SourceRow(*row) for row in rows)


def _as_one(some: Sequence[QualityDay]) -> QualityDay:
    """Their sums; the date is the last. ``score`` is the mean over days with a score, by their leads."""
    scored = [day for day in some if day.score is not None and day.leads]
    weight = sum(day.leads for day in scored)
    mean = sum((day.score or 0) * day.leads for day in scored) / weight if weight else None
    names = ("leads", "sold", "rejected", "started", "undone", "payout")
    return QualityDay(some[-1].date, score=mean, **{name: sum(getattr(day, name) for day in some) for name in names})


def _sent(actor: Actor, publisher_id: UUID, spans: Sequence[Day]) -> dict[int, tuple[int, int, int, float | None]]:
    day = days.table(spans)
    rows = db.session.execute(
        select(
            day.c.n,
            func.count(),
            func.count().filter(Lead.state == LeadState.SOLD.value),
            func.count().filter(Lead.state == LeadState.REJECTED.value),
            func.avg(Lead.score),
        )
        .join_from(day, Lead, (Lead.received_at >= day.c.since) & (Lead.received_at < day.c.until))
        .where(scope.leads(actor), Lead.publisher_id == publisher_id, Lead.received_at >= spans[0].since)
        .group_by(day.c.n)
    )
    return {row[0]: (row[1], row[2], row[3], float(row[4]) if row[4] is not None else None) for row in rows}


def _sold(actor: Actor, publisher_id: UUID, spans: Sequence[Day]) -> dict[int, tuple[int, int, int]]:
    day = days.table(spans)
    undone = Sale.state.in_((SaleState.RELEASED.value, SaleState.RETURNED.value))
    rows = db.session.execute(
        select(
            day.c.n,
            func.count(),
            func.count().filter(undone),
            func.coalesce(func.sum(Sale.payout_minor).filter(Sale.state.in_(SEAT_TAKEN)), 0),
        )
        .join_from(day, Sale, (Sale.reserved_at >= day.c.since) & (Sale.reserved_at < day.c.until))
        .where(scope.sales(actor), Sale.publisher_id == publisher_id, Sale.reserved_at >= spans[0].since)
        .group_by(day.c.n)
    )
    return {row[0]: (row[1], row[2], int(row[3])) for row in rows}
