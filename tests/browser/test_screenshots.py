"""The main pages as they look with the demo's data, light and dark: taken by this test, shown in ``docs/images``.

``SWITCHYARD_SCREENSHOTS=docs/images ./dev test tests/browser/test_screenshots.py`` takes those of the docs anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from app.db import db
from app.demo.seed import seed
from app.factory import create_app
from app.settings import Settings
from tests.support import databases
from tests.support.browser import at_rest, listen
from tests.support.live import free_port, live
from tests.support.settings import settings_for
from tests.support.simulator import simulator
from tests.support.valkey import flush

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
DOCS = Path(__file__).resolve().parents[2] / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
PNG = b"\x89PNG\r\n\x1a\n"
LEAST = 15_000
"""Bytes: a page that holds something is never smaller."""


@dataclass(frozen=True)
class Shot:
    """One picture: its name, who looks, where; ``follow``: the link on that page that leads to it."""

    name: str
    who: str
    path: str
    follow: str = ""


SHOTS = (
    Shot("landing", "", "/welcome"),
    Shot("docs", "", "/docs"),
    Shot("docs-webhooks", "", "/docs/webhooks"),
    Shot("apply", "", "/apply"),
    Shot("sign-in", "", "/login"),
    Shot("overview", "admin", "/overview"),
    Shot("live", "admin", "/live"),
    Shot("leads", "admin", "/leads"),
    Shot("lead", "admin", "/leads?state=sold&period=all", 'tr:has-text("Mortgages") a.row-link'),
    Shot("contracts", "admin", "/contracts"),
    Shot("contract", "admin", "/contracts?name=Fenwick", "a.row-link"),
    Shot("change", "admin", "/changes", "a.row-link"),
    Shot("applications", "admin", "/applications"),
    Shot("application", "admin", "/applications", "a.row-link"),
    Shot("publishers", "admin", "/publishers"),
    Shot("publisher", "admin", "/publishers", "a.row-link"),
    Shot("buyers", "admin", "/buyers"),
    Shot("buyer", "admin", "/buyers", "a.row-link"),
    Shot("verticals", "admin", "/verticals"),
    Shot("campaign", "admin", "/campaigns", "a.row-link"),
    Shot("source", "admin", "/sources", "a.row-link"),
    Shot("offer", "admin", "/offers", "a.row-link"),
    Shot("suppressions", "admin", "/suppressions"),
    Shot("deliveries", "admin", "/deliveries"),
    Shot("users", "admin", "/users"),
    Shot("audit", "admin", "/audit"),
    Shot("queues", "admin", "/queues"),
    Shot("mails", "admin", "/mails"),
    Shot("settings", "admin", "/settings"),
    Shot("buyer-home", "buyer", "/home"),
    Shot("buyer-leads", "buyer", "/leads"),
    Shot("buyer-contract", "buyer", "/contracts", "a.row-link"),
    Shot("publisher-home", "publisher", "/home"),
    Shot("get-started", "publisher", "/start"),
    Shot("publisher-leads", "publisher", "/leads"),
    Shot("publisher-lead", "publisher", "/leads?state=sold", "a.row-link"),
    Shot("webhooks", "publisher", "/webhooks"),
    Shot("keys", "publisher", "/keys"),
    Shot("account", "publisher", "/account"),
)


@dataclass(frozen=True)
class Demo:
    """A demo that runs, and who may sign in: role -> (e-mail, password)."""

    base_url: str
    people: dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def demo(sqlite_template: Path, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo with its ninety days, its workers running."""
    flush(valkey_url)
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    database, card = databases.copy_of(sqlite_template, folder), folder / "demo.json"
    with ExitStack() as stack:
        buyers = stack.enter_context(simulator())
        told = {"SWITCHYARD_ENV": "demo", "SIMULATOR_URL": buyers.base_url, "PORT": str(port),
                "BASE_URL": f"http://127.0.0.1:{port}"}  # fmt: skip
        _seed(settings_for(database.url, valkey_url, **told), card)
        running = stack.enter_context(live(database, valkey_url, folder, **told))
        people = json.loads(card.read_text())["users"]
        yield Demo(running.base_url, {one["role"]: (one["email"], one["password"]) for one in people})


def _seed(settings: Settings, card: Path) -> None:
    app = create_app(settings)
    with app.app_context():
        seed(card)
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("who", sorted({shot.who for shot in SHOTS}))
def test_each_main_page_can_be_shown(chromium: Browser, demo: Demo, tmp_path: Path, who: str):
    folder = Path(os.environ.get("SWITCHYARD_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    with chromium.new_context(locale="en-GB", viewport=SIZE, reduced_motion="reduce") as context:
        page = context.new_page()
        wrong = listen(page)
        if who in demo.people:
            _sign_in(page, demo, who)
        for shot in SHOTS:
            if shot.who == who:
                _open(page, demo, shot)
                for scheme in SCHEMES:
                    page.emulate_media(color_scheme=scheme)
                    taken = page.screenshot(path=folder / f"{shot.name}-{scheme}.png")
                    assert len(taken) > LEAST, shot.name
        assert wrong == []


def test_the_docs_hold_both_pictures_of_each_main_page():
    wanted = {f"{shot.name}-{scheme}.png" for shot in SHOTS for scheme in SCHEMES}
    held = {path.name for path in DOCS.glob("*.png")}
    assert held == wanted
    assert all((DOCS / name).read_bytes().startswith(PNG) for name in held)


def _sign_in(page: Page, demo: Demo, who: str) -> None:
    email, password = demo.people[who]
    page.goto(f"{demo.base_url}/login")
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("button.primary")
    page.wait_for_url(lambda url: "/login" not in url)


def _open(page: Page, demo: Demo, shot: Shot) -> None:
    """To the page and, by its first fitting link, onwards; until nothing is loading any more."""
    answer = page.goto(demo.base_url + shot.path)
    assert answer is not None
    assert answer.ok, shot.path
    if shot.follow:
        page.goto(demo.base_url + (page.locator(shot.follow).first.get_attribute("href") or ""))
    page.wait_for_selector("h1")
    at_rest(page)
