"""A publisher's Get started: its key, the console, the steps that tick themselves, and whose page it is."""

import html
import json
import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from app import clock
from app.db import db, enter_tenant
from app.dialects.ingest import view
from app.domain.actor import Role
from app.portal import specimens
from app.services import intake, parties
from app.transaction import transaction
from tests.portal.people import Person, add_user, seat
from tests.support.world import World, submission

GOOD = specimens.text(specimens.lead("mortgages"))
STEPS = (
    "Hold a key",
    "Send a test lead",
    "Send a real lead",
    "Register a webhook",
    "Answer a webhook",
    "See a lead sold",
)


def steps(person: Person, path: str = "/start/steps") -> dict[str, bool]:
    page = person.get(path, htmx=True).text
    return {
        name: state == "done"
        for name, state in re.findall(r'<strong>([^<]+)</strong> <span class="unseen">(done|to do)</span>', page)
    }


def console(person: Person, body: str = GOOD, **more: str):
    answer = person.post("/start/try", {"body": body, **more}, htmx=True)
    assert answer.status_code == 200
    return html.unescape(answer.text)


def said(page: str) -> dict:
    return json.loads(re.search(r'aria-label="Response body"><code>(.*?)</code>', page, re.DOTALL)[1])


def count(world: World, table: str) -> int:
    enter_tenant(world.tenant_id)
    found = db.session.scalar(text(f"select count(*) from {table}"))
    db.session.rollback()
    return found


def test_the_snippets_carry_as_much_of_the_key_as_is_known(cara: Person, world: World):
    page = cara.get("/start").text
    masked = f"pk_live_…{world.key.last4}"
    assert page.count(masked) >= 4  # the sentence, and each language
    assert world.key.secret not in page
    assert "/api/v1/leads/ingest" in page


def test_a_new_key_stands_in_every_snippet_of_that_one_answer(cara: Person, world: World):
    page = cara.post("/start/key", {"overlap": "24"}).text
    secret = re.search(r"pk_live_\w{49}", page)[0]
    snippets = re.findall(r'<pre tabindex="0" aria-label="(?:Terminal|lead\.\w+)"><code>(.*?)</code>', page, re.DOTALL)
    assert len(snippets) == 3
    assert all(secret in snippet for snippet in snippets)
    assert secret not in cara.get("/start").text
    assert f"pk_live_…{secret[-4:]}" in cara.get("/start").text
    for key in (secret, world.key.secret):  # an overlap: both work
        answer = cara.client.post("/api/v1/leads/ingest", json={}, headers={"X-API-Key": key})
        assert answer.status_code == 422


def test_a_wrong_overlap_is_refused_beside_its_field(cara: Person):
    answer = cara.post("/start/key", {"overlap": "soon"})
    assert answer.status_code == 422
    assert "Choose when the old key ends." in answer.text


def test_the_console_shows_the_real_answer_and_the_timeline(cara: Person, northgate: UUID, world: World):
    page = console(cara)
    assert "200 OK" in page
    assert said(page)["status"] == "accepted"
    assert "X-RateLimit-Remaining" in page
    for word in ("received", "checked", "routed", "delivered", "told"):
        assert f"</i> {word}</span>" in page
    assert "you would be paid £38.00" in page
    assert "No endpoint of yours hears lead.purchased" in page


def test_it_never_tells_a_publisher_about_buyers_or_prices(cara: Person, northgate: UUID):
    page = console(cara)
    for secret in ("Northgate", "62.00", "outbid", "contract"):
        assert secret not in page


def test_nothing_of_it_is_kept(cara: Person, northgate: UUID, world: World):
    tables = ("leads", "sales", "distributions", "events", "messages", "deliveries", "fingerprints", "ledger_entries")
    before = {table: count(world, table) for table in tables}
    console(cara)
    console(cara, "{")
    assert {table: count(world, table) for table in tables} == before


def test_a_broken_body_is_refused_with_each_field_and_what_to_do(cara: Person):
    page = console(cara, specimens.text(specimens.broken("mortgages")))
    assert "422 Unprocessable" in page
    assert "<strong>postcode</strong>" in page
    assert "<strong>email</strong> Required.<" in page
    assert "each entry names a field and its rule" in page


def test_a_body_that_is_no_json_has_an_answer_and_no_timeline(cara: Person):
    page = console(cara, "{")
    assert "not valid JSON" in said(page)["detail"]
    assert "What would become of it" not in page


def test_a_lead_that_nobody_buys_ends_in_the_neutral_words(cara: Person):
    page = console(cara)
    assert said(page)["reason"] == "no_buyer_match"
    assert "No buyer is taking such a lead now." in page
    assert "lead.rejected" in page


def test_an_earlier_lead_of_theirs_makes_a_duplicate(cara: Person, lead_id: UUID):
    body = specimens.lead("mortgages") | {"email": "j.patel1@example.co.uk"}
    page = console(cara, specimens.text(body))
    assert "409 Conflict" in page
    assert said(page)["lead_id"] == f"lead_{lead_id.hex}"
    assert "It has the same e-mail." in page


