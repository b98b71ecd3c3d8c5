"""A second factor in the browser: set up, asked for at the door, required by the operator, taken away."""

import re
from datetime import datetime, timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app import clock
from app.db import db, enter_tenant
from app.models.people import AuditEntry
from app.models.tenants import Tenant
from app.services import links
from app.services.links import Purpose
from app.transaction import transaction
from tests.portal.people import PASSWORD, Person, seat, token_on
from tests.support.databases import Database
from tests.support.world import World

STEP = timedelta(seconds=30)
SECRET = re.compile(r"<code>([A-Z2-7]{32})</code>")
CODE = re.compile(r"<li><code>([a-z2-9-]{19})</code></li>")


@pytest.fixture
def database(sqlite: Database) -> Database:
    return sqlite


def enrol(person: Person, now: datetime) -> tuple[pyotp.TOTP, list[str]]:
    person.post("/account/second-factor/begin", {"password": PASSWORD})
    [secret] = set(SECRET.findall(person.get("/account/second-factor").text))
    answer = person.post("/account/second-factor/confirm", {"code": pyotp.TOTP(secret).at(now)})
    assert answer.status_code == 200
    return pyotp.TOTP(secret), CODE.findall(answer.text)


def knock(client: FlaskClient, email: str, **more: str) -> str:
    token = token_on(client.get("/login").text)
    answer = client.post("/login", data={"csrf_token": token, "email": email, "password": PASSWORD, **more})
    assert answer.status_code == 303
    return answer.location


def enter(client: FlaskClient, code: str, **more: str) -> tuple[int, str]:
    token = token_on(client.get("/login/code").text)
    answer = client.post("/login/code", data={"csrf_token": token, "code": code, **more})
    return answer.status_code, answer.location or answer.text


def require(world: World, choice: object) -> None:
    enter_tenant(world.tenant_id)
    with transaction():
        db.session.execute(
            update(Tenant).where(Tenant.id == world.tenant_id).values(choices={"require_second_factor": choice})
        )


def test_signing_in_asks_for_the_code_before_there_is_a_session(app: Flask, bob: Person):
    with time_machine.travel(clock.now(), tick=False) as travel:
        codes, _ = enrol(bob, clock.now())
        travel.shift(60)
        client = app.test_client()
        assert knock(client, bob.email, next="/leads?state=sold") == "/login/code?next=/leads?state%3Dsold"
        assert client.get_cookie("visit") is None
        assert client.get("/webhooks").status_code == 303
        status, text = enter(client, "000000")
        assert status == 422
        assert 'id="code-fault"' in text
        assert enter(client, codes.at(clock.now()), next="/leads?state=sold") == (303, "/leads?state=sold")
        assert client.get("/webhooks").status_code == 200
        thief = app.test_client()
        knock(thief, bob.email)
        assert enter(thief, codes.at(clock.now()))[0] == 422  # the same code, seen over a shoulder


def test_a_recovery_code_opens_once(app: Flask, bob: Person):
    _, recovery = enrol(bob, clock.now())
    for expected in (303, 422):
        client = app.test_client()
        knock(client, bob.email)
        assert enter(client, recovery[0].upper())[0] == expected


def test_guessing_codes_slows_down_whoever_knows_the_password(app: Flask, bob: Person):
    with time_machine.travel(clock.now(), tick=False):
        codes, _ = enrol(bob, clock.now())
        client = app.test_client()
        answers = []
        for _ in range(7):
            knock(client, bob.email)
            answers.append(enter(client, "000000")[0])
        assert answers == [422] * 5 + [429] * 2
        assert enter(client, codes.at(clock.now() + STEP))[0] == 429


def test_without_the_first_step_there_is_no_second(app: Flask):
    client = app.test_client()
    answer = client.get("/login/code?next=https://evil.example/")
    assert (answer.status_code, answer.location) == (303, "/login?next=/")
    token = token_on(client.get("/login").text)
    answer = client.post("/login/code", data={"csrf_token": token, "code": "123456"})
    assert answer.location == "/login?next=/"
    assert "took too long" in client.get(answer.location).text


def test_next_leads_nowhere_else_after_the_code(app: Flask, bob: Person):
    with time_machine.travel(clock.now(), tick=False) as travel:
        codes, _ = enrol(bob, clock.now())
        travel.shift(60)
        client = app.test_client()
        knock(client, bob.email)
        assert enter(client, codes.at(clock.now()), next="//evil.example") == (303, "/")


