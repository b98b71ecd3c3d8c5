"""Money on the wire: a decimal string, with its currency beside it."""

from __future__ import annotations

from app.domain.money import Money


def decimal(minor: int | None, currency: str) -> str | None:
    """4200 in GBP as "42.00"; None for nothing."""
    return None if minor is None else str(Money.from_minor(minor, currency).amount)
