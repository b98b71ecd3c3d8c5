"""Bodies that dawdle, on a real server: they hold a few of its threads, and everybody else is served."""

from __future__ import annotations

import http.client
import json
import select
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from app import clock
from app.web.reading import SLOW_SECONDS, ReadingSlots
from tests.dialects.conftest import PATH
from tests.dialects.market import open_market, person
from tests.support.live import live

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
CROWD, CLIENTS, POSTS = 64, 32, 20
PATIENCE = 60


@pytest.fixture
def market(app):
    return open_market()


@pytest.fixture
def web(database, redis_url, market, tmp_path):
    """The web server alone, on the market's database."""
    with live(database, redis_url, tmp_path, workers=False) as running:
        yield running


def connected(web, address=HERE):
    parts = urlsplit(web.base_url)
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE, source_address=(address, 0))


def answer(connection, method, path, body=None, headers=None):
    connection.request(method, path, body, headers or {})
    got = connection.getresponse()
    return got.status, got.headers, got.read()


def asked(web, address, *request):
    """One request from this address, on a connection of its own."""
    with closing(connected(web, address)) as connection:
        return answer(connection, *request)


def slow_socket(web, path=PATH, length="Content-Length: 1000", first="{", *, method="POST", kind="application/json"):
    parts = urlsplit(web.base_url)
    line = socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE, source_address=(HERE, 0))
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n{length}\r\n\r\n"
    line.sendall((head + first).encode())
    return line


def answered(lines, count):
    """The status lines of so many of these, once they have come."""
    open_, heads, until = list(lines), [], time.monotonic() + PATIENCE
    while len(heads) < count:
        ready, _, _ = select.select(open_, [], [], max(0, until - time.monotonic()))
        assert ready, f"{len(heads)} of {count} were answered"
        heads += [line.recv(65536).partition(b"\r\n")[0] for line in ready]
        open_ = [line for line in open_ if line not in ready]
    assert not select.select(open_, [], [], 0)[0], "more were answered"
    return heads


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "length", "first"),
    [
        (PATH, "Content-Length: 1000", "{"),
        (PATH, "Transfer-Encoding: chunked", "1\r\n{\r\n"),
        ("/login", "Content-Length: 99", "e"),
    ],
)
def test_slow_senders_hold_a_quarter_of_the_threads(web, market, path, length, first):
    usual = {"X-API-Key": market.key.secret, "Content-Type": "application/json"}
    with ExitStack() as stack:
        lines = [stack.enter_context(slow_socket(web, path, length, first)) for _ in range(CROWD)]
        for number in range(3):
            assert asked(web, HERE, "GET", "/healthz")[0] == 200
            body = json.dumps(person(number)).encode()
            assert asked(web, ELSEWHERE, "POST", PATH, body, usual)[0] == 200
        assert all(head.startswith(b"HTTP/1.1 503") for head in answered(lines, CROWD - 4))
        mine = json.dumps(person(9)).encode()
        status, headers, body = asked(web, HERE, "POST", PATH, mine, usual)
        assert (status, headers["Retry-After"], json.loads(body).keys()) == (503, "2", {"detail", "request_id"})
    until = time.monotonic() + PATIENCE
    while (status := asked(web, HERE, "POST", PATH, mine, usual)[0]) == 503:  # until it sees that they have hung up
        assert time.monotonic() < until
    assert status == 200


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/apply", b"200"), ("GET", "/healthz", b"200"), ("POST", "/nothing", b"404")]
)
def test_nobody_waits_for_a_body_that_no_view_reads(web, method, path, status):
    kind = "application/x-www-form-urlencoded"
    with ExitStack() as stack:
        lines = [stack.enter_context(slow_socket(web, path, method=method, kind=kind)) for _ in range(24)]
        for line in lines:
            assert line.recv(65536).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_many_honest_clients_at_one_address_never_meet_it(web, market):
    usual = {"X-API-Key": "sk_of_nobody", "Content-Type": "application/json"}
    gate = threading.Barrier(CLIENTS)

    def run(number):
        gate.wait(PATIENCE)
        with closing(connected(web)) as connection:
            body = json.dumps(person(number, extra_fields={"a": "x" * 1000})).encode()
            return [answer(connection, "POST", PATH, body, usual)[0] for _ in range(POSTS)]

    with ThreadPoolExecutor(CLIENTS) as threads:
        statuses = [status for each in threads.map(run, range(CLIENTS)) for status in each]
    assert len(statuses) == CLIENTS * POSTS
    assert set(statuses) == {401}  # the body is read before the key is looked at


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_body_cut_short_is_no_request(web, market):
    with slow_socket(web, first=json.dumps(person(1))) as line:
        line.shutdown(socket.SHUT_WR)
    usual = {"X-API-Key": market.key.secret, "Content-Type": "application/json"}
    assert asked(web, HERE, "POST", PATH, json.dumps(person(1)).encode(), usual)[0] == 200  # no duplicate


@pytest.fixture
def passing(monkeypatch):
    """Time that stands still until the test lets some pass."""
    told = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(clock, "tick", lambda: told.seconds)
    return told


def test_whoever_waits_is_let_in_as_soon_as_a_slot_is_free(passing):
    slots = ReadingSlots(threads=8)
    with ExitStack() as first, slots.taken(HERE), ThreadPoolExecutor(1) as threads:
        first.enter_context(slots.taken(HERE))

        def wait():
            with slots.taken(HERE) as has_slot:
                return has_slot

        waiting = threads.submit(wait)
        with pytest.raises(TimeoutError):
            waiting.result(0.1)
        first.close()
        assert waiting.result(PATIENCE)


def test_whoever_waits_gives_up_when_those_in_the_way_have_become_slow(passing):
    slots = ReadingSlots(threads=8)
    with slots.taken(HERE), slots.taken(HERE), ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(lambda: slots.taken(HERE).__enter__())
        passing.seconds += SLOW_SECONDS
        assert not waiting.result(PATIENCE)


def test_behind_slow_readers_nobody_waits(passing):
    slots = ReadingSlots(threads=8)
    with ExitStack() as held:
        for address in (HERE, HERE, ELSEWHERE, ELSEWHERE):
            assert held.enter_context(slots.taken(address))
        passing.seconds += SLOW_SECONDS
        for address in (HERE, "127.0.0.3"):
            with slots.taken(address) as has_slot:
                assert not has_slot  # in a time that stands still, waiting would never end
    with slots.taken("127.0.0.3") as has_slot:
        assert has_slot
