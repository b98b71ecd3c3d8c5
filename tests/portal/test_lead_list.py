from datetime import timedelta
from uuid import UUID

import pytest

from app.services import intake
from tests.portal.people import Person
from tests.support.world import World, submission


def rows(html: str) -> int:
    return html.count('class="row-link"')


@pytest.fixture
def many(world: World, northgate: UUID) -> list[UUID]:
    """Sixty leads, ten seconds apart, the oldest first."""
    moments = [world.now - timedelta(minutes=20) + timedelta(seconds=10 * number) for number in range(60)]
    return [
        intake.submit(world.access(moment), submission(number), now=moment).lead_id
        for number, moment in enumerate(moments)
    ]


def test_the_list_costs_six_statements_at_most(alice: Person, lead_id: UUID, statements: list[str]):
    alice.get("/leads")
    statements.clear()
    assert rows(alice.get("/leads").text) == 1
    assert len(statements) <= 6, statements


def test_pages_go_on_from_the_last_row(alice: Person, many: list[UUID]):
    first = alice.get("/leads")
    assert rows(first.text) == 50
    assert "60 leads" in first.text
    [place] = {part.partition('"')[0] for part in first.text.split("after=")[1:]}
    rest = alice.get(f"/leads?after={place}", htmx=True)
    assert rows(rest.text) == 10
    assert "<html" not in rest.text
    assert rest.text.lstrip().startswith("<tbody")
    assert "after=" not in rest.text
    assert rows(alice.get(f"/leads?after={place}").text) == 10  # without scripts: a page of its own


def test_filters_swap_the_rows_alone(alice: Person, lead_id: UUID):
    part = alice.get("/leads?state=sold", htmx=True)
    assert part.text.lstrip().startswith('<div id="rows">')
    assert "HX-Request" in part.headers["Vary"]
    back = alice.get("/leads?state=sold", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in back.text


def test_filters_stand_in_the_address(alice: Person, rejected_id: UUID):
    assert rows(alice.get("/leads").text) == 2
    assert rows(alice.get("/leads?state=rejected").text) == 1
    assert rows(alice.get("/leads?reason=duplicate").text) == 1
    assert rows(alice.get("/leads?period=yesterday").text) == 0
    assert 'value="rejected" selected' in alice.get("/leads?state=rejected").text


@pytest.mark.parametrize("query", ["state=odd", "publisher=x", "vertical=1", "after=x", "period=ever", "reason=none"])
def test_a_filter_that_cannot_be_read_is_said_so(alice: Person, query: str):
    answer = alice.get(f"/leads?{query}")
    assert answer.status_code == 400
    assert f"cannot be read: {query.partition('=')[0]}" in answer.text


def test_every_empty_list_says_why_and_what_next(alice: Person, bob: Person, cara: Person, dan: Person, lead_id: UUID):
    assert "There is no lead of this person" in alice.get(f"/leads?person={'0' * 64}").text
    assert "Show leads of all time" in alice.get("/leads?state=held").text
    assert "Every lead that a publisher posts will stand here" in dan.get("/leads?period=all").text


def test_nobody_new_is_shown_a_beginning(bob: Person, cara: Person):
    assert "Leads that your contracts buy will stand here" in bob.get("/leads?period=all").text
    assert "Every lead you post will stand here" in cara.get("/leads?period=all").text


def test_people_are_masked(alice: Person, lead_id: UUID):
    page = alice.get("/leads").text
    assert "J•••• P••••" in page
    assert "Patel" not in page


def test_a_publisher_sees_no_price_and_a_buyer_no_payout(cara: Person, bob: Person, lead_id: UUID):
    mine, bought = cara.get("/leads").text, bob.get("/leads").text
    assert "£38.00" in mine
    assert "62.00" not in mine
    assert "£62.00" in bought
    assert "38.00" not in bought
    assert "QuickQuotes" not in bought


def test_a_list_without_leads_says_what_will_stand_there(bob: Person):
    fresh = bob.get("/leads").text
    assert "No leads in the last 30 days" in fresh
    assert "Leads that your contracts buy will stand here" in fresh
    assert "No leads yet" in bob.get("/leads?period=all").text
    assert "No leads in this view" in bob.get("/leads?period=yesterday").text
