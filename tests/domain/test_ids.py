"""Identifiers: UUIDv7 that sort by time, and the spellings each dialect shows."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain import ids

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
some_ids = st.builds(
    lambda moment, seed: ids.new_id(moment, random.Random(seed)),
    st.integers(0, 2**31).map(lambda seconds: NOON + timedelta(seconds=seconds)),
    st.integers(),
)


def test_an_id_is_a_uuid_of_version_seven() -> None:
    made = ids.new_id(NOON, random.Random(1))

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(NOON.timestamp() * 1000)


@given(st.integers(1, 10**9), st.integers(), st.integers())
def test_an_id_made_later_sorts_after(micros: int, seed: int, other: int) -> None:
    early = ids.new_id(NOON, random.Random(seed))
    late = ids.new_id(NOON + timedelta(microseconds=micros), random.Random(other))

    assert early < late


@given(some_ids)
def test_every_long_spelling_leads_back_to_the_id(lead: UUID) -> None:
    spellings = [str(lead), lead.hex, ids.lead_public(lead), ids.exchange_lead(lead)]

    for spelling in spellings:
        for written in (spelling, spelling.upper(), spelling.lower(), f"  {spelling}\n"):
            assert ids.parse_lead_id(written) == lead


@given(some_ids)
def test_the_short_spelling_is_read_in_either_case(lead: UUID) -> None:
    short = ids.short_id(lead)

    assert len(short) == 13
    assert ids.parse_lead_id(short.lower()) == short


def test_look_alike_letters_of_a_short_id_are_read_as_digits() -> None:
    assert ids.parse_lead_id("ld-oil0123456") == "LD-0110123456"


@given(st.text())
def test_what_is_no_lead_id_is_none_and_never_an_error(text: str) -> None:
    assert ids.parse_lead_id(f"no {text}") is None


def test_near_misses_are_not_lead_ids() -> None:
    for text in ("", "LD-", "LD-UUUUUUUUUU", "LD-123", "lead_", "L-12", "PING-69AF38159B56A"):
        assert ids.parse_lead_id(text) is None


def test_the_other_spellings_carry_the_whole_id() -> None:
    lead = UUID("01a1f869-268a-7420-8a7d-5397b6080d47")

    assert ids.lead_public(lead) == "lead_01a1f869268a74208a7d5397b6080d47"
    assert ids.exchange_lead(lead) == "L-01A1F869268A74208A7D5397B6080D47"
    assert ids.exchange_delivery(lead) == "DEL-01A1F869268A74208A7D5397B6080D47"
    assert ids.buyer_public(lead) == "buy_01a1f869268a74208a7d5397b6080d47"


@given(st.integers(0, 10**15), st.integers())
def test_the_first_id_of_a_moment_parts_what_was_before_from_what_is_after(micros: int, seed: int) -> None:
    at = NOON + timedelta(microseconds=micros)
    before = ids.new_id(at - timedelta(microseconds=1), random.Random(seed))

    assert before < ids.first_id(at) <= ids.new_id(at, random.Random(seed))
