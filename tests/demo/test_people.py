"""Made-up people: nobody twice, nobody reachable."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.demo.people import EXTRAS, enquiry, sub_id

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_number_is_always_the_same_person():
    assert enquiry(7, "mortgages", NOW) == enquiry(7, "mortgages", NOW)
    assert sub_id(7) == sub_id(7)


def test_no_two_people_share_an_e_mail_or_a_phone():
    people = [enquiry(number, "debt-help", NOW)[0] for number in range(3000)]
    assert len({person["email"] for person in people}) == 3000
    assert len({person["phone"] for person in people}) == 3000


def test_nobody_can_be_reached():
    for number in range(200):
        person, _ = enquiry(number, "mortgages", NOW)
        assert person["email"].rpartition("@")[2].partition(".")[0] in {"example", "mail", "post"}
        assert person["ip"].startswith(("192.0.2.", "198.51.100.", "203.0.113."))


def test_consent_was_given_a_little_before():
    person, _ = enquiry(3, "mortgages", NOW)
    given = datetime.fromisoformat(person["consent_at"])
    assert 0 < (NOW - given).total_seconds() < 900


@pytest.mark.parametrize("vertical", sorted(EXTRAS))
def test_every_vertical_asks_something_of_its_own(vertical):
    assert enquiry(1, vertical, NOW)[1]
