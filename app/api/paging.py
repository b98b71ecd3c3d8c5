"""Where a page of a list begins and ends, and what else every list reads the same way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from app.api.endpoint import Listed
from app.api.endpoint import Page as Wanted
from app.api.envelope import invalid
from app.queries.page import BadCursor, Cursor, Page

BAD_CURSOR = "Not a cursor; send the nextCursor of the page before, or none for the first page."
BAD_RANGE = "Two days, the first not after the second, such as 2026-05-01..2026-05-31."
R = TypeVar("R")


def place(cursor: str | None) -> Cursor | None:
    """The row that a page begins behind. Raises Problem for a cursor that no page gave."""
    try:
        return Cursor.parse(cursor) if cursor else None
    except BadCursor:
        raise invalid((("cursor", BAD_CURSOR),)) from None


def listed(page: Page[R], limit: int, shown: Callable[[R], BaseModel]) -> Listed:
    """A page of a query as a page of the API."""
    return Listed(tuple(map(shown, page.rows)), limit, str(page.next) if page.next else None)


def whole(rows: Sequence[R], wanted: Wanted, place_of: Callable[[R], UUID], shown: Callable[[R], BaseModel]) -> Listed:
    """A page of rows that a query answers all at once. Raises Problem for a cursor that no page gave."""
    places = {str(place_of(row)): number for number, row in enumerate(rows)}
    if wanted.cursor and wanted.cursor not in places:
        raise invalid((("cursor", BAD_CURSOR),))
    begin = places[wanted.cursor] + 1 if wanted.cursor else 0
    cut = rows[begin : begin + wanted.limit]
    more = begin + wanted.limit < len(rows)
    return Listed(tuple(map(shown, cut)), wanted.limit, str(place_of(cut[-1])) if more else None)


def days(text: str | None, zone: str) -> tuple[datetime | None, datetime | None]:
    """From and until (exclusive) of ``first..last``, both days included, in a zone. Raises Problem."""
    if not text:
        return None, None
    first, dots, last = text.partition("..")
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        begin, end = date.max, date.min
    if not dots or begin > end or end == date.max:
        raise invalid((("dateRange", BAD_RANGE),))
    there = ZoneInfo(zone)
    return datetime.combine(begin, time(), there), datetime.combine(end + timedelta(days=1), time(), there)
