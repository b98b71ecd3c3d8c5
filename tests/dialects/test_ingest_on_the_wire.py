"""What only a real server shows: chunked bodies, bodies that never end, and an end that lets requests finish."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from app import clock
from app.db import db, enter_tenant
from app.models.idempotency import IdempotencyKey
from app.models.leads import Lead
from app.services import key_usage
from app.transaction import transaction
from tests.dialects.conftest import PATH
from tests.dialects.market import lead, open_market, person
from tests.support.live import live

PATIENCE = 60  # seconds; it takes one


@pytest.fixture
def market(app):
    return open_market()


@pytest.fixture
def web(database, redis_url, market, tmp_path):
    """The web server alone, on the market's database."""
    with live(database, redis_url, tmp_path, workers=False) as running:
        yield running


@contextmanager
def connected(web):
    parts = urlsplit(web.base_url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    try:
        yield connection
    finally:
        connection.close()


def send(web, market, body, **headers):
    """The status, the headers and the JSON of one POST; an iterator for a body goes in chunks."""
    usual = {"X-API-Key": market.key.secret, "Content-Type": "application/json"}
    with connected(web) as connection:
        sent = usual | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("POST", PATH, body, sent, encode_chunked=not isinstance(body, bytes))
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())


def until_counted(market, requests):
    """Wait until the server has so many requests of this key: it counts each before it does anything else."""
    deadline = time.monotonic() + PATIENCE
    while key_usage.in_last_minute(market.admin, market.key.id) < requests:
        assert time.monotonic() < deadline, "the request did not come in"
        time.sleep(0.01)


def chunked(body, size=1000):
    return (body[start : start + size] for start in range(0, len(body), size))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_body_in_chunks_is_read_whole_or_refused_where_it_passes_the_limit(web, market):
    small = json.dumps(lead()).encode()
    assert send(web, market, chunked(small, 7), Transfer_Encoding="chunked")[0] == 200
    edge = json.dumps(person(2, extra_fields={"a": "x" * 200_000})).encode()
    exactly = edge + b" " * (256 * 1024 - len(edge))
    assert send(web, market, chunked(exactly), Transfer_Encoding="chunked")[0] == 200
    status, _, body = send(web, market, chunked(exactly + b" "), Transfer_Encoding="chunked")
    assert (status, body.keys()) == (413, {"detail", "request_id"})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_caller_that_goes_away_in_the_middle_of_its_body_leaves_no_lead(web, market, app):
    parts = urlsplit(web.base_url)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nX-API-Key: {market.key.secret}\r\nContent-Type: application/json\r\n"
    whole = json.dumps(lead()).encode()
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE) as line:
        line.sendall(f"{head}Content-Length: {len(whole) + 100}\r\n\r\n".encode() + whole)
    web.wait_until("/healthz")
    assert send(web, market, whole)[0] == 200  # it was no duplicate of the one cut short


def test_a_request_that_runs_is_finished_when_the_server_is_asked_to_end(web, market, app):
    """The request under way is one that waits for the first of its Idempotency-Key."""
    assert send(web, market, json.dumps(lead()).encode(), Idempotency_Key="once")[0] == 200
    with transaction():
        enter_tenant(market.tenant_id)
        db.session.execute(update(IdempotencyKey).values(status=None, body=None))
        db.session.execute(update(Lead).values(state="received", route_until=clock.now()))
    found = []
    body = json.dumps(lead()).encode()
    waiting = threading.Thread(target=lambda: found.append(send(web, market, body, Idempotency_Key="once")))
    waiting.start()
    until_counted(market, 2)
    web.running["web"].send_signal(signal.SIGTERM)
    waiting.join(PATIENCE)
    [(status, headers, answer)] = found
    assert (status, headers["Retry-After"]) == (409, "2")
    assert "still running" in answer["detail"]
    assert web.running["web"].wait(PATIENCE) == 0
