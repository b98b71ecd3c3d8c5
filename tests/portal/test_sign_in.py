from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.people import User
from app.services import passwords, sessions
from app.settings import Settings
from app.transaction import transaction
from tests.portal.people import PASSWORD, Person, add_user, token_on
from tests.support.settings import settings_for
from tests.support.world import World


@pytest.fixture
def visitor(app: Flask, world: World) -> FlaskClient:
    """A browser in front of the door, and Alice on the list."""
    add_user(world.admin, Role.ADMIN, "alice@example.com")
    return app.test_client()


def knock(client: FlaskClient, email: str, password: str, **more: str) -> TestResponse:
    token = token_on(client.get("/login").text)
    return client.post("/login", data={"csrf_token": token, "email": email, "password": password, **more})


def test_the_right_password_opens(visitor: FlaskClient):
    answer = knock(visitor, " Alice@Example.com ", PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.get("/leads").status_code == 200


def test_nobody_learns_whether_an_address_is_known(visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    looked: list[str | None] = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda stored, given: looked.append(stored) or real(stored, given))
    wrong = knock(visitor, "alice@example.com", "wrong wrong wrong")
    unknown = knock(visitor, "nobody@example.com", "wrong wrong wrong")
    assert wrong.status_code == unknown.status_code == 422
    assert "The e-mail address or the password is wrong." in wrong.text
    assert _without_token(wrong.text, "alice@") == _without_token(unknown.text, "nobody@")
    assert len(looked) == 2  # one hash each: the work is the same


def test_somebody_switched_off_is_told_no_more(visitor: FlaskClient, world: World):
    with transaction():
        db.session.query(User).update({"status": "disabled"})
    assert knock(visitor, "alice@example.com", PASSWORD).status_code == 422


def test_half_a_dozen_sign_ins_from_one_address_pass(app: Flask, visitor: FlaskClient):
    assert [knock(app.test_client(), "alice@example.com", PASSWORD).status_code for _ in range(8)] == [303] * 8


def test_an_account_that_is_guessed_at_slows_down_and_opens_again(app: Flask, visitor: FlaskClient):
    with time_machine.travel(clock.now(), tick=False) as travel:
        answers = [knock(visitor, "alice@example.com", f"guess number {number}") for number in range(7)]
        assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2
        assert int(answers[-1].headers["Retry-After"]) <= 6
        assert knock(visitor, "alice@example.com", PASSWORD).status_code == 429  # not even the right one
        travel.shift(6)
        assert knock(visitor, "alice@example.com", PASSWORD).status_code == 303


def test_an_unknown_account_slows_down_just_the_same(visitor: FlaskClient):
    with time_machine.travel(clock.now(), tick=False):
        answers = [knock(visitor, "nobody@example.com", "guess").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_a_thousand_guesses_in_ten_minutes_get_thirty_looks(visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    looks: list[None] = []
    monkeypatch.setattr(passwords, "matches", lambda *_: looks.append(None))
    with time_machine.travel(clock.now(), tick=False) as travel:
        for number in range(250):  # a guess every 2.4 seconds stands for four at once: what is shut is not looked at
            knock(visitor, f"somebody{number}@example.com", "guess")
            travel.shift(2.4)
    assert len(looks) <= 30


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ("/leads?state=sold", "/leads?state=sold"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/leads\r\nX: y", "/"),
        ("", "/"),
    ],
)
def test_next_leads_to_our_own_pages_only(visitor: FlaskClient, wish: str, place: str):
    assert knock(visitor, "alice@example.com", PASSWORD, next=wish).location == place


def test_without_a_session_a_page_sends_to_the_door_and_back(visitor: FlaskClient):
    answer = visitor.get("/leads?state=sold")
    assert (answer.status_code, answer.location) == (303, "/login?next=/leads?state%3Dsold")
    part = visitor.get("/leads", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/leads?q=1"})
    assert part.status_code == 401
    assert part.headers["HX-Redirect"] == "/login?next=/leads?q%3D1"


def test_an_expired_session_is_told_so_and_comes_back(alice: Person):
    with time_machine.travel(clock.now() + sessions.IDLE + timedelta(minutes=1), tick=False):
        answer = alice.get("/leads?state=sold")
        assert answer.status_code == 303
        assert "Your session is over" in alice.get(answer.location).text


def test_a_session_ends_for_good_after_its_life(alice: Person):
    start = clock.now()
    for hours in range(6, 7 * 24, 6):  # somebody who never leaves
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            assert alice.get("/account").status_code == 200
    with time_machine.travel(start + sessions.LIFE + timedelta(minutes=1), tick=False):
        assert alice.get("/account").status_code == 303


def test_a_page_that_is_left_open_keeps_no_session_alive(alice: Person):
    start = clock.now()
    for hours in (3, 6):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            assert alice.get("/live/rows", htmx=True).status_code == 200
    with time_machine.travel(start + sessions.IDLE + timedelta(minutes=1), tick=False):
        assert alice.get("/leads").status_code == 303


def test_signing_out_ends_the_session_at_once_everywhere(app: Flask, alice: Person):
    token = alice.client.get_cookie("visit").value
    assert alice.post("/logout").status_code == 303
    thief = app.test_client()
    thief.set_cookie("visit", token)
    assert thief.get("/leads").status_code == 303


def test_every_sign_in_has_a_new_token_and_ends_the_old_session(app: Flask, visitor: FlaskClient):
    knock(visitor, "alice@example.com", PASSWORD)
    first = visitor.get_cookie("visit").value
    token = token_on(visitor.get("/account").text)
    form = {"csrf_token": token, "email": "alice@example.com", "password": PASSWORD}
    assert visitor.post("/login", data=form).status_code == 303
    assert visitor.get_cookie("visit").value != first
    old = app.test_client()
    old.set_cookie("visit", first)
    assert old.get("/leads").status_code == 303


def test_a_made_up_token_opens_nothing(app: Flask, alice: Person):
    thief = app.test_client()
    for token in ("x", "0" * 43, "é"):
        thief.set_cookie("visit", token)
        assert thief.get("/leads").status_code == 303


def test_a_form_without_its_token_is_refused(app: Flask, alice: Person):
    form = {"email": "alice@example.com", "password": PASSWORD}
    assert app.test_client().post("/login", data=form).status_code == 400
    answer = alice.client.post("/logout")
    assert answer.status_code == 400
    assert "had expired" in answer.text
    assert alice.get("/leads").status_code == 200


def test_the_cookie_is_httponly_and_lax(visitor: FlaskClient):
    given = knock(visitor, "alice@example.com", PASSWORD).headers.getlist("Set-Cookie")
    [cookie] = [line for line in given if line.startswith("visit=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # the demo speaks http


def test_in_production_the_cookie_is_bound_to_host_and_https(
    settings: Settings, make_app: Callable[..., Flask], app: Flask, world: World
):
    add_user(world.admin, Role.ADMIN, "alice@example.com")
    more = {"SWITCHYARD_ENV": "production", "BASE_URL": "https://desk.example"}
    made = make_app(settings_for(settings.database_url, settings.redis_url, **more))
    client = made.test_client()
    here = {"base_url": "https://desk.example", "headers": {"Referer": "https://desk.example/login"}}
    token = token_on(client.get("/login", **here).text)
    form = {"csrf_token": token, "email": "alice@example.com", "password": PASSWORD}
    answer = client.post("/login", data=form, **here)
    assert answer.status_code == 303
    cookies = [line for line in answer.headers.getlist("Set-Cookie") if "Max-Age=0" not in line]
    assert cookies
    assert all(line.startswith("__Host-") and "Secure" in line and "Path=/" in line for line in cookies), cookies
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_only_the_digest_of_a_token_is_stored(app: Flask, alice: Person):
    enter_tenant(alice.actor.tenant_id)
    token = alice.client.get_cookie("visit").value
    tables = ("sessions", "lookups")
    stored = [str(row) for table in tables for row in db.session.execute(text(f"select * from {table}"))]
    assert stored
    assert not any(token in row for row in stored)


def _without_token(html: str, name: str) -> str:
    """What a page says, without what differs for everybody."""
    return html.replace(token_on(html), "").replace(name, "")
