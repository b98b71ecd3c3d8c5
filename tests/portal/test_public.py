"""The front page for strangers: what it says, the live call without scripts, and the limit on it."""

import html
import json
import re

import pytest
from flask import Flask

from app.domain.presets import EXTRAS
from app.gateways.kit import kit
from app.portal import specimens
from app.services import sandbox
from tests.portal.people import Person, token_on
from tests.support.world import World

OPEN_PAGES = ("/welcome", "/welcome?sample=broken", "/docs", "/docs/webhooks", "/docs/changelog")


@pytest.fixture
def stranger(app: Flask):
    """Somebody at a browser without a session or scripts."""
    return app.test_client()


def send(stranger, body, **headers):
    page = stranger.get("/welcome")
    form = {"csrf_token": token_on(page.text), "body": body}
    return stranger.post("/welcome", data=form, headers=headers)


def shown(page):
    """The status line, the answer's JSON and the headers that the page shows."""
    status = re.search(r"<strong>(\d{3}) ", page)[1]
    body = re.search(r'aria-label="Response body"><code>(.*?)</code>', page, re.DOTALL)[1]
    headers = dict(re.findall(r"<dt>([\w-]+)</dt><dd><code>([^<]*)</code>", page))
    return int(status), html.unescape(body), headers


def test_a_stranger_at_the_bare_address_is_told_what_this_is(stranger):
    answer = stranger.get("/")
    assert (answer.status_code, answer.location) == (303, "/welcome")


def test_somebody_whose_session_is_over_is_asked_to_sign_in(stranger):
    stranger.set_cookie("visit", "an-old-session")
    assert stranger.get("/").location.startswith("/login")


def test_the_landing_names_everything_that_one_can_do_next(stranger):
    page = stranger.get("/welcome").text
    for place in ("/apply", "/docs", "/login", "/docs/webhooks", "/docs/reference", "/api/v1/openapi.json"):
        assert f'href="{place}"' in page, place
    for word in ("For operators", "For buyers", "For publishers"):
        assert word in page


def test_somebody_who_is_signed_in_finds_the_way_back(cara: Person):
    page = cara.get("/welcome").text
    assert "Open portal" in page
    assert "Sign in</a>" not in page


@pytest.mark.parametrize("path", OPEN_PAGES)
def test_open_pages_carry_no_script_or_style_of_their_own_and_ask_nobody_else(stranger, path: str):
    answer = stranger.get(path)
    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|hx-on", answer.text)
    loaded = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', answer.text)
    assert loaded
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)


def test_the_call_shows_status_body_headers_and_time(stranger, world: World):
    answer = send(stranger, specimens.text(specimens.lead("mortgages")))
    status, body, headers = shown(answer.text)
    assert status == 200
    told = json.loads(body)
    assert (told["ok"], told["status"], told["reason"]) == (True, "accepted", None)
    assert headers["Content-Type"] == "application/json"
    assert headers["X-RateLimit-Limit"] == "120"
    assert " ms on our side" in answer.text


def test_it_is_the_answer_that_the_endpoint_itself_gives(stranger, world: World):
    for body in (specimens.text(specimens.broken("mortgages")), "{", "[]", '{"sector": "boats"}', ""):
        status, said, _ = shown(send(stranger, body).text)
        real = stranger.post(
            "/api/v1/leads/ingest", data=body, headers={"X-API-Key": sandbox.KEY, "Content-Type": "application/json"}
        )
        expected = real.json | {"request_id": ""}
        assert (status, json.loads(said) | {"request_id": ""}) == (real.status_code, expected), body


def test_the_broken_sample_is_refused_field_by_field(stranger):
    page = stranger.get("/welcome?sample=broken").text
    body = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])
    status, said, _ = shown(send(stranger, body).text)
    assert status == 422
    assert {fault["field"] for fault in json.loads(said)["errors"]} == {"email", "phone", "postcode"}


def test_what_was_typed_stays_and_does_nothing(stranger):
    page = send(stranger, '{"sector": "</textarea><img src=x onerror=alert(1)>"}').text
    assert "<img src=x" not in page
    assert "&lt;/textarea&gt;&lt;img src=x" in page


def test_calls_are_limited_by_address_as_the_sandbox_is(stranger, app: Flask):
    for _ in range(121):
        kit().limiter.hit("sandbox:127.0.0.1", (120, 60))
    status, said, headers = shown(send(stranger, "{}").text)
    assert status == 429
    assert "detail" in json.loads(said)
    assert int(headers["Retry-After"]) >= 1


def test_the_call_needs_its_form_token(stranger):
    assert stranger.post("/welcome", data={"body": "{}"}).status_code == 400


def test_a_page_cannot_be_told_that_somebody_stands_in_for_a_key(stranger, world: World):
    for name in ("switchyard.stage", "Switchyard-Stage", "switchyard_stage"):
        answer = stranger.post("/api/v1/leads/ingest", json={"sector": "mortgages"}, headers={name: "1"})
        assert answer.status_code == 401


def test_every_specimen_passes_and_every_broken_one_fails(stranger, app: Flask):
    def status(body):
        headers = {"X-API-Key": sandbox.KEY}
        return stranger.post("/api/v1/leads/ingest", json=body, headers=headers).status_code

    assert {key: status(specimens.lead(key)) for key in EXTRAS} == dict.fromkeys(EXTRAS, 200)
    assert {key: status(specimens.broken(key)) for key in EXTRAS} == dict.fromkeys(EXTRAS, 422)


@pytest.mark.parametrize("country", sorted(specimens.ABROAD))
def test_a_specimen_for_another_country_passes_there(stranger, monkeypatch: pytest.MonkeyPatch, country: str):
    monkeypatch.setattr(sandbox, "COUNTRY", country)
    body = specimens.lead("solar", country)
    answer = stranger.post("/api/v1/leads/ingest", json=body, headers={"X-API-Key": sandbox.KEY})
    assert (answer.status_code, answer.json.get("errors")) == (200, None)