def test_a_paused_publisher_reads_what_its_key_would_read(cara: Person, world: World):
    with transaction():
        parties.set_publisher_status(world.admin, world.publisher_id, "paused", now=clock.now())
    assert "403 Forbidden" in console(cara)


def test_the_console_has_a_limit_of_its_own_and_leaves_the_keys_alone(cara: Person, world: World, northgate: UUID):
    for _ in range(3):
        console(cara)
    answer = cara.client.post("/api/v1/leads/ingest", json={}, headers={"X-API-Key": world.key.secret})
    assert answer.headers["X-RateLimit-Remaining"] == "119"


def test_without_scripts_the_whole_page_comes_back(cara: Person, northgate: UUID):
    page = cara.post("/start/try", {"body": GOOD}).text
    assert "<h1>Get started</h1>" in page
    assert "you would be paid £38.00" in page


def test_steps_are_found_in_the_data(cara: Person, world: World, northgate: UUID):
    assert steps(cara) == dict.fromkeys(STEPS, False) | {"Hold a key": True}
    console(cara)
    assert steps(cara)["Send a test lead"]
    intake.submit(world.access(), submission(), now=clock.now())
    found = steps(cara)
    assert (found["Send a real lead"], found["See a lead sold"]) == (True, True)
    assert not found["Register a webhook"]


def test_a_registered_webhook_is_a_step_and_an_answered_one_another(cara: Person, endpoint_id: UUID, message_id: UUID):
    assert steps(cara)["Register a webhook"]
    assert not steps(cara)["Answer a webhook"]
    with transaction():
        enter_tenant(cara.actor.tenant_id)
        db.session.execute(text("update messages set state = 'delivered', done_at = created_at"))
    assert steps(cara)["Answer a webhook"]


def test_the_steps_ask_again_until_all_are_taken(cara: Person):
    assert 'hx-trigger="every 4s"' in cara.get("/start/steps", htmx=True).text
    assert cara.get("/start/steps").location == "/start"


def test_the_samples_are_for_a_sector_of_theirs_with_fresh_consent(cara: Person, world: World):
    page = html.unescape(cara.get("/start?sector=solar").text)  # not theirs: the first of theirs instead
    body = json.loads(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])
    assert body["sector"] == "mortgages"
    given = datetime.fromisoformat(body["consent_at"])
    assert timedelta() < clock.now() - given < timedelta(minutes=10)


def test_the_fields_are_those_of_the_publishers_own_campaign(cara: Person):
    page = cara.get("/start").text.split("Fields that your campaign for mortgages takes")[1]
    for name in ("email", "postcode", "deposit_gbp", "first_time_buyer"):
        assert f"<code>{name}</code>" in page


def test_staff_look_at_it_for_any_publisher(alice: Person, world: World, northgate: UUID):
    assert "QuickQuotes" in alice.get("/start").text
    path = f"/start?publisher={world.publisher_id}"
    assert "What QuickQuotes sees on its first day." in alice.get(path).text
    assert "you would be paid" in console(alice, publisher=str(world.publisher_id))
    assert steps(alice, f"/start/steps?publisher={world.publisher_id}")["Hold a key"]


@pytest.mark.parametrize("wish", ["theirs", "no-id"])
def test_nobody_looks_at_anothers(cara: Person, bob: Person, dan: Person, app: Flask, world: World, wish: str):
    enter_tenant(world.tenant_id)
    rival = seat(app, add_user(world.admin, Role.PUBLISHER, "r@example.com", uuid4()), "r@example.com")
    asked = str(world.publisher_id) if wish == "theirs" else wish
    for person in (rival, bob, dan):
        for path in ("/start", "/start/steps"):
            assert person.get(f"{path}?publisher={asked}", htmx=True).status_code == 404
        for path in ("/start/try", "/start/key"):
            form = {"publisher": asked, "body": GOOD, "overlap": "0"}
            assert person.post(path, form).status_code == 404
    enter_tenant(world.tenant_id)
    denied = db.session.scalar(text("select count(*) from audit_entries where action like '%.not_theirs'"))
    assert denied >= 8


def test_a_publisher_of_another_house_cannot_be_asked_for_by_mistake(cara: Person, other: World):
    assert cara.get(f"/start?publisher={other.publisher_id}").status_code == 404


def test_it_costs_few_statements(cara: Person, statements: list[str]):
    cara.get("/start")
    statements.clear()
    cara.get("/start")
    assert len(statements) <= 6, statements


def test_a_list_of_people_cannot_be_asked_of_the_console(cara: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(view, "TRIALS_PER_HOUR", 2)
    assert [said(console(cara))["ok"] for _ in range(2)] == [True, True]
    assert "More than 2 requests in an hour" in console(cara)
