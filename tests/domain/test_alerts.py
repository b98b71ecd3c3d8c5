"""What needs somebody, as sentences; nothing is said without a cause."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.domain.alerts import Kind, Pile, Service, raised

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
NORTHGATE = UUID(int=1)


def said(piles: dict[Kind, Pile], *services: Service) -> list[tuple[str, str]]:
    return [(one.tone, one.sentence) for one in raised(piles, services, NOW)]


def test_nothing_to_do_is_no_alert():
    assert said({kind: Pile() for kind in Kind}) == []


def test_one_and_many_are_told_apart():
    assert said({Kind.CHANGES: Pile(1, NOW)}) == [("notice", "1 contract change to read")]
    assert said({Kind.CHANGES: Pile(1200, NOW)}) == [("notice", "1,200 contract changes to read")]


@pytest.mark.parametrize(("hours", "tone"), [(5, "notice"), (25, "bad")])
def test_an_applicant_that_waits_over_a_day_is_urgent(hours: int, tone: str):
    [alert] = raised({Kind.APPLICATIONS: Pile(3, NOW - timedelta(hours=hours))}, (), NOW)
    assert (alert.tone, alert.sentence) == (tone, "3 applications to decide")
    assert alert.since == NOW - timedelta(hours=hours)


def test_what_is_bad_stands_first():
    piles = {Kind.APPLICATIONS: Pile(1, NOW), Kind.LATE: Pile(2, NOW), Kind.MAILS: Pile(1, NOW)}
    assert [tone for tone, _ in said(piles)] == ["bad", "notice", "notice"]


@pytest.mark.parametrize(
    ("tried", "failed", "told"),
    [
        (100, 20, [("notice", "Northgate fails 1 delivery in 5")]),
        (100, 10, [("notice", "Northgate fails 1 delivery in 10")]),
        (100, 9, []),
        (9, 9, []),
        (30, 10, [("bad", "Northgate fails 1 delivery in 3")]),
        (10, 10, [("bad", "Northgate fails every delivery")]),
        (10, 0, []),
    ],
)
def test_a_buyer_that_fails_one_in_ten_is_named(tried: int, failed: int, told: list[tuple[str, str]]):
    assert said({}, Service(NORTHGATE, "Northgate", tried, failed)) == told


def test_an_alert_about_a_buyer_leads_to_it():
    [alert] = raised({}, [Service(NORTHGATE, "Northgate", 20, 20)], NOW)
    assert (alert.kind, alert.subject) == (Kind.FAILING_BUYER, NORTHGATE)
