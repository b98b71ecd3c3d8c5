"""Two people edit one publisher or buyer: the second sees both values, and nothing of either is lost."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db import db
from app.models.parties import Buyer
from app.transaction import read_only
from tests.portal.people import Person
from tests.support.world import World

VALUE = re.compile(r'<input[^>]* name="(\w+)"[^>]*? value="([^"]*)"')


def form(page: str) -> dict[str, str]:
    """What a browser would send for the form as it was drawn."""
    [drawn] = re.findall(r'<form class="form" id="editor".*?</form>', page, re.DOTALL)
    return {name: value for name, value in VALUE.findall(drawn) if name != "csrf_token"}


def stored(buyer_id: UUID) -> tuple[str, str, int, int]:
    with read_only():
        row = db.session.execute(
            select(Buyer.name, Buyer.zone, Buyer.credit_limit_minor, Buyer.person_window_days).where(
                Buyer.id == buyer_id
            )
        ).one()
    return row.name, row.zone, row.credit_limit_minor, row.person_window_days


def test_two_editors_of_a_publisher_see_both_values(alice: Person, world: World):
    path = f"/publishers/{world.publisher_id}/edit"
    opened = form(alice.get(path).text)
    assert alice.post(path, opened | {"requests_per_minute": "1200"}).status_code == 303
    answer = alice.post(path, opened | {"name": "Quick Quotes", "requests_per_minute": "60"})
    assert answer.status_code == 409
    assert "Alice changed this while you had it open" in answer.text
    for value in ("Quick Quotes", "QuickQuotes", "60", "1,200"):
        assert f'<span class="said">{value}</span>' in answer.text
    taken = alice.post(path, form(answer.text) | {"do": "theirs:requests_per_minute"})
    assert form(taken.text)["requests_per_minute"] == "1200"
    assert form(taken.text)["name"] == "Quick Quotes"
    assert alice.post(path, form(taken.text)).location == f"/publishers/{world.publisher_id}"
    assert form(alice.get(path).text) | {"seen": ""} == {
        "name": "Quick Quotes",
        "requests_per_minute": "1200",
        "seen": "",
    }


def test_two_editors_of_a_buyer_see_both_values(alice: Person, northgate: UUID):
    path = f"/buyers/{northgate}/edit"
    opened = form(alice.get(path).text)
    assert alice.post(path, opened | {"credit_limit": "1,500.00", "person_window_days": "0"}).status_code == 303
    answer = alice.post(path, opened | {"name": "Southgate", "credit_limit": "20", "zone": "Africa/Johannesburg"})
    assert answer.status_code == 409
    for value in ("£20.00", "£1,500.00", "at once", "Africa/Johannesburg", "Europe/London"):
        assert f'<span class="said">{value}</span>' in answer.text
    taken = alice.post(path, form(answer.text) | {"do": "theirs:credit_limit_minor"}, htmx=True)
    assert form(taken.text)["credit_limit"] == "1500.00"
    assert taken.text.lstrip().startswith("<form")
    assert alice.post(path, form(taken.text)).status_code == 303
    assert stored(northgate) == ("Southgate", "Africa/Johannesburg", 150_000, 30)


def test_a_fault_beside_two_values_keeps_both(alice: Person, northgate: UUID):
    path = f"/buyers/{northgate}/edit"
    opened = form(alice.get(path).text)
    alice.post(path, opened | {"name": "Southgate"})
    clash = form(alice.post(path, opened | {"zone": "UTC"}).text)
    answer = alice.post(path, clash | {"zone": "Atlantis/Centre"})
    assert answer.status_code == 422
    assert 'id="zone-fault"' in answer.text
    assert '<span class="said">Southgate</span>' in answer.text
    assert stored(northgate)[:2] == ("Southgate", "Europe/London")


@pytest.mark.parametrize("missing", ["", "0" * 16])
def test_a_form_without_its_mark_changes_nothing(alice: Person, northgate: UUID, missing: str):
    path = f"/buyers/{northgate}/edit"
    assert alice.post(path, form(alice.get(path).text) | {"seen": missing, "name": "X"}).status_code == 409
    assert stored(northgate)[0] == "Northgate"


def test_saving_nothing_says_so(alice: Person, northgate: UUID):
    path = f"/buyers/{northgate}/edit"
    answer = alice.post(path, form(alice.get(path).text))
    assert "Nothing was different" in alice.get(answer.location).text
