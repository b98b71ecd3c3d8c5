"""Reading values: strictly, with a sentence that says the rule, and never a crash."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import reading
from app.domain.reading import READERS, Type, Unreadable

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(Type), json_values, st.sampled_from(["", "GB", "US", "ZA", "FR"]))
def test_every_value_is_read_or_refused_with_a_sentence(kind: Type, value: object, country: str) -> None:
    sentence = ""
    try:
        READERS[kind](value, country)
    except Unreadable as refused:
        sentence = str(refused)

    assert not sentence or (sentence.startswith("Must be ") and sentence.endswith("."))


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_whole_numbers_are_read_from_numbers_and_text(number: int) -> None:
    assert reading.integer(number) == reading.integer(f" {number} ") == number


@given(st.decimals(-(10**14), 10**14, places=4))
def test_decimals_are_read_exactly(number: Decimal) -> None:
    assert reading.decimal(f"{number:f}") == reading.decimal(number) == number


def test_a_float_is_read_as_it_is_written_not_as_it_is_held() -> None:
    assert reading.decimal(0.1) == Decimal("0.1")
    assert reading.integer(350000.0) == 350000


@pytest.mark.parametrize("value", ["1e5", "1,000", "1_000", "NaN", "Infinity", "٣", float("nan"), float("inf"), True])
def test_what_only_resembles_a_number_is_refused(value: object) -> None:
    for reader in (reading.integer, reading.decimal):
        with pytest.raises(Unreadable):
            reader(value)


def test_words_for_true_and_false() -> None:
    assert all(reading.boolean(word) for word in (True, "Yes", "1", 1, "on"))
    assert not any(reading.boolean(word) for word in (False, "no", "0", 0, "OFF"))
    with pytest.raises(Unreadable):
        reading.boolean("maybe")


def test_dates_are_real_days() -> None:
    assert reading.day("2024-02-29") == date(2024, 2, 29)
    for impossible in ("2026-02-30", "2026-2-3", "20/05/2026", "0001-01-01", 20260520):
        with pytest.raises(Unreadable):
            reading.day(impossible)


@pytest.mark.parametrize(
    "text", ["2026-02-09T07:42:18Z", "2026-02-09T09:42:18+02:00", "2026-02-09 07:42:18", "2026-02-09T07:42:18.000Z"]
)
def test_moments_are_answered_in_utc(text: str) -> None:
    read = reading.moment(text)

    assert read == datetime(2026, 2, 9, 7, 42, 18, tzinfo=UTC)
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "value", ["yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1746883200, ""]
)
def test_impossible_moments_are_refused(value: object) -> None:
    with pytest.raises(Unreadable):
        reading.moment(value)


def test_addresses_have_their_shortest_spelling() -> None:
    assert reading.ip("2001:DB8:0:0::1") == "2001:db8::1"
    assert reading.ip("::ffff:203.0.113.42") == "203.0.113.42"
    for wrong in ("203.0.113", "fe80::1%eth0", "0x7f.1", 1):
        with pytest.raises(Unreadable):
            reading.ip(wrong)


@pytest.mark.parametrize(
    ("country", "good", "bad"),
    [
        ("GB", "SW1A1AA", "90210"),
        ("gb", "gir 0aa", "SW1A"),
        ("US", "90210-1234", "9021"),
        ("ZA", "2196", "21961"),
        ("FR", "75001", "!"),
    ],
)
def test_a_postcode_is_one_of_the_campaigns_country(country: str, good: str, bad: str) -> None:
    assert reading.postcode(good, country) == good.lower()
    with pytest.raises(Unreadable, match="such as"):
        reading.postcode(bad, country)


def test_a_zip_code_sent_as_a_number_is_text() -> None:
    assert reading.postcode(90210, "US") == "90210"


def test_web_addresses_have_a_scheme_and_a_host() -> None:
    assert reading.url("https://cert.trustedform.com/abc123") == "https://cert.trustedform.com/abc123"
    for wrong in ("example.com", "javascript:alert(1)", "https://", "http://[::1", "https://a b", 7, "https://?x"):
        with pytest.raises(Unreadable):
            reading.url(wrong)


def test_the_plain_readers_of_contacts_look_at_the_shape() -> None:
    assert reading.email(" A@Example.com") == "a@example.com"
    assert reading.phone("+1-555-0100") == "+1-555-0100"
    for wrong in ("a@b", "a b@c.d", "@c.d"):
        with pytest.raises(Unreadable):
            reading.email(wrong)
    with pytest.raises(Unreadable):
        reading.phone("ring me")
