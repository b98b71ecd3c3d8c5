import pytest
from flask import Flask

from app import clock
from app.db import enter_tenant
from app.queries import sessions
from app.transaction import read_only
from tests.portal.people import PASSWORD, Person, seat
from tests.support.databases import Database

NEW = "a much longer passphrase"


@pytest.fixture
def database(sqlite: Database) -> Database:
    return sqlite


def test_a_new_password_ends_every_session(app: Flask, alice: Person):
    elsewhere = seat(app, alice.actor, alice.email)
    answer = alice.post("/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert (answer.status_code, answer.location) == (303, "/login")
    assert elsewhere.get("/leads").status_code == 303
    assert alice.get("/leads").status_code == 303


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "old"),
        ({"old": PASSWORD, "new": NEW, "again": "other"}, "again"),
        ({"old": PASSWORD, "new": "brief", "again": "brief"}, "new"),
        ({"old": PASSWORD, "new": "aaaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaaa"}, "new"),
        ({"old": PASSWORD, "new": "alice alice alice 1", "again": "alice alice alice 1"}, "new"),
    ],
)
def test_a_faulty_password_form_says_where(alice: Person, form: dict[str, str], field: str):
    answer = alice.post("/account/password", form)
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    assert form["new"] not in answer.text
    assert alice.get("/leads").status_code == 200


def test_one_session_is_ended_from_another(app: Flask, alice: Person):
    elsewhere = seat(app, alice.actor, alice.email)
    page = alice.get("/account").text
    [action] = {part.partition('"')[0] for part in page.split('action="/account/sessions/')[1:] if '/end"' in part[:60]}
    assert alice.post(f"/account/sessions/{action}").status_code == 303
    assert elsewhere.get("/leads").status_code == 303
    assert alice.get("/leads").status_code == 200


def test_every_other_session_is_ended(app: Flask, alice: Person):
    others = [seat(app, alice.actor, alice.email) for _ in range(2)]
    alice.post("/account/sessions/end-others")
    assert [person.get("/leads").status_code for person in (*others, alice)] == [303, 303, 200]


def test_somebody_elses_session_cannot_be_ended(app: Flask, alice: Person, bob: Person):
    page = bob.get("/account").text
    assert "Firefox on Linux" in page
    enter_tenant(bob.actor.tenant_id)
    with read_only():
        [row] = sessions.of_person(bob.actor, clock.now())
    assert alice.post(f"/account/sessions/{row.id}/end").status_code == 404
    assert bob.get("/leads").status_code == 200


def test_the_look_is_kept_in_a_cookie_and_drawn_by_the_server(alice: Person):
    assert 'data-theme="system"' in alice.get("/leads").text
    answer = alice.post("/preferences", {"theme": "dark"}, headers={"Referer": "http://localhost/leads?state=sold"})
    assert answer.location == "/leads?state=sold"
    assert 'data-theme="dark"' in alice.get("/leads").text
    alice.post("/preferences", {"theme": "pink", "rail": "slim"})
    page = alice.get("/leads").text
    assert 'data-theme="dark"' in page
    assert 'data-rail="slim"' in page


def test_preferences_send_nobody_to_another_site(alice: Person):
    answer = alice.post("/preferences", {"theme": "dark"}, headers={"Referer": "https://evil.example/x"})
    assert answer.location == "/"
