"""Amounts, numbers, times and days as people type them; a ValueError holds the sentence for the person."""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal

from app.domain.money import Money

MOST_MONEY = 10**12
NO_AMOUNT = "This is no amount, such as 42.50."
NO_NUMBER = "Enter a whole number, such as 50."
NO_TIME = "This is no time of day, such as 08:30."
_FIGURES = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
"""Commas stand between thousands alone: 12,50 is twelve and a half to many, and must not become 1250."""


def minor(text: str, currency: str) -> int:
    """An amount as typed, in minor units. Raises ValueError with the sentence for the person."""
    plain = text.strip().lstrip("£$R ")
    if not _FIGURES.fullmatch(plain):  # nor 1e9, which few would take for a milliard
        raise ValueError(NO_AMOUNT)
    try:
        money = Money(Decimal(plain.replace(",", "")), currency)
    except (ArithmeticError, ValueError) as fault:
        raise ValueError(NO_AMOUNT) from fault
    if abs(money.amount) > MOST_MONEY:
        raise ValueError(NO_AMOUNT)
    return money.minor


def whole(text: str) -> int:
    """A whole number as typed. Raises ValueError with the sentence for the person."""
    plain = text.strip()
    figures = plain.replace(",", "")
    if not _FIGURES.fullmatch(plain) or "." in plain or len(figures) > 9:  # noqa: PLR2004 - a milliard is plenty
        raise ValueError(NO_NUMBER)
    return int(figures)


def days(text: str) -> list[int]:
    """Weekdays as numbers with commas between. Raises ValueError with the sentence for the person."""
    if not text:
        raise ValueError("Choose at least one day, or remove the row.")
    return sorted({int(day) for day in text.split(",")})


def clock_time(text: str) -> str:
    """A time of day as HH:MM. Raises ValueError with the sentence for the person."""
    try:
        return f"{time.fromisoformat(text):%H:%M}"
    except ValueError as fault:
        raise ValueError(NO_TIME) from fault
