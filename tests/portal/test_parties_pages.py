"""Publishers and buyers as admins see them: lists, one of them, adding by hand, pausing with its effect named."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.db import db, enter_tenant
from app.models.parties import ApiKey, Buyer, Publisher
from app.models.people import AuditEntry, Mail, User
from app.services import access, book
from app.transaction import read_only
from tests.portal.people import Person
from tests.support.world import World

KEY = re.compile(r"pk_live_[0-9A-Za-z]{49}")
SEEN = re.compile(r'name="seen" value="(\w+)"')


def seen_on(person: Person, path: str) -> str:
    return SEEN.search(person.get(path).text)[1]


def stored(model, row_id):
    with read_only():
        statement = select(model).where(model.id == row_id).execution_options(populate_existing=True)
        return db.session.scalars(statement).one()


def test_the_list_says_what_came_of_the_week_and_links_to_exactly_those_leads(alice: Person, world: World, rejected_id):
    page = alice.get("/publishers").text
    assert "QuickQuotes" in page
    for part in (
        f"publisher={world.publisher_id}&amp;period=today",
        f"publisher={world.publisher_id}&amp;period=7d&amp;state=sold",
        f"publisher={world.publisher_id}&amp;period=7d&amp;state=rejected",
        "50&nbsp;",
        "£38.00",
    ):
        assert part in page, part


@pytest.mark.parametrize("path", ["/publishers", "/buyers", "/users", "/audit"])
def test_a_list_costs_at_most_six_statements(alice: Person, world: World, lead_id: UUID, statements, path: str):
    for number in range(4):
        world.buyer(f"Buyer {number}")
        alice.post("/publishers/new", {"name": f"Pub {number}", "requests_per_minute": "5"})
    assert alice.get(path).status_code == 200
    statements.clear()
    assert alice.get(path).status_code == 200
    assert len(statements) <= 6, statements


def test_names_and_states_narrow_the_lists(alice: Person, world: World, northgate: UUID):
    alice.post(f"/buyers/{northgate}/pause")
    assert "Northgate" in alice.get("/buyers?status=paused", htmx=True).text
    assert "No buyer in this view" in alice.get("/buyers?status=active", htmx=True).text
    assert "QuickQuotes" in alice.get("/publishers?name=quickQ", htmx=True).text
    assert "No publisher in this view" in alice.get("/publishers?name=zzz", htmx=True).text
    assert alice.get("/publishers?status=odd").status_code == 400


def test_one_publisher_answers_whether_it_is_a_good_source(alice: Person, world: World, rejected_id: UUID):
    page = alice.get(f"/publishers/{world.publisher_id}").text
    assert "1 lead sold and 1 refused of 2 in 30 days." in page
    assert "This person was already sent within the duplicate window." in page
    assert f"publisher={world.publisher_id}&amp;period=30d&amp;reason=duplicate" in page
    assert "Send each person once." in page
    assert f"pk_live_…{world.key.last4}" in page
    assert "UK mortgages" in page


def test_pausing_a_publisher_names_its_effect_holds_at_once_and_can_be_undone(
    app: Flask, alice: Person, world: World, lead_id: UUID
):
    page = alice.get(f"/publishers/{world.publisher_id}?ask=pause").text
    assert "About 1 lead a day will be refused, from the next one on." in page
    answer = alice.post(f"/publishers/{world.publisher_id}/pause")
    assert answer.location == f"/publishers/{world.publisher_id}?done=pause"
    assert "QuickQuotes is paused." in alice.get(answer.location).text
    headers = {"X-API-Key": world.key.secret}
    assert app.test_client().post("/api/v1/leads/ingest", json={}, headers=headers).status_code == 403
    alice.post(f"/publishers/{world.publisher_id}/resume")
    assert stored(Publisher, world.publisher_id).status == "active"
    assert app.test_client().post("/api/v1/leads/ingest", json={}, headers=headers).status_code == 422


def test_pausing_a_buyer_says_how_many_contracts_and_leads_go_elsewhere(alice: Person, northgate: UUID, lead_id: UUID):
    page = alice.get(f"/buyers/{northgate}?ask=pause").text
    assert "Pause 1 contract of Northgate? About 1 lead a day will go elsewhere, from the next one on." in page
    answer = alice.post(f"/buyers/{northgate}/pause")
    assert "Northgate is paused." in alice.get(answer.location).text
    assert stored(Buyer, northgate).status == "paused"
    assert alice.post(f"/buyers/{northgate}/resume").status_code == 303
    assert stored(Buyer, northgate).status == "active"


def test_a_limit_and_a_name_are_changed_and_faults_keep_what_was_typed(alice: Person, world: World):
    path = f"/publishers/{world.publisher_id}/edit"
    seen = seen_on(alice, path)
    answer = alice.post(path, {"name": "", "requests_per_minute": "many", "seen": seen})
    assert answer.status_code == 422
    assert "Enter a whole number, such as 50." in answer.text
    assert "A name is needed." in answer.text
    assert 'value="many"' in answer.text
    typed = {"name": "Quick Quotes", "requests_per_minute": "7", "seen": SEEN.search(answer.text)[1]}
    assert alice.post(path, typed).status_code == 303
    assert book.current(world.tenant_id).publishers[world.publisher_id].requests_per_minute == 7
    assert "Requests per minute: <del>120</del>" in alice.get(f"/publishers/{world.publisher_id}").text


def test_a_publisher_added_by_hand_gets_entries_and_its_person_a_mail(alice: Person, world: World):
    typed = {"name": "Lakeview", "requests_per_minute": "60", "lines": "mortgages", "person": "Ada", "email": "bad"}
    answer = alice.post("/publishers/new", typed)
    assert answer.status_code == 422
    assert "Enter an e-mail address" in answer.text
    assert 'value="mortgages" checked' in answer.text
    answer = alice.post("/publishers/new", typed | {"email": "ada@example.com"})
    assert answer.status_code == 303
    page = alice.get(answer.location).text
    assert "The mail to Ada is on its way." in page
    assert "Lakeview Mortgages" in page
    with read_only():
        assert db.session.scalar(select(Mail.to_email).where(Mail.kind == "welcome")) == "ada@example.com"
        assert db.session.scalar(select(User.status).where(User.email == "ada@example.com")) == "invited"


def test_a_buyer_added_by_hand_stands_with_its_credit(alice: Person, world: World):
    typed = {"name": "Harbour", "zone": "Nowhere", "credit_limit": "1,500.00", "person_window_days": "30"}
    answer = alice.post("/buyers/new", typed)
    assert answer.status_code == 422
    assert "This is no time zone" in answer.text
    answer = alice.post("/buyers/new", typed | {"zone": "Europe/London"})
    assert "£1,500.00" in alice.get(answer.location).text


def test_a_credit_limit_is_set_and_refused_below_what_is_owed(alice: Person, world: World, northgate, lead_id):
    path, page = f"/buyers/{northgate}/credit", f"/buyers/{northgate}"
    first = {"seen": seen_on(alice, page)}
    assert alice.post(path, {"credit_limit": "100"} | first).status_code == 303
    assert stored(Buyer, northgate).credit_limit_minor == 10_000
    outrun = alice.post(path, {"credit_limit": "200"} | first)
    assert outrun.status_code == 409
    assert "Somebody made it £100.00 while you had this open." in outrun.text
    assert 'value="200"' in outrun.text
    again = {"seen": SEEN.search(outrun.text)[1]}
    assert alice.post(path, {"credit_limit": "200"} | again).status_code == 303
    answer = alice.post(path, {"credit_limit": "61.99", "seen": seen_on(alice, page)})
    assert answer.status_code == 422
    assert "Northgate owes" in answer.text
    assert 'value="61.99"' in answer.text
    assert alice.post(path, {"credit_limit": "lots"}).status_code == 422


def test_one_buyer_shows_account_contracts_and_deliveries(alice: Person, northgate: UUID, lead_id: UUID):
    page = alice.get(f"/buyers/{northgate}").text
    assert "Bought 1 lead for £62.00 in the last 7 days; £99,938.00 is left to spend, 11,283 days at this pace." in page
    assert "−£62.00" in page
    assert f'href="/leads/{lead_id}"' in page
    assert "Northgate UK" in page
    assert f'href="/buyers/{northgate}/permissions"' in page


def test_a_key_is_made_shown_once_and_ended(alice: Person, world: World):
    path = f"/publishers/{world.publisher_id}/keys/new"
    assert alice.post(path, {"kind": "buyer", "name": ""}).status_code == 422
    answer = alice.post(path, {"kind": "ingest", "name": "CRM"})
    secret = KEY.search(answer.text)[0]
    assert secret not in alice.get(f"/publishers/{world.publisher_id}").text
    assert access.by_key("ingest", secret, clock.now()).actor.owner_id == world.publisher_id
    enter_tenant(world.tenant_id)
    with read_only():
        key_id = db.session.scalar(select(ApiKey.id).where(ApiKey.name == "CRM"))
    assert "There is no way back" in alice.get(f"/keys/{key_id}/revoke").text
    assert alice.post(f"/keys/{key_id}/revoke", {"back": "https://elsewhere.example"}).location == "/"
    with pytest.raises(access.Refused):
        access.by_key("ingest", secret, clock.now())
    assert "Revoked" in alice.get(f"/publishers/{world.publisher_id}").text


def test_a_name_that_carries_markup_does_nothing(alice: Person):
    name = '<img src=x onerror="alert(1)">'
    answer = alice.post("/publishers/new", {"name": name, "requests_per_minute": "5"})
    for path in (answer.location, f"{answer.location}?ask=pause", "/publishers", "/audit"):
        assert "<img" not in alice.get(path).text


def test_companies_do_not_look_at_one_another(bob: Person, cara: Person, world: World, northgate: UUID):
    paths = (f"/publishers/{world.publisher_id}", f"/buyers/{northgate}", "/publishers", "/buyers", "/users", "/audit")
    for person in (bob, cara):
        for path in paths:
            assert person.get(path).status_code == 404
    with read_only():
        asked = select(AuditEntry.action).where(AuditEntry.actor_id == bob.actor.principal_id)
        assert list(db.session.scalars(asked)).count("page.not_theirs") == len(paths)


def test_pages_follow_each_other(alice: Person, world: World, monkeypatch):
    monkeypatch.setattr("app.portal.filters.PAGE_SIZE", 2)
    for number in range(4):
        world.now += timedelta(seconds=1)
        world.buyer(f"Buyer {number}")
    seen, path = [], "/buyers"
    while path:
        page = alice.get(path, htmx=True).text
        seen += re.findall(r"Buyer \d</a>", page)
        found = re.search(r'href="(\?after=[^"]+)"', page)
        path = f"/buyers{found[1]}" if found else ""
    assert seen == [f"Buyer {number}</a>" for number in (3, 2, 1, 0)]
