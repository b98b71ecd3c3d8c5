"""The server is told to end: answers without an end of their own end themselves, and nobody waits for the grace."""

from __future__ import annotations

import http.client
import signal
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from app import clock
from app.cli import GRACE_SECONDS
from app.domain.actor import Role
from app.services import sessions
from app.services.catalogue import MOST_BUDGET_MS
from app.transaction import transaction
from tests.portal.people import add_user
from tests.support.live import live
from tests.support.world import World


@pytest.fixture
def token(app):
    """Of an admin's living session."""
    world = World(now=clock.now())
    admin = add_user(world.admin, Role.ADMIN, "alice@example.com")
    with transaction():
        return sessions.begin(
            admin.tenant_id, admin.principal_id, ip="127.0.0.1", user_agent="Firefox/1 Linux", now=clock.now()
        )


@contextmanager
def stream(web, token):
    """An open live stream whose first line has arrived."""
    parts = urlsplit(web.base_url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=GRACE_SECONDS)
    try:
        connection.request("GET", "/live/stream?after=0-0", headers={"Cookie": f"visit={token}"})
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.readline() == b"retry: 1000\n"
        yield answer
    finally:
        connection.close()


def test_the_grace_outlasts_the_longest_time_budget():
    assert GRACE_SECONDS * 1000 > MOST_BUDGET_MS


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_open_streams_do_not_hold_up_the_end(database, redis_url, app, token, tmp_path):
    with (
        live(database, redis_url, tmp_path, workers=False) as web,
        stream(web, token) as one,
        stream(web, token) as two,
    ):
        process = web.running["web"]
        process.send_signal(signal.SIGTERM)
        for answer in (one, two):
            answer.read()  # to its proper end: IncompleteRead were the server killed over it
        assert process.wait(GRACE_SECONDS - 5) == 0
