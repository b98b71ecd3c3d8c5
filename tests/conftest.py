"""Fixtures of every room. What they are made of is in ``tests/support``.

``database`` runs a test on SQLite and on PostgreSQL; ``sqlite`` and ``postgres`` on one of them. Each is
empty at the start of a test. ``app`` is an application on it with its context pushed; ``client`` talks to it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy.pool import QueuePool

from app.db import db
from app.factory import create_app
from app.gateways import redis_links
from app.gateways.kit import Kit
from app.settings import Settings
from tests.support import browser, databases, network, require
from tests.support.databases import Database
from tests.support.postgres import NoPostgres, postgres_place
from tests.support.settings import settings_for
from tests.support.valkey import flush, valkey

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = timedelta(seconds=30)
SLOW_ENOUGH = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
hypothesis_settings.register_profile("ring", deadline=None, derandomize=True, suppress_health_check=SLOW_ENOUGH)
hypothesis_settings.register_profile("deep", deadline=None, max_examples=2000, suppress_health_check=SLOW_ENOUGH)
hypothesis_settings.load_profile("ring")


def pytest_configure(config: pytest.Config) -> None:
    """Loopback only, and deeper fuzzing in the deep ring."""
    network.guard()
    if config.option.markexpr == "slow":
        hypothesis_settings.load_profile("deep")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skip of what this run requires is a failure."""
    report = yield
    require.forbid_skip(item, report)
    return report


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """The address of this test process's own Valkey; it may hold what an earlier test left."""
    with valkey() as url:
        yield url


@pytest.fixture
def redis_url(valkey_url: str) -> str:
    """The same, emptied."""
    flush(valkey_url)
    return valkey_url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("template") / "switchyard.db"
    databases.migrate(databases.sqlite_at(path))
    return path


@pytest.fixture(scope="session")
def postgres_schema() -> Iterator[Database | NoPostgres]:
    """This test process's migrated PostgreSQL database, or why there is none."""
    with ExitStack() as stack:
        try:
            place = stack.enter_context(postgres_place())
        except NoPostgres as reason:
            yield reason
            return
        database = Database(place.app_url, place.owner_url)
        databases.migrate(database)
        yield database


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Database:
    """An empty SQLite database."""
    return databases.copy_of(sqlite_template, tmp_path)


@pytest.fixture
def postgres(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty PostgreSQL database; mark the test ``postgres``."""
    found: Database | NoPostgres = request.getfixturevalue("postgres_schema")
    if isinstance(found, NoPostgres):
        require.missing("postgres", str(found))
    yield found
    databases.empty(found)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database of each kind in turn."""
    made: Database = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def settings(database: Database, redis_url: str) -> Settings:
    """Settings of an application on ``database`` with a Redis of its own."""
    return settings_for(database.url, redis_url)


@pytest.fixture
def make_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Flask]]:
    """Make applications as ``create_app`` does; their connections are closed after the test.

    They wait for Redis and for a connection longer than in a web server: on a crowded machine either may be late,
    and is not away.
    """
    made: list[Flask] = []
    monkeypatch.setattr(redis_links, "WEB_TIMEOUT", PATIENCE)

    def make(settings: Settings, kit: Kit | None = None) -> Flask:
        made.append(create_app(settings, kit))
        with made[-1].app_context():
            if isinstance(db.engine.pool, QueuePool):
                db.engine.pool._timeout = PATIENCE.total_seconds()
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(settings: Settings, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An application on ``database``, its context pushed."""
    made = make_app(settings)
    with made.app_context():
        yield made
        db.session.remove()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium; mark the test ``browser``. Not for longer than a module: while it is up,
    its event loop counts as running in this thread and ``asyncio.run`` refuses to.
    """
    with browser.chromium() as launched:
        yield launched


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in a fresh profile; ``tests.support.browser.listen`` hears what goes wrong in it."""
    with chromium.new_context(locale="en-GB", timezone_id="Europe/London") as context:
        made = context.new_page()
        made.set_default_timeout(browser.PATIENCE)
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of ``app``."""
    return app.test_client()
