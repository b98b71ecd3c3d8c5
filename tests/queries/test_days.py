"""Days of a zone: the same for every page, also where clocks go back over midnight."""

from datetime import UTC, date, datetime, timedelta

from app.portal import filters
from app.queries import days, overview, stretches

HAVANA = "America/Havana"  # on 1 November 2026 the hour after midnight comes twice
IN_THE_SECOND_HOUR = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
FIRST_MIDNIGHT = datetime(2026, 11, 1, 4, tzinfo=UTC)


def test_a_day_begins_at_the_first_of_two_midnights():
    [day] = days.last(1, HAVANA, IN_THE_SECOND_HOUR)
    assert day.date == date(2026, 11, 1)
    assert day.until.astimezone(UTC) - day.since.astimezone(UTC) == timedelta(hours=25)


def test_every_page_means_the_same_day_by_today():
    since, _ = filters.period("today", HAVANA, IN_THE_SECOND_HOUR)
    begun = (
        days.midnight(HAVANA, IN_THE_SECOND_HOUR),
        days.last(1, HAVANA, IN_THE_SECOND_HOUR)[0].since,
        stretches.days(HAVANA, IN_THE_SECOND_HOUR, 7)[-1],
        stretches.month(HAVANA, IN_THE_SECOND_HOUR),
        overview.day_of(HAVANA, IN_THE_SECOND_HOUR).edges[0],
        since,
    )
    assert {at.astimezone(UTC) for at in begun if at} == {FIRST_MIDNIGHT}
    assert all(begun)
