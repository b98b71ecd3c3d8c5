"""Offers: no offer that could sell nothing, and the least a sale must leave."""

from decimal import Decimal
from typing import Any

import pytest

from app.domain.offers import Mode, Seats
from tests.domain.selling import an_offer, pounds


@pytest.mark.parametrize(
    ("seats", "count", "changed"),
    [
        (Seats.SHARED, 0, {}),
        (Seats.EXCLUSIVE, 2, {}),
        (Seats.SHARED, 2, {"min_margin_percent": Decimal(100)}),
        (Seats.SHARED, 2, {"min_margin_percent": Decimal(-1)}),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(seats: Seats, count: int, changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"seat|margin"):
        an_offer(Mode.PRIORITY, seats, count, **changed)


def test_the_least_margin_is_the_greater_of_amount_and_share() -> None:
    offer = an_offer(min_margin=pounds(2), min_margin_percent=Decimal(10))

    assert offer.least_margin(pounds(10)) == pounds(2)
    assert offer.least_margin(pounds(50)) == pounds(5)


def test_a_level_without_a_mode_of_its_own_uses_the_offers() -> None:
    offer = an_offer(Mode.WEIGHTED, levels={2: Mode.PRIORITY})

    assert (offer.mode_of(1), offer.mode_of(2)) == (Mode.WEIGHTED, Mode.PRIORITY)
