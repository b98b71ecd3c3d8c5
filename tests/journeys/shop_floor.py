"""A shop whose people sit at real browsers: an admin, a buyer with an address of its own, and the open mailbox."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask

from app import clock
from app.db import db
from app.domain.actor import Role
from app.services import users
from app.transaction import transaction
from tests.support import require
from tests.support.databases import Database
from tests.support.hands import Hands
from tests.support.live import Live, live
from tests.support.shop import add_buyer, open_shop
from tests.support.simulator import FakeBuyers, simulator
from tests.support.world import PATIENT

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

ADMIN, BUYER, PUBLISHER = "alice@shop.example.com", "bob@northgate.example.com", "cara@quotes.example.com"
PASSWORD = "the-quick-brown-lead"
PATIENCE = 60_000  # milliseconds; what is waited for takes one on a quick machine


@dataclass(frozen=True)
class Floor:
    """Where it is, its buyers, and the key of a publisher that is there already."""

    live: Live
    buyers: FakeBuyers
    key: str

    @property
    def base_url(self) -> str:
        """Where the portal is."""
        return self.live.base_url


@contextmanager
def open_floor(app: Flask, database: Database, redis_url: str, logs: Path) -> Iterator[Floor]:
    """Northgate pays best, for 50 leads a day, Harbour next; both answer over HTTP, and mail lands in the mailbox."""
    now = clock.now() - timedelta(hours=1)
    with simulator() as buyers:
        with app.app_context():
            with transaction():
                shop = open_shop(now, zone=noon_zone(now), **PATIENT)
                northgate = add_buyer(
                    shop, "Northgate", now, url=buyers.buyer("northgate"), price_minor=6200, daily=[50]
                )
                add_buyer(shop, "Harbour", now, url=buyers.buyer("harbour"), price_minor=5600)
                for role, email, owner_id in (
                    (Role.ADMIN, ADMIN, None),
                    (Role.BUYER, BUYER, northgate.id),
                    (Role.PUBLISHER, PUBLISHER, shop.publishers[0].id),
                ):
                    name = email.partition("@")[0].title()
                    users.add(
                        shop.actor, role=role, email=email, name=name, password=PASSWORD, owner_id=owner_id, now=now
                    )
            db.session.remove()
        with live(database, redis_url, logs, SWITCHYARD_ENV="demo") as running:
            yield Floor(running, buyers, shop.publishers[0].key)


def noon_zone(now: datetime) -> str:
    """A zone where it is about noon, so that no day ends while people work; its name counts hours west of Greenwich."""
    return f"Etc/GMT{now.hour - 12:+d}"


def page_of(person: BrowserContext) -> Page:
    """A page of somebody's own browser, as patient as these tests."""
    person.set_default_timeout(PATIENCE)
    return person.new_page()


def sign_in(page: Page, hands: Hands, base_url: str, email: str, password: str = PASSWORD) -> None:
    """Through the door, to whatever page that person begins with."""
    page.goto(f"{base_url}/login")
    hands.fill("email", email)
    hands.fill("password", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def curl(base_url: str, key: str, lead: dict[str, Any]) -> dict[str, Any]:
    """Post a lead as the documentation shows it: a program of its own, the key in its header."""
    program = shutil.which("curl")
    if program is None:
        require.missing("browser", "cURL is not installed")
    told = subprocess.run(
        [
            program, "--silent", "--show-error", "--max-time", "60", "--noproxy", "*",
            f"{base_url}/api/v1/leads/ingest", "-H", f"X-API-Key: {key}", "-H", "Content-Type: application/json",
            "-d", json.dumps(lead),
        ],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(told.stdout)
    assert "ok" in answer, answer
    return answer


def lead_of(number: int, name: str) -> dict[str, Any]:
    """Somebody who wants a mortgage."""
    return {
        "sector": "mortgages", "first_name": name, "last_name": "Lead", "email": f"lead{number}@example.co.uk",
        "phone": f"+4477123{number:05d}", "postcode": "SW1A 1AA", "consent_token": "ct_abc123",
        "consent_at": "2026-02-09T07:42:18Z", "extra_fields": {"property_value_gbp": 350000, "deposit_gbp": 70000},
    }  # fmt: skip


def read_until(page: Page, text: str) -> None:
    """Load the page again until it says something; what makes it say so is under way in other processes."""
    for _ in range(PATIENCE // 250):
        if text in page.inner_text("main"):
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"{page.url} never said {text!r}")
