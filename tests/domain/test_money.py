"""Money: exact, of one currency, rounded half to even and nowhere else."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import CurrencyMismatch, Money

currencies = st.sampled_from(["GBP", "ZAR", "USD", "JPY", "KWD"])
minors = st.integers(-(10**12), 10**12)
rates = st.decimals(0, 1000, places=3)


def pounds(text: str) -> Money:
    return Money(Decimal(text), "GBP")


@given(minors, currencies)
def test_minor_units_come_back_unchanged(minor: int, currency: str) -> None:
    assert Money.from_minor(minor, currency).minor == minor


@given(minors, minors, currencies)
def test_sums_agree_with_whole_numbers(a: int, b: int, currency: str) -> None:
    left, right = Money.from_minor(a, currency), Money.from_minor(b, currency)

    assert (left + right).minor == a + b
    assert (left - right).minor == a - b
    assert (-left).minor == -a
    assert (left < right, left <= right, left > right, left >= right) == (
        a < b,
        a <= b,
        a > b,
        a >= b,
    )
    assert bool(left) is bool(a)


@given(minors, currencies, rates)
def test_a_percentage_is_the_nearest_minor_unit_halves_to_even(minor: int, currency: str, rate: Decimal) -> None:
    exact = Fraction(minor) * Fraction(rate) / 100

    assert Money.from_minor(minor, currency).percent(rate).minor == round(exact)


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 1.5, 3, "38.00"])
def test_only_a_decimal_makes_money(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount, "GBP")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+13", "0.005"])
def test_what_is_no_amount_of_the_currency_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"money|decimal places"):
        pounds(text)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1E+400"])
def test_rounding_refuses_what_is_not_finite(text: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        Money.rounded(Decimal(text), "GBP")


@pytest.mark.parametrize("currency", ["", "gbp", "GB", "POUND", "GBÞ"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="currency code"):
        Money(Decimal(1), currency)


def test_two_currencies_do_not_mix() -> None:
    for mixed in (Money.__add__, Money.__sub__, Money.__lt__, Money.__ge__):
        with pytest.raises(CurrencyMismatch):
            mixed(pounds("1"), Money(Decimal(1), "USD"))


def test_text_has_the_places_of_the_currency() -> None:
    assert pounds("38").as_text() == "38.00"
    assert pounds("1E+3").as_text() == "1000.00"
    assert pounds("-0").as_text() == "0.00"
    assert Money.from_minor(1200, "JPY").as_text() == "1200"
    assert Money.from_minor(1200, "KWD").as_text() == "1.200"
    assert str(pounds("42.5")) == "42.50 GBP"


def test_equal_amounts_are_equal_however_they_were_written() -> None:
    assert pounds("38") == pounds("38.00") == Money.from_minor(3800, "GBP")
    assert hash(pounds("38")) == hash(pounds("38.00"))


def test_money_is_multiplied_by_whole_numbers_only() -> None:
    assert pounds("12.10") * 3 == pounds("36.30")
    with pytest.raises(TypeError):
        pounds("1") * math.pi  # type: ignore[operator]
    with pytest.raises(TypeError):
        Money.from_minor(1.0, "GBP")  # type: ignore[arg-type]
