"""A running Switchyard with a shop in it, fake buyers and a webhook sink: one a module and database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.factory import create_app
from app.services import endpoints, users
from app.transaction import transaction
from tests.support.databases import Database
from tests.support.lasting import KINDS, lasting_database
from tests.support.live import Live, live
from tests.support.settings import settings_for
from tests.support.shop import Shop, add_buyer, open_shop
from tests.support.simulator import FakeBuyers, simulator
from tests.support.valkey import flush
from tests.support.world import PATIENT

EVENTS = ["lead.purchased", "lead.rejected"]
ADMIN, PASSWORD = "alice@shop.example.com", "the-quick-brown-lead"
PREFIX = "Acme"
"""A receiver that was built for another sender keeps its own header names: the prefix is the endpoint's setting."""


@dataclass
class Market:
    """Everything a journey meets. ``secrets``: publisher's number -> its webhook secret."""

    live: Live
    buyers: FakeBuyers
    shop: Shop
    app: Flask
    secrets: dict[int, str]

    def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """What the database holds, in the shop's tenant."""
        with self.app.app_context():
            enter_tenant(self.shop.tenant_id)
            found = [tuple(row) for row in db.session.execute(text(statement), values)]
            db.session.remove()
        return found


def stock(app: Flask, buyers: FakeBuyers, publishers: int) -> tuple[Shop, dict[int, str]]:
    """Publishers with a webhook each; one buyer who always declines, three who accept, the next one cheaper."""
    now = clock.now() - timedelta(hours=1)
    with app.app_context():
        with transaction():
            shop = open_shop(now, publishers=publishers, **PATIENT)
            add_buyer(shop, "Fenwick", now, url=buyers.buyer("fenwick", profile="decline"), price_minor=5200)
            add_buyer(shop, "Northgate", now, url=buyers.buyer("northgate"), price_minor=4800)
            add_buyer(shop, "Acme", now, url=buyers.buyer("acme", latency_ms=50), price_minor=4600)
            add_buyer(shop, "Harbour", now, url=buyers.buyer("harbour"), price_minor=4500)
            users.add(shop.actor, role=Role.ADMIN, email=ADMIN, name="Alice", password=PASSWORD, now=now)
            secrets = {}
            for number, publisher in enumerate(shop.publishers):
                owner = Actor(shop.tenant_id, Role.PUBLISHER, shop.actor.principal_id, owner_id=publisher.id)
                made = endpoints.register(
                    owner, url=buyers.hook(f"publisher-{number}"), events=EVENTS, prefix=PREFIX, now=now
                )
                secrets[number] = made.secret
        db.session.remove()
    return shop, secrets


@contextmanager
def market_on(database: Database, redis_url: str, logs: Path, publishers: int = 4) -> Iterator[Market]:
    """Open the market on this database, with every process running."""
    with ExitStack() as stack:
        buyers = stack.enter_context(simulator())
        app = create_app(settings_for(database.url, redis_url))
        stack.callback(_close, app)
        shop, secrets = stock(app, buyers, publishers)
        running = stack.enter_context(live(database, redis_url, logs))
        yield Market(running, buyers, shop, app, secrets)


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module", params=KINDS)
def market_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An empty database of each kind, kept for a module."""
    yield from lasting_database(request, tmp_path_factory)


@pytest.fixture(scope="module")
def market(market_database: Database, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """A market that a module's tests share; each looks at leads of its own."""
    flush(valkey_url)
    with market_on(market_database, valkey_url, tmp_path_factory.mktemp("logs")) as running:
        yield running
