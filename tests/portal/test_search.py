"""Searching: what is typed is posted, and no address ever carries an e-mail or a telephone number."""

import re
from uuid import UUID

import pytest

from app.domain.ids import short_id
from app.services import intake
from tests.portal.people import Person
from tests.support.world import World, submission

EMAIL = ("j.patel1@example.co.uk", " J.Patel1@Example.CO.UK ")
PHONE = ("+44 7712 300001", "07712 300001", "00447712300001", "(07712) 300-001")
ADDRESSES = re.compile(r'(?:href|action|src|hx-get|hx-post|hx-push-url|sse-connect|data-fallback)="([^"]*)"')
FORMS = re.compile(r'<form[^>]*method="get".*?</form>', re.DOTALL)
VALUES = re.compile(r'<input[^>]*value="([^"]*)"')
CHANCE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
"""Ids and fingerprints: one in a few hundred pages of them spells the digits of a telephone number."""


def find(person: Person, text: str) -> str:
    """Where a search leads."""
    answer = person.post("/search", {"find": text})
    assert answer.status_code == 303
    return str(answer.location)


def rows(html: str) -> int:
    return html.count('class="row-link"')


@pytest.mark.parametrize("text", [*EMAIL, *PHONE])
def test_a_person_is_found_by_any_spelling_and_only_a_fingerprint_is_in_the_address(
    alice: Person, lead_id: UUID, text: str
):
    place = find(alice, text)
    assert re.fullmatch("/leads\\?person=[0-9a-f]{64}", place)
    page = alice.get(place).text
    assert rows(page) == 1
    assert f"/leads/{lead_id}" in page
    assert "Leads of one person" in page
    assert text.strip() not in page


@pytest.mark.parametrize("spelling", ["{0}", "{0.hex}", "lead_{0.hex}", " {1} "])
def test_an_id_in_any_spelling_leads_to_the_lead(alice: Person, lead_id: UUID, spelling: str):
    short = short_id(lead_id)
    assert find(alice, spelling.format(lead_id, short)) == f"/leads/{lead_id}"


@pytest.mark.parametrize(
    ("text", "said"), [("nobody-at-all", "This is no lead id"), ("LD-0000000000", "No lead has this id")]
)
def test_anything_else_is_told_what_can_be_searched_and_not_repeated(alice: Person, text: str, said: str):
    page = alice.get(find(alice, text)).text
    assert said in page
    assert "in full, with or without the country code" in page
    assert text not in page


def test_an_empty_search_is_no_mistake(alice: Person):
    assert find(alice, " ") == "/search"
    assert "This is no lead id" not in alice.get("/search").text


def test_a_strangers_person_and_lead_are_not_found(
    dan: Person, alice: Person, cara: Person, bob: Person, lead_id: UUID
):
    assert rows(dan.get(find(dan, EMAIL[0])).text) == 0
    assert rows(dan.get(find(alice, EMAIL[0])).text) == 0
    assert find(dan, str(lead_id)) == "/search?missed=id"
    for owner in (bob, cara):
        assert rows(owner.get(find(owner, PHONE[0])).text) == 1
        assert find(owner, str(lead_id)) == f"/leads/{lead_id}"


def test_a_buyer_does_not_find_whom_it_did_not_buy(bob: Person, world: World, lead_id: UUID):
    refused = submission(2, phone="12")
    missed = intake.submit(world.access(), refused, now=world.now).lead_id
    assert find(bob, str(missed)) == "/search?missed=id"
    assert rows(bob.get(find(bob, str(refused.values["email"]))).text) == 0


def test_filters_and_pages_keep_to_the_person(alice: Person, rejected_id: UUID):
    place = find(alice, EMAIL[0])
    digest = place.partition("=")[2]
    page = alice.get(place)
    assert rows(page.text) == 2
    assert f'<input type="hidden" name="person" value="{digest}">' in page.text
    assert rows(alice.get(f"{place}&state=rejected&period=30d", htmx=True).text) == 1
    assert "No lead found" in alice.get(f"{place}&state=held").text
    assert f"person={digest}" not in alice.get("/leads").text


@pytest.mark.parametrize("digest", ["x", "j.patel1@example.co.uk", "0" * 63, "g" * 64])
def test_what_is_no_fingerprint_is_refused_and_not_repeated(alice: Person, digest: str):
    answer = alice.get("/leads", query_string={"person": digest})
    assert answer.status_code == 400
    assert "cannot be read: person" in answer.text


def test_a_search_needs_the_forms_token(alice: Person, lead_id: UUID):
    assert alice.client.post("/search", data={"find": EMAIL[0]}).status_code == 400


def test_no_form_or_link_carries_a_contact_in_its_address(
    alice: Person, bob: Person, cara: Person, rejected_id: UUID, lead_id: UUID, message_id: UUID, delivery_id: UUID
):
    shown = ["/search", "/live", "/leads?period=all", f"/leads/{lead_id}", f"/leads/{rejected_id}", "/deliveries"]
    shown += [f"/deliveries/{delivery_id}", "/messages", f"/messages/{message_id}", "/contracts", "/team", "/keys"]
    for person in (alice, bob, cara):
        for path in (
            *shown,
            "/webhooks",
            "/account",
            "/leads?q=j.patel1@example.co.uk",
            "/leads?state=held&q=j.patel1@example.co.uk",
            find(person, EMAIL[0]),
        ):
            assert_quiet(person.get(path).text)
        assert_quiet(person.post(f"/leads/{lead_id}/reveal").text)


def assert_quiet(html: str) -> None:
    """No address of the page, and no form that is sent by GET, holds somebody's contact; nor asks for one."""
    held = [*ADDRESSES.findall(html), *(value for form in FORMS.findall(html) for value in VALUES.findall(form))]
    plain = [CHANCE.sub("", text) for text in held]
    told = [text for text in plain if "@" in text or "%40" in text or "7712" in text or "patel" in text.lower()]
    assert told == []
    assert not [form for form in FORMS.findall(html) if "e-mail" in form or "telephone" in form]
