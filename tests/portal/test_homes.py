"""The first pages of buyers and publishers: figures with their rows, what to mend, what to set up."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest

from app import clock
from app.domain.actor import Role
from app.services import intake
from tests.portal.people import Person, add_user, seat
from tests.support.world import World, submission

MOST_STATEMENTS = 20
"""Twelve questions, and who asks; not more for a hundred contracts or a million leads."""


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).split())


def count_at(person: Person, url: str) -> int:
    """How many leads the list at an address of a figure holds."""
    return person.get(url.replace("&amp;", "&")).text.count('class="row-link"')


def test_everybody_begins_at_their_own_page(alice: Person, bob: Person, cara: Person):
    assert bob.get("/").location == cara.get("/").location == "/home"
    assert alice.get("/home").location == "/"


def test_a_buyer_sees_what_it_spent_and_what_is_left(bob: Person, lead_id: object):
    page = text_of(bob.get("/home").text)
    assert "£62.00 spent today" in page
    assert "Left to spend £99,938.00" in page
    assert "Northgate UK" in page


def test_each_figure_of_a_buyer_opens_exactly_its_leads(bob: Person, lead_id: object):
    html = bob.get("/home").text
    found = re.findall(r'<a href="(/leads\?[^"]+)">(\d+) leads?</a>', html)
    assert len(found) == 3
    for url, number in found:
        assert count_at(bob, url) == int(number), url


def test_a_buyer_pauses_from_home_and_comes_back_to_it(bob: Person, world: World):
    html = bob.get("/home").text
    contract_id = re.search(r'href="\?ask=([\w-]+)"', html)[1]
    asked = bob.get(f"/home?ask={contract_id}").text
    assert "From the next lead on it buys nothing" in asked
    assert "An admin has to approve it first" in asked
    done = bob.post(f"/contracts/{contract_id}/pause", {"back": "/home"})
    assert done.location == "/home"
    assert "1 change waiting" in text_of(bob.get("/home").text)


def test_a_buyers_checklist_goes_by_what_is_there(bob: Person, lead_id: object):
    page = text_of(bob.get("/home").text)
    assert "2 steps left" in page
    assert "First lead done" in page
    assert "Cap set to do" in page


def test_failed_deliveries_are_one_step_away(bob: Person, delivery_id: object):
    html = bob.get("/home").text
    assert 'href="/deliveries?state=pending&amp;period=7d"' in html
    assert str(delivery_id) in bob.get("/deliveries?state=pending&period=7d").text
    assert str(delivery_id) not in bob.get("/deliveries?period=yesterday").text


def test_a_publisher_sees_verdicts_earnings_and_what_to_mend(cara: Person, world: World, lead_id: object):
    for number in (31, 32):
        intake.submit(world.access(), submission(number, phone="12"), now=world.now + timedelta(minutes=3))
    html = cara.get("/home").text
    page = text_of(html)
    assert "£38.00 earned today on 1 sold lead of 3 sent" in page
    assert "2 leads in 7 days" in page
    assert "schema_validation_failed" in page
    assert "What to change Read errors in the answer" in page
    assert "Northgate" not in page
    assert "62.00" not in page


def test_each_figure_of_a_publisher_opens_exactly_its_leads(cara: Person, rejected_id: object):
    html = cara.get("/home").text
    found = re.findall(r'<a href="(/leads\?[^"]+)">(\d+)(?: leads? in 7 days)?</a>', html)
    assert len(found) == 9  # sent, accepted, sold, rejected: today and seven days; and the top reason
    for url, number in found:
        assert count_at(cara, unquote(url)) == int(number), url


def test_what_webhooks_were_told_today_opens_exactly_those_messages(cara: Person, message_id: object):
    html = cara.get("/home").text
    [(url, number)] = re.findall(r'<a href="(/messages\?state=pending&amp;period=today)">(\d+)</a>', html)
    listed = cara.get(url.replace("&amp;", "&")).text
    assert (number, listed.count("lead.rejected</a>")) == ("1", 1)
    assert str(message_id) not in cara.get("/messages?period=yesterday").text


def test_a_publisher_without_a_lead_is_told_how_to_begin(cara: Person):
    page = text_of(cara.get("/home").text)
    assert "No lead in 7 days" in page
    assert "6 steps left" in page
    assert "120 of 120 left for the key" in page


def test_a_buyer_without_a_contract_is_told_why(app, world: World):
    harbour = world.buyer("Harbour")
    hal = seat(app, add_user(world.admin, Role.BUYER, "hal@example.com", harbour), "hal@example.com")
    assert "No contract yet" in hal.get("/home").text


@pytest.mark.parametrize("who", ["bob", "cara"])
def test_a_first_page_costs_the_same_however_much_there_is(
    who: str, request: pytest.FixtureRequest, world: World, lead_id: object, statements: list[str]
):
    person: Person = request.getfixturevalue(who)
    person.get("/home")
    statements.clear()
    person.get("/home")
    few = len(statements)
    for number in range(40, 52):
        intake.submit(world.access(), submission(number), now=clock.now())
    person.get("/home")
    statements.clear()
    person.get("/home")
    assert len(statements) <= few <= MOST_STATEMENTS
