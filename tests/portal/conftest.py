"""A small market with people in it, for every test of the portal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask, g
from sqlalchemy import event

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Role
from app.queries import deliveries, webhooks
from app.services import endpoints, intake, outbox, passwords
from app.transaction import read_only, transaction
from app.web import shapes
from app.web.problem import Problem
from tests.portal.people import Person, add_user, seat
from tests.portal.things import rivals, things  # noqa: F401 - fixtures for whole walks
from tests.support.databases import Database
from tests.support.midday import midday  # noqa: F401 - for every test here
from tests.support.world import World, submission


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is slow by design; what it costs is tested where signing in is."""
    monkeypatch.setattr(passwords, "_HASHER", passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._nobody.cache_clear()


@pytest.fixture(autouse=True)
def _loud_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody foresaw fails the test with its own trace."""

    def loud(error: Exception) -> Problem:
        raise error

    monkeypatch.setattr(shapes, "internal", loud)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database; PostgreSQL's turn is in the deep ring: pages stand on services and queries tested on both."""
    made: Database = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application, whose requests share nothing: the context that tests push would keep form tokens."""

    @app.before_request
    def _forget() -> None:
        g.pop("csrf_token", None)
        g.pop("visitor", None)

    app.before_request_funcs[None].insert(0, app.before_request_funcs[None].pop())
    return app


@pytest.fixture
def world(app: Flask) -> World:
    """One tenant with a publisher, opened a few minutes ago."""
    return World(now=clock.now() - timedelta(minutes=5))


@pytest.fixture
def northgate(world: World) -> UUID:
    """A buyer that reads its leads in the portal and pays best."""
    enter_tenant(world.tenant_id)  # another tenant may have been opened meanwhile
    buyer_id = world.buyer("Northgate")
    world.contract(buyer_id, 6200, name="Northgate UK")
    return buyer_id


@pytest.fixture
def lead_id(world: World, northgate: UUID) -> UUID:
    """A lead of QuickQuotes that Northgate bought for 62.00."""
    return intake.submit(world.access(), submission(), now=world.now + timedelta(minutes=1)).lead_id


@pytest.fixture
def rejected_id(world: World, lead_id: UUID) -> UUID:
    """The same person again."""
    return intake.submit(world.access(), submission(), now=world.now + timedelta(minutes=2)).lead_id


@pytest.fixture
def alice(app: Flask, world: World) -> Person:
    """The tenant's admin."""
    return seat(app, add_user(world.admin, Role.ADMIN, "alice@example.com"), "alice@example.com")


@pytest.fixture
def bob(app: Flask, world: World, northgate: UUID) -> Person:
    """Northgate's buyer."""
    return seat(app, add_user(world.admin, Role.BUYER, "bob@example.com", northgate), "bob@example.com")


@pytest.fixture
def cara(app: Flask, world: World) -> Person:
    """QuickQuotes' publisher."""
    return seat(app, add_user(world.admin, Role.PUBLISHER, "cara@example.com", world.publisher_id), "cara@example.com")


@pytest.fixture
def other(app: Flask) -> World:
    """Another tenant."""
    return World(now=clock.now() - timedelta(minutes=5))


@pytest.fixture
def dan(app: Flask, other: World) -> Iterator[Person]:
    """The other tenant's admin: a stranger here."""
    return seat(app, add_user(other.admin, Role.ADMIN, "dan@example.com"), "dan@example.com")


@pytest.fixture
def endpoint_id(world: World, cara: Person) -> UUID:
    """An address of QuickQuotes that hears of refused leads."""
    with transaction():
        made = endpoints.register(cara.actor, url="http://127.0.0.1:9/hooks", events=["lead.rejected"], now=world.now)
    return made.endpoint.id


@pytest.fixture
def message_id(world: World, cara: Person, endpoint_id: UUID, rejected_id: UUID) -> UUID:
    """What it was told: the same person came again."""
    outbox.fan_out(world.tenant_id, clock.now())
    enter_tenant(world.tenant_id)
    with read_only():
        [row] = webhooks.messages(cara.actor, webhooks.MessageFilter(endpoint_id=endpoint_id)).rows
    return row.id


@pytest.fixture
def delivery_id(world: World, bob: Person) -> UUID:
    """A lead that Northgate pays best for and is handed at an address where nobody listens."""
    world.contract(bob.actor.owner_id, 9900, name="Northgate by post", url="http://127.0.0.1:9/post")
    intake.submit(world.access(), submission(77), now=world.now + timedelta(minutes=3))
    enter_tenant(world.tenant_id)
    with read_only():
        [row] = deliveries.listed(world.admin, deliveries.DeliveryFilter()).rows
    return row.id


@pytest.fixture
def key_id(world: World) -> UUID:
    """QuickQuotes' ingest key."""
    return world.key.id


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement from now on, without what begins a transaction or notes once a minute that a person is there."""
    told: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("select set_config", "BEGIN", "UPDATE sessions SET seen_at")):
            told.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield told
    event.remove(db.engine, "before_cursor_execute", note)
