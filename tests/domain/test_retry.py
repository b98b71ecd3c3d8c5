"""Trying again: the printed schedules, and what chance and Retry-After may change about them."""

import random
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.retry import (
    BY_NAME,
    DELIVERY,
    EXTENDED,
    FOR_ENDPOINTS,
    LONGEST,
    PATIENT,
    STANDARD,
    Policy,
    next_delay,
    parse_retry_after,
)

NOW = datetime(2026, 2, 9, 7, 42, 18, tzinfo=UTC)

policies = st.sampled_from(list(BY_NAME.values()))
chances = st.integers(0, 2**32).map(random.Random)
waits = st.none() | st.timedeltas()


def seconds(policy: Policy) -> list[float]:
    return [delay.total_seconds() for delay in policy.delays]


def whole_way(policy: Policy, seed: int) -> timedelta:
    rng = random.Random(seed)
    return sum((next_delay(policy, made, rng) or timedelta() for made in range(policy.attempts)), timedelta())


def test_standard_is_one_send_at_once_and_five_retries_exactly_as_printed() -> None:
    given_out = [next_delay(STANDARD, made, random.Random(made)) for made in range(7)]

    assert given_out == [timedelta(seconds=s) for s in (0, 30, 120, 600, 3600, 14400)] + [None]


def test_extended_doubles_until_a_day_is_nearly_over() -> None:
    steps = seconds(EXTENDED)

    assert all(later == 2 * earlier for earlier, later in pairwise(steps))
    assert timedelta(hours=22) < EXTENDED.total < timedelta(hours=24)


def test_patient_is_ten_attempts_over_three_days_each_wait_longer_than_the_last() -> None:
    assert PATIENT.attempts == 10
    assert seconds(PATIENT) == sorted(set(seconds(PATIENT)))
    assert timedelta(days=2, hours=12) < PATIENT.total < timedelta(days=3)


@pytest.mark.parametrize(("policy", "limit"), [(EXTENDED, timedelta(days=1)), (PATIENT, timedelta(days=3))])
@pytest.mark.parametrize("seed", range(5))
def test_chance_never_carries_a_policy_over_its_time(policy: Policy, limit: timedelta, seed: int) -> None:
    assert policy.total < whole_way(policy, seed) < limit
    assert policy.total * (1 + policy.jitter) < limit


def test_a_delivery_is_three_tries_in_ten_minutes_even_when_the_buyer_asks_for_more() -> None:
    rng = random.Random(1)
    slow = [next_delay(DELIVERY, made, rng, LONGEST) for made in (1, 2)]

    assert DELIVERY.attempts == 3
    assert sum((wait for wait in slow if wait), timedelta()) == timedelta(minutes=10)
    assert next_delay(DELIVERY, 3, rng) is None


def test_policies_are_found_by_the_name_that_is_stored() -> None:
    assert set(BY_NAME) == {"standard", "extended", "patient", "delivery"}
    assert all(BY_NAME[policy.name] is policy and policy.sentence for policy in BY_NAME.values())
    assert DELIVERY not in FOR_ENDPOINTS


@given(policies, st.integers(1, 20), chances, waits)
def test_a_wait_lies_between_the_printed_step_and_twice_it(
    policy: Policy, made: int, rng: random.Random, retry_after: timedelta | None
) -> None:
    wait = next_delay(policy, made, rng, retry_after)

    if made > len(policy.delays):
        assert wait is None
    else:
        step = policy.delays[made - 1]
        assert wait is not None
        assert step <= wait <= 2 * step


@given(policies, st.integers(1, 2), st.integers(0, 2**32), st.floats(1, 2))
def test_a_retry_after_inside_the_bounds_is_never_undercut(policy: Policy, made: int, seed: int, share: float) -> None:
    asked = policy.delays[made - 1] * share
    wait = next_delay(policy, made, random.Random(seed), asked)

    assert wait is not None
    assert wait >= asked
    assert policy.jitter or wait == asked


@given(policies, st.integers(1, 2), st.integers(0, 2**32))
def test_the_same_chance_gives_the_same_wait(policy: Policy, made: int, seed: int) -> None:
    assert next_delay(policy, made, random.Random(seed)) == next_delay(policy, made, random.Random(seed))


def test_a_negative_count_is_a_fault_in_the_program() -> None:
    with pytest.raises(ValueError, match="negative"):
        next_delay(STANDARD, -1, random.Random(1))


@given(st.integers(0, 10**9 - 1))
def test_seconds_are_read_as_seconds(asked: int) -> None:
    assert parse_retry_after(f" {asked} ", NOW) == timedelta(seconds=asked)


@pytest.mark.parametrize(
    "text",
    ["Mon, 09 Feb 2026 07:44:18 GMT", "Monday, 09-Feb-26 07:44:18 GMT", "Mon Feb  9 07:44:18 2026"],
)
@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-7))])
def test_all_three_forms_of_an_http_date_are_read(text: str, zone: timezone) -> None:
    assert parse_retry_after(text, NOW.astimezone(zone)) == timedelta(minutes=2)


def test_a_date_in_the_past_is_no_wait_and_one_beyond_counting_is_cut() -> None:
    assert parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", NOW) == timedelta()
    assert parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", NOW) == LONGEST
    assert parse_retry_after("9" * 5000, NOW) == LONGEST


@pytest.mark.parametrize(
    "text",
    [
        None, "", " ", "soon", "-5", "+5", "1.5", "1e3", "5 s", "٣٠", "²", "0x10", "NaN", "inf", "30, 60", "\x00",
        "Mon, 99 Feb 2026 07:44:18 GMT", "Mon, 09 Feb 2026 25:61:61 GMT", "Mon, 09 Feb 2026", "GMT", "Mon " * 500,
        "Mon, 09 Feb 2026 07:44:18 +9999",
    ],
)  # fmt: skip
def test_what_is_neither_seconds_nor_a_date_is_none(text: str | None) -> None:
    assert parse_retry_after(text, NOW) is None


@given(st.text() | st.text("0123456789:,- +GMTonFeb", max_size=40))
def test_no_header_makes_it_raise_or_answer_below_zero(text: str) -> None:
    answer = parse_retry_after(text, NOW)

    assert answer is None or timedelta() <= answer <= timedelta(seconds=10**9)
