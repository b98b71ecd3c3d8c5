"""Days of a zone as moments, and as a table that rows are counted into: exact over changes of the clock.

Databases differ in how they cut time into days; joining with the days' own bounds is the same on both and reads
nothing but the range of an index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, Integer, column, values

from app.db import UtcDateTime

WEEK, MONTH = 7, 30


@dataclass(frozen=True, slots=True)
class Day:
    """One day: ``until`` is the first moment of the next."""

    date: date
    since: datetime
    until: datetime


def midnight(zone: str, now: datetime) -> datetime:
    """When today began in that zone; the first of two midnights where clocks go back over it."""
    return _begins(now.astimezone(ZoneInfo(zone)).date(), zone)


def last(count: int, zone: str, now: datetime) -> tuple[Day, ...]:
    """The last ``count`` days up to today, the oldest first."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return tuple(_day(today - timedelta(days=back), zone) for back in range(count - 1, -1, -1))


def table(days: Sequence[Day]) -> CTE:
    """The days as rows of a query: ``n`` (their place), ``since``, ``until``."""
    columns = (column("n", Integer), column("since", UtcDateTime), column("until", UtcDateTime))
    return (
        values(*columns, name="day_bounds").data([(n, day.since, day.until) for n, day in enumerate(days)]).cte("days")
    )


def _day(day: date, zone: str) -> Day:
    return Day(day, _begins(day, zone), _begins(day + timedelta(days=1), zone))


def _begins(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
