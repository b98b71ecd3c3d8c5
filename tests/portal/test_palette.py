"""The palette over HTTP: what each role is offered, at what cost, and that nothing typed comes back."""

from uuid import UUID

import pytest
from flask import Flask

from app.domain.actor import Role
from app.portal import nav
from tests.portal.people import Person
from tests.support.world import World


def options(person: Person, text: str) -> str:
    """The part that the dialog shows."""
    answer = person.post("/palette", {"find": text}, htmx=True)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    return answer.text


def test_with_nothing_typed_every_page_of_the_role_is_offered(alice: Person, bob: Person, cara: Person):
    for person in (alice, bob, cara):
        page = options(person, "")
        for entry in nav.entries(person.actor.role):
            assert f"<span>{entry.word}</span>" in page
    assert "Applications" not in options(cara, "")
    assert "Deliveries" not in options(cara, "")


def test_every_place_and_action_leads_somewhere_for_every_role_it_is_offered(
    app: Flask, alice: Person, bob: Person, cara: Person
):
    for person in (alice, bob, cara):
        for link in [*nav.entries(person.actor.role), *nav.actions(person.actor.role)]:
            with app.test_request_context():
                path = app.url_for(link.endpoint)
            assert person.get(path).status_code == 200, (person.email, path)


def test_every_place_of_every_role_has_a_letter_of_its_own():
    for role in (Role.ADMIN, Role.BUYER, Role.PUBLISHER):
        entries = nav.entries(role)
        letters = nav.letters(entries)
        assert all(letters.values())
        assert len(set(letters.values())) == len(entries)


@pytest.mark.parametrize("text", ["j.patel1@example.co.uk", "07712300001", "+44 7712 300001", "north", "zzz", ""])
def test_it_costs_six_statements_at_most(alice: Person, lead_id: UUID, text: str, statements: list[str]):
    alice.post("/palette", {"find": "warm up"}, htmx=True)
    statements.clear()
    options(alice, text)
    assert len(statements) <= 6, statements


def test_a_person_is_found_by_those_who_may_see_the_lead(
    world: World, lead_id: UUID, alice: Person, bob: Person, cara: Person, dan: Person
):
    for person, sees in ((alice, True), (bob, True), (cara, True), (dan, False)):
        page = options(person, "J.Patel1@example.co.uk")
        assert (f'href="/leads/{lead_id}"' in page) is sees
        assert ("Leads of this person" in page) is sees
        assert "patel" not in page.lower()


def test_others_contracts_and_partners_are_not_offered(bob: Person, cara: Person, dan: Person, northgate: UUID):
    assert "Northgate UK" in options(bob, "northgate")
    for person in (cara, dan):
        assert "northgate" not in options(person, "northgate").lower()
    assert "QuickQuotes" not in options(bob, "quick")


def test_without_scripts_the_box_leads_to_a_page_of_links(alice: Person, northgate: UUID):
    answer = alice.post("/search", {"find": "northgate"})
    assert answer.status_code == 200
    assert "<html" in answer.text
    assert 'role="option"' not in answer.text.partition("<main")[2].partition("</main>")[0]
    assert "Northgate UK</a>" in answer.text
