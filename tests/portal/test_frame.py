"""What holds for every page: headers, no inline script or style, errors with a request id, colours one can read."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.portal import assets, furniture, visit
from tests.portal.people import Person
from tests.support.databases import Database

PAGES = (
    "/overview", "/queues", "/settings", "/live", "/leads", "/keys", "/webhooks", "/webhooks/new", "/messages",
    "/deliveries", "/account",
)  # fmt: skip
CSS = (Path(assets.OURS) / "app.css").read_text()
TOKEN = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
COLOURS = {name: (light, dark) for name, light, dark in TOKEN.findall(CSS)}
STYLES = tuple(Path(assets.OURS).glob("*.css"))
TEXT = re.compile(r"(?<![a-z-])color: var\(--([a-z0-9-]+)")
GROUNDS = ("paper", "raised", "sunken", "hover")
READ = {
    "ink": 7, "ink-2": 7, "ink-3": 4.5, "accent": 4.5, "good": 4.5, "notice": 4.5, "bad": 4.5, "live": 4.5,
    "control": 3,
}  # fmt: skip
"""Least contrast of each colour on every ground: body text 7, other text 4.5, the lines of controls 3 (WCAG 2.2)."""


@pytest.fixture
def database(sqlite: Database) -> Database:
    return sqlite


@pytest.mark.parametrize("path", [*PAGES, "/nothing-here"])
def test_every_page_forbids_what_it_does_not_need(alice: Person, path: str):
    headers = alice.get(path).headers
    policy = headers["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "HX-Request" in headers["Vary"]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_script_or_style(alice: Person, path: str):
    page = alice.get(path).text
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert not re.search(r"\s(style|on[a-z]+|hx-on[^=]*)=", page)
    assert "<style" not in page
    assert "http://" not in page.replace("http://127.0.0.1", "")
    assert not [link for link in re.findall(r'(?:src|href)="([^"]*)"', page) if "//" in link]


def test_a_dead_link_keeps_the_navigation_and_says_the_request_id(alice: Person):
    answer = alice.get("/nothing-here")
    assert answer.status_code == 404
    assert 'href="/leads"' in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "next_step"),
    [
        ("GET", "/nothing-here", 404, "Find a lead"),
        ("GET", "/search?missed=x", 400, "To the start page"),
        ("GET", "/account/password", 405, "Back to the page before"),
        ("PUT", "/account", 405, "Back to the page before"),
        ("POST", "/account/password", 413, "Back to the page before"),
    ],
)
def test_every_error_keeps_the_navigation_and_says_what_to_do(
    alice: Person, method: str, path: str, status: int, next_step: str
):
    data = b"x" * 300_000 if status == 413 else None
    kind = "application/x-www-form-urlencoded"
    headers = {"Referer": "http://localhost/leads?state=sold"}
    answer = alice.client.open(path, method=method, data=data, content_type=kind, headers=headers)
    assert answer.status_code == status
    assert 'class="rail"' in answer.text
    assert next_step in answer.text
    assert f'data-copy="{answer.headers["X-Request-ID"]}"' in answer.text


def test_a_database_that_is_away_is_told_as_such_and_the_page_can_be_tried_again(
    alice: Person, monkeypatch: pytest.MonkeyPatch
):
    def away(*_: object) -> None:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.undo()
    monkeypatch.setattr(visit.sessions, "visitor", away)
    answer = alice.get("/leads?state=sold")
    assert answer.status_code == 503
    assert 'href="/leads?state=sold">Try again' in answer.text


def test_a_part_carries_what_was_flashed_out_of_band(app: Flask, alice: Person):
    with alice.client.session_transaction() as kept:
        kept["_flashes"] = [("message", "It is done."), ("bad", "<b>It is not.</b>")]
    part = alice.get("/leads?state=sold", htmx=True).text
    assert re.search(r'<div id="notices"[^>]*hx-swap-oob="true"', part)
    assert "tone-good" in part
    assert "&lt;b&gt;It is not." in part
    assert 'id="notices"' not in alice.get("/leads?state=sold", htmx=True).text


def test_a_stranger_gets_an_error_page_without_navigation(app: Flask):
    answer = app.test_client().get("/nothing-here")
    assert answer.status_code == 404
    assert 'class="rail"' not in answer.text


def test_htmx_gets_an_error_as_a_part(alice: Person):
    answer = alice.get("/leads/00000000-0000-0000-0000-000000000000", htmx=True)
    assert answer.status_code == 404
    assert "<html" not in answer.text


def test_an_unforeseen_error_tells_the_request_id_and_nothing_else(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.undo()  # the loud errors of the other tests

    def broken(_role: object) -> tuple[()]:
        raise RuntimeError("a secret thing")

    monkeypatch.setattr(visit.sessions, "is_stale", broken)
    answer = alice.get("/leads")
    assert answer.status_code == 500
    assert "a secret thing" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_files_carry_their_digest_and_are_kept_for_a_year(app: Flask, alice: Person):
    page = alice.get("/leads").text
    [style] = re.findall(r'href="(/static/app\.css\?v=[0-9a-f]{8})"', page)
    with app.test_client().get(style) as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    assert app.test_client().get("/static/../factory.py").status_code == 404
    assert app.test_client().get("/static/%2e%2e/factory.py").status_code == 404


def test_the_unsafe_parts_of_htmx_are_switched_off(alice: Person):
    page = alice.get("/leads").text
    for word in (
        '"allowEval":false',
        '"includeIndicatorStyles":false',
        '"historyCacheSize":0',
        '"selfRequestsOnly":true',
    ):
        assert word in page


def test_script_and_style_weigh_little():
    ours = (path for path in Path(assets.OURS).iterdir() if path.suffix in {".css", ".js"})
    files = (*ours, *Path(assets.VENDOR).glob("*.js"))
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < 60_000


def test_every_colour_of_text_is_one_that_is_checked():
    used = {name for path in STYLES for name in TEXT.findall(path.read_text())}
    assert used - {"tone"} <= set(READ) | {"on-accent", "paper", "accent-hover"}, "check its contrast, too"


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize(("token", "least"), READ.items())
def test_every_text_colour_can_be_read_on_every_ground(token: str, ground: str, least: float, scheme: int):
    assert contrast(COLOURS[token][scheme], COLOURS[ground][scheme]) >= least


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_notices_buttons_and_tips_can_be_read(scheme: int):
    for ground in ("accent", "accent-hover"):
        assert contrast(COLOURS["on-accent"][scheme], COLOURS[ground][scheme]) >= 4.5
    for ground in ("paper", "raised", "hover"):
        assert contrast(COLOURS["accent-hover"][scheme], COLOURS[ground][scheme]) >= 4.5
    assert contrast(COLOURS["paper"][scheme], COLOURS["ink"][scheme]) >= 7
    for tone in ("good", "notice", "bad", "live"):
        assert contrast(COLOURS["ink"][scheme], COLOURS[f"{tone}-tint"][scheme]) >= 7
        assert contrast(COLOURS[tone][scheme], COLOURS[f"{tone}-tint"][scheme]) >= 4.5
    for ink in ("ink", "ink-2", "ink-3"):
        assert contrast(COLOURS[ink][scheme], COLOURS["warm"][scheme]) >= 4.5


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_theme_of_a_stranger_is_the_systems(app: Flask):
    with app.test_request_context("/"):
        assert furniture.theme() == "system"
