"""Prices: first match from the top; price = payout + margin; nothing under a floor, nothing at a loss."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import reasons
from app.domain.money import Money
from app.domain.pricing import Floors, PayoutKind, PayoutTerms, PriceRule, Quote, quote, settle
from tests.domain.selling import an_offer, pounds, wants

LONDON = PriceRule("London", wants("postal_code", "postcode_prefix", ["SW", "E"]), pounds(60))
HOT = PriceRule("Hot", wants("score", "ge", 80), pounds(50))
STANDARD = PayoutTerms(PayoutKind.STANDARD)
BASE = Floors(pounds(38), pounds(0), pounds(0))


def found(price: str, terms: PayoutTerms, floors: Floors = BASE, **offer: Any) -> list[reasons.Reason]:
    return [no.reason for no in settle(pounds(price), terms, an_offer(**offer), floors)[1]]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"postal_code": "sw1a 1aa", "score": 90}, Quote(pounds(60), "London")),
        ({"postal_code": "m1 1ae", "score": 90}, Quote(pounds(50), "Hot")),
        ({"postal_code": "m1 1ae", "score": 10}, Quote(pounds(40))),
    ],
)
def test_the_first_rule_from_the_top_wins_and_is_named(facts: dict[str, Any], expected: Quote) -> None:
    assert quote(pounds(40), (LONDON, HOT), facts) == expected


def test_the_order_of_the_rules_decides_not_their_price() -> None:
    assert quote(pounds(40), (HOT, LONDON), {"postal_code": "sw1a 1aa", "score": 90}).rule == "Hot"


def test_an_hours_price_stands_between_rules_and_the_plain_price() -> None:
    assert quote(pounds(40), (HOT,), {"score": 10}, pounds(45)) == Quote(pounds(45), "schedule")
    assert quote(pounds(40), (HOT,), {"score": 80}, pounds(45)) == Quote(pounds(50), "Hot")


@pytest.mark.parametrize(
    ("terms", "price", "payout"),
    [
        (STANDARD, "38", "38"),
        (STANDARD, "60", "38"),
        (PayoutTerms(PayoutKind.STANDARD, percent=Decimal(80)), "60", "48"),
        (PayoutTerms(PayoutKind.STANDARD, percent=Decimal(80)), "40", "38"),
        (PayoutTerms(PayoutKind.FIXED, pounds(20)), "60", "20"),
        (PayoutTerms(PayoutKind.PERCENT, percent=Decimal("12.5")), "38", "4.75"),
        (PayoutTerms(PayoutKind.SHARE, percent=Decimal(70)), "42.50", "29.75"),
    ],
)
def test_a_publisher_gets_what_its_terms_say(terms: PayoutTerms, price: str, payout: str) -> None:
    settlement, _ = settle(pounds(price), terms, an_offer(), BASE)

    assert settlement.payout == pounds(payout)
    assert settlement.margin == pounds(price) - pounds(payout)


@given(st.integers(0, 10**7), st.integers(0, 10**6), st.decimals(0, 100, places=2), st.sampled_from(PayoutKind))
def test_price_is_payout_and_margin_to_the_penny(minor: int, base: int, percent: Decimal, kind: PayoutKind) -> None:
    terms = PayoutTerms(kind, pounds(20), percent)
    settlement, noes = settle(
        Money.from_minor(minor, "GBP"), terms, an_offer(), Floors(Money.from_minor(base, "GBP"), pounds(0), pounds(0))
    )

    assert settlement.price == settlement.payout + settlement.margin
    assert bool(noes) is (settlement.margin < pounds(0))


@given(st.integers(0, 10**5), st.integers(0, 10**4), st.integers(0, 99))
def test_what_is_agreed_to_leaves_the_least_margin(minor: int, least: int, percent: int) -> None:
    offer = an_offer(min_margin=Money.from_minor(least, "GBP"), min_margin_percent=Decimal(percent))
    settlement, noes = settle(Money.from_minor(minor, "GBP"), STANDARD, offer, BASE)

    assert noes or settlement.margin >= offer.least_margin(settlement.price)
    assert noes or settlement.payout >= BASE.base


def test_a_price_that_does_not_cover_base_and_margin_is_turned_away() -> None:
    assert found("37.99", STANDARD) == [reasons.BELOW_BASE_PRICE]
    assert found("38", STANDARD) == []
    assert found("39.99", STANDARD, min_margin=pounds(2)) == [reasons.BELOW_BASE_PRICE]
    assert found("40", STANDARD, min_margin=pounds(2)) == []


def test_a_generous_share_is_a_matter_of_margin_not_of_base_price() -> None:
    assert found("100", PayoutTerms(PayoutKind.STANDARD, percent=Decimal(95)), min_margin=pounds(10)) == [
        reasons.BELOW_MARGIN
    ]
    assert found("30", PayoutTerms(PayoutKind.FIXED, pounds(31))) == [reasons.BELOW_MARGIN]


def test_the_sentence_says_price_base_and_margin() -> None:
    _, [no] = settle(pounds(38), STANDARD, an_offer(min_margin=pounds(2)), BASE)

    assert no.sentence == "price 38.00 GBP does not cover the base price 38.00 GBP and a margin of 2.00 GBP"


def test_allow_loss_lifts_the_margin_and_never_a_floor() -> None:
    loss = Floors(pounds(38), pounds(10), pounds(0), allow_loss=True)

    assert found("20", STANDARD, loss) == []
    assert found("9", STANDARD, loss) == [reasons.BELOW_FLOOR]


def test_every_floor_that_is_missed_is_told() -> None:
    _, noes = settle(
        pounds(5), PayoutTerms(PayoutKind.PERCENT), an_offer(floor=pounds(6)), Floors(pounds(0), pounds(7), pounds(8))
    )

    assert [no.rule for no in noes] == ["floor:offer", "floor:vertical", "floor:source"]
    assert noes[1].sentence == "price 5.00 GBP is under the vertical's floor of 7.00 GBP"


@pytest.mark.parametrize(
    "terms",
    [STANDARD, PayoutTerms(PayoutKind.FIXED, pounds(20)), PayoutTerms(PayoutKind.SHARE, percent=Decimal("62.5"))],
)
def test_terms_survive_being_stored(terms: PayoutTerms) -> None:
    assert PayoutTerms.from_json(terms.to_json(), "GBP") == terms
    assert PayoutTerms.from_json({}, "GBP") == STANDARD


@pytest.mark.parametrize("wrong", [{"kind": "gift"}, {"kind": "fixed"}, {"kind": "percent", "percent": "101"}])
def test_terms_that_make_no_sense_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"gift|amount|0 to 100"):
        PayoutTerms.from_json(wrong, "GBP")
