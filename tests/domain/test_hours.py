"""Opening hours: rows in a zone, past midnight, over changes of the clocks, and when it opens again."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.hours import EVERY_DAY, ScheduleRow, is_open, open_row, opens_next, rows_from_json
from app.domain.money import Money

LONDON = "Europe/London"
OFFICE = ScheduleRow(frozenset(range(5)), time(9), time(17))
NIGHT = ScheduleRow(frozenset({4}), time(22), time(6))
ALL_SUNDAY = ScheduleRow(frozenset({6}))

times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
some_rows = st.lists(st.builds(ScheduleRow, st.frozensets(st.integers(0, 6), min_size=1), times, times), max_size=3)
moments = st.datetimes(datetime(2008, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from([LONDON, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana"])


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(LONDON)).astimezone(UTC)


@pytest.mark.parametrize(
    ("row", "now", "expected"),
    [
        (OFFICE, "2026-05-20T09:00", True),  # a Wednesday
        (OFFICE, "2026-05-20T16:59", True),
        (OFFICE, "2026-05-20T17:00", False),
        (OFFICE, "2026-05-20T08:59", False),
        (OFFICE, "2026-05-23T12:00", False),  # a Saturday
        (NIGHT, "2026-05-22T22:00", True),  # Friday evening
        (NIGHT, "2026-05-23T05:59", True),  # and on into Saturday
        (NIGHT, "2026-05-22T05:00", False),
        (NIGHT, "2026-05-23T22:00", False),
        (ALL_SUNDAY, "2026-05-24T00:00", True),
        (ALL_SUNDAY, "2026-05-24T23:59", True),
        (ALL_SUNDAY, "2026-05-25T00:00", False),
    ],
)
def test_a_row_is_open_on_its_weekdays_between_its_times(row: ScheduleRow, now: str, *, expected: bool) -> None:
    assert is_open((row,), LONDON, london(now)) is expected


def test_no_rows_at_all_is_always_open() -> None:
    assert is_open((), LONDON, london("2026-05-24T03:00"))
    assert open_row((), LONDON, london("2026-05-24T03:00")) is None


@given(moments, zones)
def test_a_row_of_all_days_and_hours_never_closes(now: datetime, zone: str) -> None:
    assert is_open((ScheduleRow(EVERY_DAY),), zone, now)


def test_the_first_open_row_from_the_top_decides() -> None:
    dear = ScheduleRow(EVERY_DAY, time(10), time(12), Money.from_minor(5000, "GBP"))
    now = london("2026-05-20T11:00")

    assert open_row((dear, OFFICE), LONDON, now) is dear
    assert open_row((OFFICE, dear), LONDON, now) is OFFICE


def test_a_night_keeps_its_moments_when_the_clocks_change() -> None:
    saturday_night = ScheduleRow(frozenset({5}), time(22), time(6))

    assert is_open((saturday_night,), LONDON, london("2026-03-29T05:59"))
    assert not is_open((saturday_night,), LONDON, london("2026-03-29T06:00"))


@given(some_rows, zones, moments)
def test_the_next_opening_is_open_and_nothing_is_open_before_it(
    rows: list[ScheduleRow], zone: str, now: datetime
) -> None:
    opening = opens_next(rows, zone, now)
    assert opening is not None

    assert opening == now or not is_open(rows, zone, now)
    assert is_open(rows, zone, opening)
    for share in range(1, 20):
        between = now + (opening - now) * share / 20
        assert between == opening or not is_open(rows, zone, between)
    assert opening == now or not is_open(rows, zone, opening - timedelta(microseconds=1))


def test_a_row_needs_weekdays() -> None:
    for wrong in (frozenset[int](), frozenset({7}), frozenset({-1})):
        with pytest.raises(ValueError, match="weekdays"):
            ScheduleRow(wrong)


def test_a_schedule_survives_being_stored() -> None:
    rows = (OFFICE, ScheduleRow(frozenset({6}), time(22), time(6), Money.from_minor(4200, "GBP"), 5))

    assert rows_from_json([row.to_json() for row in rows], "GBP") == rows


@pytest.mark.parametrize("wrong", [{}, {"weekdays": [9]}, {"weekdays": [1], "opens": "25:00"}, {"weekdays": None}])
def test_a_faulty_row_is_refused_by_its_number(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="row 2 of the schedule"):
        rows_from_json([OFFICE.to_json(), wrong], "GBP")
