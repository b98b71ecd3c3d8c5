"""From caps to the places that a sale asks for, in the windows that are open now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from app.domain.caps import Cap, Measure, Period, window
from app.services.caps import Place


def places_of(caps: Iterable[Cap], count: int, money_minor: int, now: datetime) -> tuple[Place, ...]:
    """One place under each cap: ``count`` leads or ``money_minor`` of money, as the cap measures."""
    return tuple(
        Place(
            cap_id=cap.id,
            window_start=window(cap, now).start,
            amount=money_minor if cap.measure is Measure.MONEY else count,
            limit=cap.limit,
            while_in_work=cap.period is Period.CONCURRENT,
        )
        for cap in caps
    )


def concurrency_of(kept: Sequence[Sequence[Any]]) -> list[Any]:
    """Of a sale's places, those that it holds only while the buyer works on the lead."""
    return [place for place in kept if place[3]]
