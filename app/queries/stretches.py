"""Sums by stretches of time: the days of a chart, and the spans that a figure is compared with.

Every stretch is a range of one index and all of them are one statement: nothing is read twice, and nothing outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Select, literal, union_all
from sqlalchemy.orm import InstrumentedAttribute

from app.queries.days import last, midnight


def days(zone: str, now: datetime, count: int) -> tuple[datetime, ...]:
    """When each of the last ``count`` days of a zone began, oldest first; today is the last of them."""
    return tuple(day.since for day in last(count, zone, now))


def month(zone: str, now: datetime) -> datetime:
    """When this month began in that zone."""
    return midnight(zone, now).replace(day=1)


def month_before(start: datetime) -> datetime:
    """When the month before the one that began at ``start`` did."""
    return (start - timedelta(days=1)).replace(day=1)


def by_stretch(
    statement: Select[*tuple[Any, ...]], at: InstrumentedAttribute[datetime], edges: Sequence[datetime]
) -> CompoundSelect[*tuple[Any, ...]]:
    """``statement`` once for each stretch that begins at an edge, its number in the last column.

    The last stretch has no end. ``edges`` are in order and differ from each other.
    """
    ends = (*edges[1:], None)
    return union_all(
        *(
            statement.add_columns(literal(number).label("stretch")).where(
                at >= start, *(() if end is None else (at < end,))
            )
            for number, (start, end) in enumerate(zip(edges, ends, strict=True))
        )
    )
