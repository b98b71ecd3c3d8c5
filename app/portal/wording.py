"""How values look on a screen: money, moments, durations, counts. Template filters, nothing else.

Times are shown in the tenant's zone, which the page names once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel.numbers import format_currency
from flask import g
from markupsafe import Markup, escape

from app import clock
from app.domain.money import Money

LOCALE = "en_GB"
DASH = "–"
MINUTE, HOUR, DAY = 60, 3600, 86_400


def money(minor: int | None, currency: str = "") -> str:
    """4200 in GBP as "£42.00"; a quiet dash for nothing."""
    if minor is None:
        return DASH
    code = currency or g.visitor.currency
    return _currency(Money.from_minor(minor, code).amount, code)


def plain_money(minor: int | None, currency: str = "") -> str:
    """As ``money``, but a sum of nought is a dash as well: for columns that are scanned."""
    return money(minor, currency) if minor else DASH


@lru_cache(4096)
def _currency(amount: Decimal, code: str) -> str:
    return format_currency(amount, code, locale=LOCALE).replace("-", "−")


def clock_time(at: datetime | None) -> str:
    """Such as 14:05:02."""
    return _local(at).strftime("%H:%M:%S") if at else DASH


def feed_time(at: datetime | None) -> str:
    """Such as 14:05:02 today, and 19 Nov 14:05 of any other day: for rows that mostly are of today."""
    is_today = at is not None and _local(at).date() == _local(clock.now()).date()
    return clock_time(at) if is_today else day_time(at)


def day_time(at: datetime | None) -> str:
    """Such as 20 Nov 14:05, with the year when it is another one."""
    if at is None:
        return DASH
    there, today = _local(at), _local(clock.now())
    return f"{there.day} {there:%b %H:%M}" if there.year == today.year else f"{there.day} {there:%b %Y %H:%M}"


def exact(at: datetime | None) -> str:
    """Such as Friday 20 November 2026 14:05:02 GMT, for titles."""
    return f"{_local(at):%A} {_local(at).day} {_local(at):%B %Y %H:%M:%S %Z}" if at else ""


def ago(at: datetime | None) -> str:
    """Such as 12 s ago or 3 h ago; after a day the date."""
    if at is None:
        return DASH
    seconds = (clock.now() - at).total_seconds()
    if 0 <= seconds < DAY:
        return "just now" if seconds < 1 else f"{_coarse(seconds)} ago"
    return day_time(at)


def until(at: datetime | None) -> str:
    """Such as in 2 min, or now when it is past."""
    seconds = (at - clock.now()).total_seconds() if at else 0
    return f"in {_coarse(seconds)}" if seconds >= 1 else "now"


def lasted(ms: float | None) -> str:
    """Such as 214 ms, 1.4 s, 3 min."""
    if ms is None:
        return DASH
    if ms < 10 and ms != round(ms):  # noqa: PLR2004 - below ten, tenths tell something
        return f"{ms:.1f} ms"
    if ms < 1000:  # noqa: PLR2004 - a second
        return f"{ms:.0f} ms"
    seconds = ms / 1000
    return f"{seconds:.1f} s" if seconds < MINUTE else _coarse(seconds)


def between(start: datetime | None, end: datetime | None) -> str:
    """How long from one moment to another."""
    return lasted((end - start) / timedelta(milliseconds=1)) if start and end else DASH


def counted(number: int, one: str, many: str = "") -> str:
    """Such as 1 lead or 1,284 leads."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def said(error: str) -> str:
    """An error as it is kept, "code: sentence", without its code."""
    code, colon, sentence = error.partition(": ")
    return sentence if colon and code.isidentifier() else error


def in_code(text: str) -> Markup:
    """Advice with what stands in backticks set as code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup().join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def _coarse(seconds: float) -> str:
    whole = int(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        return f"{whole // HOUR} h"
    return f"{whole // DAY} d"


def _local(at: datetime) -> datetime:
    return at.astimezone(_zone(g.visitor.zone if g.visitor else "UTC"))


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
