"""Cap windows tile the time line in every zone, and a full cap says when it opens again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain import reasons
from app.domain.caps import Cap, Measure, Owner, Period, Window, standing, window, window_of
from app.domain.reasons import Reason

ZONES = [
    "UTC", "Europe/London", "Africa/Johannesburg", "America/New_York", "America/St_Johns", "America/Sao_Paulo",
    "America/Havana", "Asia/Kathmandu", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati",
]  # fmt: skip
TIMED = [Period.HOUR, Period.DAY, Period.WEEK, Period.MONTH]
moments = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def a_cap(period: Period = Period.DAY, measure: Measure = Measure.COUNT, **changed: object) -> Cap:
    return Cap(UUID(int=7), changed.pop("owner", Owner.CONTRACT), measure, period, 20, **changed)  # type: ignore[arg-type]


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@given(moments, st.sampled_from(ZONES), st.sampled_from(TIMED))
@example(datetime(2011, 12, 30, 10, 0, tzinfo=UTC), "Pacific/Apia", Period.DAY)
@example(datetime(2008, 11, 2, 2, 30, 30, tzinfo=UTC), "America/St_Johns", Period.DAY)
@example(datetime(2008, 11, 2, 3, 0, tzinfo=UTC), "America/St_Johns", Period.HOUR)
@example(datetime(2026, 4, 4, 14, 50, tzinfo=UTC), "Australia/Lord_Howe", Period.HOUR)
def test_every_moment_lies_in_its_window_and_the_next_begins_where_it_ends(
    now: datetime, zone: str, period: Period
) -> None:
    here = window_of(period, zone, now)
    assert here.end is not None

    assert here.start <= now < here.end
    assert window_of(period, zone, here.start) == here
    assert window_of(period, zone, here.end - timedelta(microseconds=1)) == here
    assert window_of(period, zone, here.end).start == here.end


@given(moments, st.sampled_from(ZONES), st.sampled_from([Period.DAY, Period.WEEK, Period.MONTH]))
def test_windows_begin_with_a_local_day(now: datetime, zone: str, period: Period) -> None:
    start = window_of(period, zone, now).start.astimezone(ZoneInfo(zone))
    before = (start - timedelta(seconds=1)).astimezone(UTC).astimezone(ZoneInfo(zone))

    assert start.date() > before.date() or start.utcoffset() != before.utcoffset()
    assert period is not Period.WEEK or start.weekday() == 0
    assert period is not Period.MONTH or start.day == 1


@given(moments, st.sampled_from(ZONES))
def test_no_hour_is_longer_than_an_hour(now: datetime, zone: str) -> None:
    here = window_of(Period.HOUR, zone, now)
    assert here.end is not None

    assert here.end - here.start <= timedelta(hours=1)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_days_are_as_long_as_the_clocks_make_them(day: str, hours: int) -> None:
    here = window_of(Period.DAY, "Europe/London", at(f"{day}T12:00", "Europe/London"))

    assert here.end is not None
    assert here.end - here.start == timedelta(hours=hours)


def test_a_week_runs_from_monday_to_monday_in_the_owners_zone() -> None:
    sunday_evening = at("2026-05-24T23:30", "America/New_York")

    assert window(a_cap(Period.WEEK, zone="America/New_York"), sunday_evening) == Window(
        at("2026-05-18T00:00", "America/New_York"), at("2026-05-25T00:00", "America/New_York")
    )


def test_totals_and_what_is_in_work_have_no_end() -> None:
    assert window(a_cap(Period.TOTAL), at("2026-05-20T12:00")) == window(a_cap(Period.CONCURRENT), at("2030-01-01"))
    assert window(a_cap(Period.TOTAL), at("2026-05-20T12:00")).end is None


@given(st.integers(0, 50), st.integers(0, 50))
def test_a_cap_has_room_up_to_its_limit_and_never_past_it(used: int, asked: int) -> None:
    assert bool(standing(a_cap(), used, asked, at("2026-05-20"))) is (used + asked > 20)


def test_a_full_cap_says_how_full_and_when_it_opens_again() -> None:
    [no] = standing(a_cap(zone="Africa/Johannesburg"), 20, 1, at("2026-05-20T12:00"))

    assert no.reason is reasons.DAILY_CAP_REACHED
    assert no.sentence == "20 of 20 taken today"
    assert no.rule == f"cap:{UUID(int=7)}"
    assert no.resets_at == at("2026-05-20T22:00")


def test_money_is_told_in_its_currency_and_what_would_not_fit() -> None:
    [no] = standing(a_cap(measure=Measure.MONEY, currency="GBP"), 15, 10, at("2026-05-20"))

    assert no.sentence == "0.15 GBP of 0.20 GBP taken today, no room for 0.10 GBP"


@pytest.mark.parametrize(
    ("cap", "reason"),
    [
        (a_cap(Period.HOUR), reasons.HOURLY_CAP_REACHED),
        (a_cap(Period.WEEK, Measure.MONEY), reasons.WEEKLY_BUDGET_REACHED),
        (a_cap(Period.MONTH), reasons.MONTHLY_CAP_REACHED),
        (a_cap(Period.TOTAL, Measure.MONEY), reasons.TOTAL_BUDGET_REACHED),
        (a_cap(Period.CONCURRENT), reasons.CONCURRENCY_CAP_REACHED),
        (a_cap(owner=Owner.SOURCE), reasons.SOURCE_CAP_REACHED),
        (a_cap(owner=Owner.ROW), reasons.SCHEDULE_CAP_REACHED),
    ],
)
def test_each_kind_of_cap_has_its_own_reason(cap: Cap, reason: Reason) -> None:
    [no] = standing(cap, 20, 1, at("2026-05-20"))

    assert no.reason is reason
