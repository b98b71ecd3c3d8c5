"""Caps: at most so many leads, or so much money, in a period of the owner's own zone.

Periods tile the time line without gap or overlap, whatever the clocks do: days have 23, 24 or 25 hours, weeks begin
on Monday, and hours are counted from the beginning of the day. Here a cap is only judged; a place under it is taken
by one guarded UPDATE in `services.caps`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain import reasons
from app.domain.money import Money
from app.domain.reasons import No, Reason

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


class Owner(StrEnum):
    """Whose cap it is."""

    CONTRACT = "contract"
    BUYER = "buyer"
    SOURCE = "source"
    OFFER = "offer"
    ROW = "row"


class Measure(StrEnum):
    """What is counted: leads, or money in minor units."""

    COUNT = "count"
    MONEY = "money"


class Period(StrEnum):
    """How long a count runs; `total` never ends, `concurrent` counts what is in work now."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"
    CONCURRENT = "concurrent"


@dataclass(frozen=True, slots=True)
class Cap:
    """``limit`` in leads or minor units; ``zone`` an IANA name; ``currency`` is for the sentences of money caps."""

    id: UUID
    owner: Owner
    measure: Measure
    period: Period
    limit: int
    zone: str = "UTC"
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """From ``start`` until just before ``end``, both UTC; no end: until the cap is changed."""

    start: datetime
    end: datetime | None


def window(cap: Cap, now: datetime) -> Window:
    """The window of the cap's period in which `now` lies."""
    return window_of(cap.period, cap.zone, now)


def window_of(period: Period, zone: str, now: datetime) -> Window:
    """The period's window around `now` in that zone."""
    if period in _UNBOUNDED:
        return Window(EPOCH, None)
    local = ZoneInfo(zone)
    today = _day_of(local, now)
    if period is Period.HOUR:
        begun = _midnight(local, today)
        start = begun + (now - begun) // HOUR * HOUR
        return Window(start, min(start + HOUR, _midnight(local, today + DAY)))
    first, after = _SPANS[period](today)
    return Window(_midnight(local, first), _midnight(local, after))


def _day_of(zone: ZoneInfo, now: datetime) -> date:
    """The day that has begun: where the clocks go back over midnight, a day that has begun stays begun."""
    today = now.astimezone(zone).date()
    return today + DAY if now >= _midnight(zone, today + DAY) else today


@lru_cache(maxsize=4096)
def _midnight(zone: ZoneInfo, day: date) -> datetime:
    """When the day begins: the first midnight where there are two, the end of the gap where there is none."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + WEEK


_UNBOUNDED = frozenset({Period.TOTAL, Period.CONCURRENT})
_SPANS: Mapping[Period, Callable[[date], tuple[date, date]]] = MappingProxyType(
    {Period.DAY: lambda day: (day, day + DAY), Period.WEEK: _week, Period.MONTH: _month}
)

REASONS: Mapping[tuple[Period, Measure], Reason] = MappingProxyType(
    {
        (Period.HOUR, Measure.COUNT): reasons.HOURLY_CAP_REACHED,
        (Period.DAY, Measure.COUNT): reasons.DAILY_CAP_REACHED,
        (Period.WEEK, Measure.COUNT): reasons.WEEKLY_CAP_REACHED,
        (Period.MONTH, Measure.COUNT): reasons.MONTHLY_CAP_REACHED,
        (Period.TOTAL, Measure.COUNT): reasons.TOTAL_CAP_REACHED,
        (Period.CONCURRENT, Measure.COUNT): reasons.CONCURRENCY_CAP_REACHED,
        (Period.HOUR, Measure.MONEY): reasons.HOURLY_BUDGET_REACHED,
        (Period.DAY, Measure.MONEY): reasons.DAILY_BUDGET_REACHED,
        (Period.WEEK, Measure.MONEY): reasons.WEEKLY_BUDGET_REACHED,
        (Period.MONTH, Measure.MONEY): reasons.MONTHLY_BUDGET_REACHED,
        (Period.TOTAL, Measure.MONEY): reasons.TOTAL_BUDGET_REACHED,
        (Period.CONCURRENT, Measure.MONEY): reasons.CONCURRENCY_BUDGET_REACHED,
    }
)


def standing(cap: Cap, used: int, asked: int, now: datetime) -> tuple[No, ...]:
    """The "no" of a cap that has no room for `asked` more on top of `used`; it tells when the cap opens again."""
    if used + asked <= cap.limit:
        return ()
    detail = f"{_amount(cap, used)} of {_amount(cap, cap.limit)} taken {_WHEN[cap.period]}"
    if used < cap.limit:
        detail += f", no room for {_amount(cap, asked)}"
    return (No(_reason(cap), detail, f"cap:{cap.id}", window(cap, now).end),)


_WHEN = MappingProxyType(
    {
        Period.HOUR: "this hour", Period.DAY: "today", Period.WEEK: "this week", Period.MONTH: "this month",
        Period.TOTAL: "in all", Period.CONCURRENT: "at present",
    }
)  # fmt: skip


def _reason(cap: Cap) -> Reason:
    if cap.owner is Owner.SOURCE:
        return reasons.SOURCE_CAP_REACHED
    return reasons.SCHEDULE_CAP_REACHED if cap.owner is Owner.ROW else REASONS[cap.period, cap.measure]


def _amount(cap: Cap, amount: int) -> str:
    return str(Money.from_minor(amount, cap.currency)) if cap.measure is Measure.MONEY and cap.currency else str(amount)
