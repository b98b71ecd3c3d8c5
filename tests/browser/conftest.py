"""A running desk with people and leads, once a module: real server, real Chromium, nothing but loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from app import clock
from app.db import db
from app.domain.actor import Actor, Role
from app.factory import create_app
from app.services import endpoints, intake, users
from app.transaction import transaction
from tests.support.calls import call
from tests.support.databases import copy_of
from tests.support.live import live
from tests.support.settings import settings_for
from tests.support.valkey import flush
from tests.support.world import World, submission

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "correct horse battery"
NUMBERS = count(500)
TIMEOUT = 600
"""Seconds for a test; one that looks at many pages needs some of them on a crowded machine."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test of this room that long, unless it says for itself."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TIMEOUT))


@dataclass(frozen=True)
class Desk:
    """Where it is, and the key that QuickQuotes posts with."""

    base_url: str
    key: str

    def sign_in(self, page: Page, email: str) -> None:
        """Through the door, as anybody does."""
        page.goto(f"{self.base_url}/login")
        page.fill("#email", email)
        page.fill("#password", PASSWORD)
        page.click("button.primary")
        page.wait_for_url(lambda url: "/login" not in url)

    def post(self, **values: object) -> UUID:
        """A lead of somebody new over HTTP; its id."""
        number = next(NUMBERS)
        body = {
            "sector": "mortgages", "first_name": "Asha", "last_name": "Live", "email": f"asha{number}@example.co.uk",
            "phone": f"+4477124{number:05d}", "postcode": "SW1A 1AA", "consent_token": "ct_1",
            "consent_at": "2026-02-09T07:42:18Z",
        } | values  # fmt: skip
        answer = call(
            "POST", f"{self.base_url}/api/v1/leads/ingest", json.dumps(body).encode(),
            {"X-API-Key": self.key, "Content-Type": "application/json"}, seconds=60,
        )  # fmt: skip
        return UUID(json.loads(answer.body)["lead_id"].removeprefix("lead_"))


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A market that has been open for half an hour, behind a real server."""
    flush(valkey_url)
    folder = tmp_path_factory.mktemp("desk")
    database = copy_of(sqlite_template, folder)
    app = create_app(settings_for(database.url, valkey_url))
    with app.app_context():
        key = _fill()
        db.session.remove()
        db.engine.dispose()
    with live(database, valkey_url, folder, workers=False) as running:
        yield Desk(running.base_url, key)


def _fill() -> str:
    world = World(now=clock.now() - timedelta(minutes=30))
    northgate = world.buyer("Northgate")
    world.contract(northgate, 6200, name="Northgate UK")
    fenwick = world.buyer("Fenwick")
    world.contract(fenwick, 5700, name="Fenwick", filters={"field": "deposit_gbp", "op": "ge", "value": 75000})
    with transaction():
        for role, email, owner in (
            (Role.ADMIN, "alice@example.com", None),
            (Role.BUYER, "bob@example.com", northgate),
            (Role.PUBLISHER, "cara@example.com", world.publisher_id),
        ):
            users.add(
                world.admin, role=role, email=email, name=email.partition("@")[0].title(), password=PASSWORD,
                owner_id=owner, now=world.now,
            )  # fmt: skip
        cara = Actor(world.tenant_id, Role.PUBLISHER, world.admin.principal_id, world.publisher_id)
        endpoints.register(
            cara, url="http://127.0.0.1:9/hooks/quickquotes/leads-of-this-year", events=["lead.rejected"], now=world.now
        )
    for number in range(60):
        moment = world.now + timedelta(seconds=10 * number)
        values = {"phone": "12"} if number % 7 == 3 else {}
        intake.submit(world.access(moment), submission(number, **values), now=moment)
    return world.key.secret
