"""Telephone numbers and e-mail addresses are read as facts, and nothing crashes the reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.contact import READERS, EmailFacts, PhoneFacts, parse_email, parse_phone
from app.domain.fields import Field, Schema, check
from app.domain.reading import Type

anything = st.text(st.characters(codec=None), max_size=60)


def test_a_number_with_a_plus_needs_no_country() -> None:
    assert parse_phone("+44 7712 345678", None) == PhoneFacts(
        "+447712345678", possible=True, valid=True, kind="mobile", country="GB", national="07712 345678"
    )


@pytest.mark.parametrize(
    ("raw", "country", "e164"),
    [
        ("07712 345678", "gb", "+447712345678"),
        ("(310) 555-0102", "US", "+13105550102"),
        ("082 345 6789", "ZA", "+27823456789"),
        ("+15125551212", "GB", "+15125551212"),
    ],
)
def test_a_number_without_a_plus_is_read_as_one_of_the_country(raw: str, country: str, e164: str) -> None:
    facts = parse_phone(raw, country)

    assert facts is not None
    assert (facts.e164, facts.possible) == (e164, True)


def test_a_number_in_a_range_nobody_has_is_possible_and_not_valid() -> None:
    facts = parse_phone("+447700900123", None)

    assert facts is not None
    assert (facts.possible, facts.valid, facts.kind) == (True, False, "unknown")


def test_a_number_too_short_for_its_country_is_not_possible() -> None:
    facts = parse_phone("+1-555-0100", None)

    assert facts is not None
    assert not facts.possible


@pytest.mark.parametrize("raw", ["", "call me", "0771", "+", "1" * 41])
def test_what_is_no_number_is_none(raw: str) -> None:
    assert parse_phone(raw, None) is None


def test_an_address_is_lower_cased_and_known_by_its_domain() -> None:
    assert parse_email(" J.Patel@Example.CO.UK ") == EmailFacts(
        "j.patel@example.co.uk", "example.co.uk", free=False, disposable=False
    )
    assert parse_email("thabo.m@gmail.com") == EmailFacts("thabo.m@gmail.com", "gmail.com", free=True, disposable=False)


def test_a_throw_away_address_is_known() -> None:
    facts = parse_email("x@mailinator.com")

    assert facts is not None
    assert facts.disposable


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ('"X y"@Example.com', '"x y"@example.com'),
        ('"abc"@example.com', "abc@example.com"),
        (r'"a\"b"@example.com', r'"a\"b"@example.com'),
        ('"a@b"@example.com', '"a@b"@example.com'),
    ],
)
def test_a_quoted_name_is_an_address_and_is_written_in_one_way(raw: str, address: str) -> None:
    facts = parse_email(raw)

    assert facts is not None
    assert (facts.address, facts.domain) == (address, "example.com")
    assert parse_email(address) == facts


@pytest.mark.parametrize(
    "raw", ['""@b.com', '"a\nb"@b.com', '"a\rBcc: c"@b.com', '"a"b"@b.com', '"a@b.com', '"x y" @b.com']
)
def test_a_quoted_name_hides_no_line_and_no_open_quote(raw: str) -> None:
    assert parse_email(raw) is None


@pytest.mark.parametrize("raw", ["", "a@", "@b.com", "a b@c.com", "a@b", "a@b..com", "a" * 250 + "@b.com"])
def test_what_is_no_address_is_none(raw: str) -> None:
    assert parse_email(raw) is None


@given(anything, st.sampled_from([None, "GB", "US", "ZA", "XX", ""]))
def test_no_text_crashes_the_reading(raw: str, country: str | None) -> None:
    phone = parse_phone(raw, country)
    parse_email(raw)

    assert phone is None or phone.e164.startswith("+")


def test_a_schema_reads_contacts_thoroughly_with_these_readers() -> None:
    schema = Schema((Field("phone", Type.PHONE), Field("email", Type.EMAIL)))
    good = check(schema, {"phone": "07712 345678", "email": "A@b.co.uk"}, "post", country="GB", readers=READERS)
    bad = check(schema, {"phone": "+1-555-0100", "email": "a@b"}, "post", country="GB", readers=READERS)

    assert good.values == {"phone": "+447712345678", "email": "a@b.co.uk"}
    assert [(fault.field, fault.code) for fault in bad.faults] == [("phone", "not_phone"), ("email", "not_email")]


def test_a_number_sent_as_a_number_is_read() -> None:
    schema = Schema((Field("phone", Type.PHONE),))

    assert check(schema, {"phone": 3105550102}, "post", country="US", readers=READERS).values == {
        "phone": "+13105550102"
    }
    assert check(schema, {"phone": ["1"]}, "post", country="US", readers=READERS).faults[0].code == "not_phone"
    assert check(Schema((Field("email", Type.EMAIL),)), {"email": 7}, "post", country="US", readers=READERS).faults
