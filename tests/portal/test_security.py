"""What browsers and strangers are told and allowed, over every address at once."""

import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.db import enter_tenant
from app.domain.actor import Role
from app.portal import visit
from app.services import links, proof
from app.services.links import Purpose
from app.settings import Settings
from app.transaction import transaction
from tests.portal.people import PASSWORD, Person, add_user, seat, token_on
from tests.portal.things import Things, filled
from tests.support.databases import Database
from tests.support.settings import settings_for
from tests.support.world import World

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
LONG = frozenset({"portal.static", "portal.vendor", "portal.favicon"})
"""Files of ours, whose addresses carry a digest of what is in them: kept for a year."""

STREAMS = frozenset({"portal.live_stream"})


@pytest.fixture
def database(sqlite: Database) -> Database:
    return sqlite


def test_every_answer_protects_itself(app: Flask, things: Things, alice: Person):
    known = things | {"slug": "x", "token": "x", "name": "app.css", "id": things["lead_id"]}  # type: ignore[dict-item]
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint in STREAMS:
            continue
        path = filled(rule.rule, known)
        for client in (alice.client, app.test_client()):
            answer = client.get(path)
            headers = answer.headers
            answer.close()
            assert {name: headers.get(name) for name in ALWAYS} == ALWAYS, path
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, path
            assert "unsafe" not in policy, path
            assert "frame-ancestors 'none'" in policy, path
            assert "Server" not in headers, path
            if rule.endpoint not in LONG:
                assert headers["Cache-Control"].startswith("no-store"), path


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("DELETE", "/leads", 405),
        ("POST", "/logout", 400),
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/api/v1/leads/ingest", 401),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/static/../app.py", 404),
    ],
)
def test_refusals_protect_themselves_too(app: Flask, method: str, path: str, status: int):
    answer = app.test_client().open(path, method=method)
    assert answer.status_code in {status, 303}
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_no_page_shows_what_opens_the_session(app: Flask, things: Things, alice: Person):
    token = alice.client.get_cookie("visit").value
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("portal.") and not rule.arguments and "GET" in (rule.methods or set()):
            if rule.endpoint in STREAMS | LONG:
                continue
            assert token not in alice.get(rule.rule).text, rule.rule


def test_what_was_known_before_signing_in_opens_nothing_after(app: Flask, world: World):
    actor = add_user(world.admin, Role.ADMIN, "alice@example.com")
    client, elsewhere = app.test_client(), seat(app, actor, "alice@example.com")
    client.set_cookie("visit", "planted-by-somebody-else")
    before = token_on(client.get("/login").text)
    client.post("/login", data={"csrf_token": before, "email": "alice@example.com", "password": PASSWORD})
    assert client.get_cookie("visit").value != "planted-by-somebody-else"
    assert client.get("/webhooks").status_code == 200
    client.post("/account/sessions/end-others", data={"csrf_token": before})
    assert elsewhere.get("/webhooks").status_code == 200  # the form from before did nothing
    planted = app.test_client()
    planted.set_cookie("visit", "planted-by-somebody-else")
    assert planted.get("/webhooks").status_code == 303


def test_cookies_are_for_us_alone(app: Flask, alice: Person):
    given_out = [
        line
        for answer in (
            alice.get("/login"), alice.post("/preferences", {"theme": "dark", "rail": "slim"}), alice.post("/logout"),
        )
        for line in answer.headers.getlist("Set-Cookie")
    ]  # fmt: skip
    assert len(given_out) >= 3
    assert all("HttpOnly" in line and "SameSite=Lax" in line and "Path=/" in line for line in given_out), given_out
    assert not [line for line in given_out if "domain=" in line.lower()]


def test_in_production_every_cookie_is_for_https_alone(settings: Settings, make_app: Callable[..., Flask]):
    more = {"SWITCHYARD_ENV": "production", "BASE_URL": "https://desk.example"}
    client = make_app(settings_for(settings.database_url, settings.redis_url, **more)).test_client()
    here = {"base_url": "https://desk.example", "headers": {"Referer": "https://desk.example/login"}}
    form = {"csrf_token": token_on(client.get("/login", **here).text), "theme": "dark", "rail": "slim", "keys": "off"}
    given_out = client.post("/preferences", data=form, **here).headers.getlist("Set-Cookie")
    assert given_out
    assert all("Secure" in line for line in given_out), given_out


@given(wish=st.one_of(st.text(), st.text("/\\:@.?#%\t\r\n ehttpsvil", max_size=30).map(lambda text: "/" + text)))
def test_no_wish_leads_to_another_site(wish: str):
    app = Flask("here")
    app.add_url_rule("/", "portal.home")
    with app.test_request_context():
        place = visit.local_path(wish)
    assert place.startswith("/")
    assert urlsplit(urljoin("https://desk.example/login", place)).netloc == "desk.example"
    assert not re.search(r"[\x00-\x20\\]", place) or place.isprintable()


def test_guessing_a_password_within_a_session_slows_down(alice: Person):
    form = {"old": "wrong wrong wrong", "new": "a much longer passphrase", "again": "a much longer passphrase"}
    with time_machine.travel(clock.now(), tick=False):
        answers = [alice.post("/account/password", form).status_code for _ in range(proof.FREE + 2)]
        assert answers == [422] * proof.FREE + [429] * 2
        assert alice.post("/account/password", form | {"old": PASSWORD}).status_code == 429
        assert alice.post("/account/second-factor/begin", {"password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("new", ["password1234", "qwertyuiop123", "Switchyard2026", "alice alice alice"])
def test_a_password_that_is_guessed_early_is_refused_with_its_reason(alice: Person, new: str):
    answer = alice.post("/account/password", {"old": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 422
    assert 'id="new-fault"' in answer.text
    assert new not in answer.text


def test_so_is_one_that_a_link_would_set(app: Flask, world: World):
    ann = add_user(world.admin, Role.ADMIN, "ann@example.com")
    enter_tenant(world.tenant_id)
    with transaction():
        token = links.make(world.tenant_id, ann.principal_id, Purpose.RESET, now=clock.now())
    client = app.test_client()
    form = {"csrf_token": token_on(client.get(f"/link/{token}").text), "new": "password1234", "again": "password1234"}
    answer = client.post(f"/link/{token}", data=form)
    assert answer.status_code == 422
    assert "early" in answer.text


def test_ways_around_the_token_are_none(app: Flask, alice: Person):
    """Neither another content type, nor a token of another's, nor one in the address."""
    other = seat(app, add_user(alice.actor, Role.ADMIN, "ann@example.com"), "ann@example.com")
    theirs = token_on(other.get("/account").text)
    own = token_on(alice.get("/account").text)
    path = "/account/sessions/end-others"
    elsewhere = seat(app, alice.actor, alice.email)
    alice.client.post(path, data={"csrf_token": theirs})
    alice.client.post(f"{path}?csrf_token={own}")
    alice.client.post(path, json={"csrf_token": own})
    alice.client.post(path, data=f"csrf_token={own}", content_type="text/plain")
    assert alice.client.get(path).status_code in {404, 405}
    assert elsewhere.get("/webhooks").status_code == 200  # none of them did anything
    alice.client.post(path, data={"csrf_token": own})
    assert elsewhere.get("/webhooks").status_code == 303
