"""Reading what stands in a query string: ids, places in a list, periods. Faults are told, not guessed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import request

from app.queries import days
from app.queries.page import BadCursor, Cursor
from app.web.problem import Problem

DATES = "dates"
PERIODS: Mapping[str, str] = MappingProxyType({
    "today": "Today",
    "yesterday": "Yesterday",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "all": "All time",
})  # fmt: skip
WITH_DATES: Mapping[str, str] = MappingProxyType({**PERIODS, DATES: "Between two dates"})
DAY_0, DAY_1 = timedelta(0), timedelta(days=1)
_DAYS = {"today": 0, "7d": 6, "30d": 29, "90d": 89}
PAGE_SIZE = 50


class Span(NamedTuple):
    """A period: its name, its ends (``until`` exclusive), and the two ends as they were written."""

    name: str
    since: datetime | None
    until: datetime | None
    first: str = ""
    last: str = ""


def text(name: str, longest: int = 254) -> str:
    """A value as typed, without spaces around it."""
    return request.args.get(name, "").strip()[:longest]


def one_of(name: str, allowed: Mapping[str, object], default: str = "") -> str:
    """A value from a closed list. Raises Problem for one that is not on it."""
    value = text(name) or default
    if value and value not in allowed:
        raise unreadable(name)
    return value


def several(name: str, allowed: Mapping[str, object]) -> tuple[str, ...]:
    """Values from a closed list, each once, in its order. Raises Problem for one that is not on it."""
    wishes = {value for value in (one.strip() for one in request.args.getlist(name)) if value}
    if wishes - set(allowed):
        raise unreadable(name)
    return tuple(value for value in allowed if value in wishes)


def whole(name: str, least: int, most: int) -> int | None:
    """A whole number within bounds. Raises Problem for anything else."""
    value = text(name)
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 10 and least <= int(value) <= most):  # noqa: PLR2004
        raise unreadable(name)
    return int(value)


def uuid(name: str) -> UUID | None:
    """An id. Raises Problem for text that is none."""
    value = text(name)
    try:
        return UUID(value) if value else None
    except ValueError as error:
        raise unreadable(name) from error


def cursor() -> Cursor | None:
    """The place where the page begins. Raises Problem for text that is none."""
    value = text("after")
    try:
        return Cursor.parse(value) if value else None
    except BadCursor as error:
        raise unreadable("after") from error


def period(name: str, zone: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """From and until (exclusive) of a named period of whole days in a zone."""
    today = days.midnight(zone, now)
    if name == "yesterday":
        return today - timedelta(days=1), today
    if name in _DAYS:
        return today - timedelta(days=_DAYS[name]), None
    return None, None


def span(zone: str, now: datetime, default: str) -> Span:
    """The period of a list: ``period``, or ``from`` and ``to``. Raises Problem for text that is neither.

    Both ends are days of the zone, the last one included, or moments on its clocks (``2026-11-20T14:00``), the end left
    out. They count when no named period is asked for beside them.
    """
    named = one_of("period", WITH_DATES)
    given = (text("from"), text("to"))
    if (any(given) and named in {"", DATES}) or named == DATES:
        since, until = _moment("from", zone, DAY_0), _moment("to", zone, DAY_1)
        return Span(DATES, since, until, *given)
    named = named or default
    return Span(named, *period(named, zone, now))


def _moment(name: str, zone: str, later: timedelta) -> datetime | None:
    """A day, moved by ``later``, or a moment in the zone, in UTC; None for nothing."""
    value = text(name)
    if not value:
        return None
    try:
        if len(value) == len("2026-11-20"):
            at = datetime.fromisoformat(value) + later
        else:
            at = datetime.strptime(value, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the zone comes in the next line
        return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise unreadable(name) from error


def same_with(**changes: object) -> str:
    """This page's query string with some values changed; None takes one away, a tuple puts several."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if value and name not in changes]
    changed = [
        (name, str(one))
        for name, value in changes.items()
        if value is not None
        for one in (value if isinstance(value, tuple) else (value,))
    ]
    return f"?{urlencode(kept + changed)}"


def unreadable(name: str) -> Problem:
    """What to raise; it repeats the filter's name and never its value."""
    return Problem(400, "bad_filter", f"The address holds a filter that cannot be read: {name}.")
