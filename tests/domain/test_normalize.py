"""Tidying: one spelling for one thing, and a record of what was changed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import normalize
from app.domain.normalize import Change, normalised

anything = st.text(st.characters(codec=None))


@given(anything)
def test_tidying_twice_is_tidying_once(raw: str) -> None:
    for tidy in (normalize.text, normalize.name, normalize.postcode, normalize.region):
        assert tidy(tidy(raw)) == tidy(raw)


@given(anything)
def test_tidied_text_can_always_be_stored(raw: str) -> None:
    tidy = normalize.text(raw)

    assert "\0" not in tidy
    assert unicodedata.is_normalized("NFC", tidy)
    tidy.encode("utf-8")


def test_names_are_composed_and_single_spaced() -> None:
    assert normalize.name("  Zoe\u0308   van\tder  Merwe\n") == "Zo\u00eb van der Merwe"


def test_control_and_hidden_characters_are_taken_out() -> None:
    assert normalize.name("Ja\x00mes\u202e\ufeff") == "James"


def test_line_breaks_of_long_text_stay() -> None:
    assert normalize.text("one\r\ntwo ") == "one\ntwo"


@pytest.mark.parametrize(("raw", "tidy"), [("SW1A 1AA", "sw1a 1aa"), (" sw1a   1aa ", "sw1a 1aa"), ("90210", "90210")])
def test_postcodes_are_lower_cased_and_single_spaced(raw: str, tidy: str) -> None:
    assert normalize.postcode(raw) == tidy


def test_codes_of_regions_and_countries_are_capitals_and_names_are_left() -> None:
    assert normalize.region(" tx ") == "TX"
    assert normalize.region("nsw") == "NSW"
    assert normalize.region("Gauteng") == "Gauteng"
    assert normalize.country("gb") == "GB"


@pytest.mark.parametrize(
    ("code", "outward", "area"),
    [
        ("SW1A 1AA", "sw1a", "sw"),
        ("m11ae", "m1", "m"),
        ("EC1A 1BB", "ec1a", "ec"),
        ("B33 8TH", "b33", "b"),
        ("90210", None, None),
        ("", None, None),
    ],
)
def test_uk_codes_are_taken_apart(code: str, outward: str | None, area: str | None) -> None:
    assert normalize.uk_outward(code) == outward
    assert normalize.uk_area(code) == area


def test_a_zip_code_has_five_digits_with_or_without_four_more() -> None:
    assert normalize.zip5("90210") == normalize.zip5("90210-1234") == "90210"
    assert normalize.zip5("9021") is None
    assert normalize.za_code(" 2196 ") == "2196"
    assert normalize.za_code("21960") is None


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("SW1A 1AA", ("sw", "sw1", "sw1a", "sw1a 1", "sw1a 1aa")),
        ("S1 2AB", ("s", "s1", "s1 2", "s1 2ab")),
        ("sw1a", ("sw", "sw1", "sw1a")),
        ("m11", ("m", "m11")),
        ("902", ("9", "90", "902")),
        ("", ()),
    ],
)
def test_a_code_is_covered_by_its_shorter_spellings(code: str, names: tuple[str, ...]) -> None:
    assert normalize.postal_prefixes(code) == names


def test_every_change_is_kept_before_and_after() -> None:
    tidy, changes = normalised({"postal_code": "SW1A 1AA", "first_name": "James", "region": "tx", "deposit_gbp": 70000})

    assert tidy == {
        "postal_code": "sw1a 1aa", "first_name": "James", "region": "TX", "deposit_gbp": 70000,
    }  # fmt: skip
    assert changes == (
        Change("postal_code", "SW1A 1AA", "sw1a 1aa"),
        Change("region", "tx", "TX"),
    )


@given(st.dictionaries(st.sampled_from(["first_name", "postal_code", "notes"]), anything))
def test_what_was_sent_is_not_touched(fields: dict[str, str]) -> None:
    before = dict(fields)
    normalised(fields)

    assert fields == before