def test_the_picture_holds_no_data_address_and_the_secret_stands_below(bob: Person):
    bob.post("/account/second-factor/begin", {"password": PASSWORD})
    page = bob.get("/account/second-factor").text
    assert "<svg" in page
    assert "data:" not in page
    assert SECRET.search(page)
    assert 'autocomplete="one-time-code"' in page


def test_a_wrong_password_or_code_is_said_beside_its_field(bob: Person):
    answer = bob.post("/account/second-factor/begin", {"password": "wrong"})
    assert answer.status_code == 422
    assert 'id="password-fault"' in answer.text
    bob.post("/account/second-factor/begin", {"password": PASSWORD})
    answer = bob.post("/account/second-factor/confirm", {"code": "000000"})
    assert answer.status_code == 422
    assert 'id="code-fault"' in answer.text
    enrol(bob, clock.now())
    for act in ("off", "codes"):
        answer = bob.post(f"/account/second-factor/{act}", {"password": PASSWORD, "code": "1"})
        assert answer.status_code == 422
        assert 'id="code-fault"' in answer.text


def test_it_is_switched_off_with_password_and_code(app: Flask, bob: Person):
    _, recovery = enrol(bob, clock.now())
    answer = bob.post("/account/second-factor/off", {"password": PASSWORD, "code": recovery[0]})
    assert answer.status_code == 303
    assert knock(app.test_client(), bob.email) == "/"


def test_recovery_codes_are_shown_this_once(bob: Person):
    _, recovery = enrol(bob, clock.now())
    assert len(recovery) == 10
    answer = bob.post("/account/second-factor/codes", {"password": PASSWORD, "code": recovery[0]})
    fresh = CODE.findall(answer.text)
    assert len(set(fresh) | set(recovery)) == 20
    assert not CODE.findall(bob.get("/account/second-factor").text)


@pytest.mark.parametrize("choice", [True, ["buyer"]])
def test_where_it_is_required_nothing_else_opens_until_it_is_there(world: World, bob: Person, choice: object):
    require(world, choice)
    for path in ("/leads", "/live", "/contracts", "/keys", "/leads.csv", "/webhooks"):
        answer = bob.get(path)
        assert (answer.status_code, answer.location) == (303, "/account/second-factor"), path
    part = bob.get("/webhooks", htmx=True)
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/account/second-factor")
    assert "asks everybody in your place" in bob.get("/account/second-factor").text
    assert bob.get("/account").status_code == 200
    enrol(bob, clock.now())
    assert bob.get("/webhooks").status_code == 200


@pytest.mark.parametrize("choice", [False, [], ["admin"], None, "buyer"])
def test_where_it_is_not_required_of_a_role_its_people_go_on(world: World, bob: Person, choice: object):
    require(world, choice)
    assert bob.get("/webhooks").status_code == 200


def test_somebody_who_must_set_it_up_may_still_sign_out(world: World, bob: Person):
    require(world, ["buyer"])
    assert bob.post("/logout").location == "/login"


def test_an_admin_takes_a_lost_one_away(app: Flask, alice: Person, bob: Person, cara: Person, dan: Person):
    enrol(bob, clock.now())
    address = f"/team/{bob.actor.principal_id}/second-factor/reset"
    for stranger in (cara, dan):
        assert stranger.post(address).status_code == 404
    assert alice.post(address).status_code == 303
    assert bob.get("/webhooks").status_code == 303  # every session of theirs has ended
    assert knock(app.test_client(), bob.email) == "/"
    enter_tenant(alice.actor.tenant_id)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "user.second_factor_reset")).one()
    assert (entry.actor_id, entry.subject_id) == (alice.actor.principal_id, bob.actor.principal_id)


def test_a_new_password_by_mail_does_not_go_around_it(app: Flask, bob: Person):
    enrol(bob, clock.now())
    enter_tenant(bob.actor.tenant_id)
    with transaction():
        token = links.make(bob.actor.tenant_id, bob.actor.principal_id, Purpose.RESET, now=clock.now())
    client = app.test_client()
    form = {"csrf_token": token_on(client.get(f"/link/{token}").text), "new": PASSWORD, "again": PASSWORD}
    assert client.post(f"/link/{token}", data=form).location == "/login"
    assert knock(client, bob.email).startswith("/login/code")


def test_another_browser_is_out_once_it_is_on(app: Flask, bob: Person):
    elsewhere = seat(app, bob.actor, bob.email)
    enrol(bob, clock.now())
    assert elsewhere.get("/webhooks").status_code == 303
    assert bob.get("/webhooks").status_code == 200
