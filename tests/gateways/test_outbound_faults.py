"""A real receiver that misbehaves: every fault ends in time, in bounds, with the right name."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from app.gateways.http_client import MAX_RESPONSE, FailureKind, OutboundClient
from tests.gateways.asking import answered, ask, failed, wait_until
from tests.gateways.conftest import LOOPBACK
from tests.support.fault_receiver import deaf_port
from tests.support.faulty_answers import packed_nothing

PAGE = 4096


def resident_megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6


def test_an_answer_comes_back_with_its_particulars(outbound, receiver):
    started = time.monotonic()
    answer = answered(outbound.send(ask(receiver.url + "/ok?a=1", headers={"X-Api-Key": "k"}, body=b'{"lead":1}')))
    assert 0 < answer.took.total_seconds() <= time.monotonic() - started
    assert (answer.status, answer.body, answer.truncated, answer.peer) == (200, b'{"ok":true}', False, "127.0.0.1")
    assert answer.headers["content-type"] == "application/json"
    (request,) = receiver.requests
    assert (request.method, request.path, request.body) == ("POST", "/ok?a=1", b'{"lead":1}')
    assert request.headers["x-api-key"] == "k"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert "content-type" not in request.headers


def test_the_deadline_ends_everything_slow(outbound, receiver):
    outbound.send(ask(receiver.url + "/ok"))  # the loop runs: what follows is sent well before its deadline
    paths = ("/drip-body", "/drip-headers", "/hang", "/slow/600000")
    started = time.monotonic()
    failures = [failed(result) for result in outbound.send_many([ask(receiver.url + p, seconds=3) for p in paths])]
    assert time.monotonic() - started > 2.9
    assert {(failure.kind, failure.request_sent) for failure in failures} == {(FailureKind.TIMEOUT, True)}


def test_a_port_that_never_accepts_is_cut_at_the_deadline_with_nothing_sent(outbound):
    with deaf_port() as port:
        failure = failed(outbound.send(ask(f"http://127.0.0.1:{port}/", seconds=0.4)))
    assert (failure.kind, failure.request_sent) == (FailureKind.TIMEOUT, False)


@pytest.mark.parametrize("path", ["/reset", "/half-close", "/short-body"])
def test_a_connection_cut_after_the_request_leaves_its_effect_unknown(outbound, receiver, path):
    failure = failed(outbound.send(ask(receiver.url + path)))
    assert (failure.kind, failure.request_sent) == (FailureKind.RESET, True)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("path", ["/garbage", "/header-flood", "/long-header", "/continue-flood"])
def test_an_answer_that_is_not_http_is_a_protocol_error(outbound, receiver, path):
    before = resident_megabytes()
    failure = failed(outbound.send(ask(receiver.url + path)))
    assert (failure.kind, failure.request_sent) == (FailureKind.PROTOCOL_ERROR, True)
    assert resident_megabytes() - before < 5


def test_nobody_listening_is_a_refused_connection(outbound, closed_port):
    failure = failed(outbound.send(ask(f"http://127.0.0.1:{closed_port}/")))
    assert (failure.kind, failure.request_sent) == (FailureKind.CONNECT_FAILED, False)


def test_a_packed_body_is_never_unpacked_and_cut_at_the_cap(outbound, receiver):
    answered(outbound.send(ask(receiver.url + "/ok")))
    packed = packed_nothing(100)
    before = resident_megabytes()
    answer = answered(outbound.send(ask(receiver.url + "/bomb")))
    assert (answer.body, answer.truncated) == (packed[:MAX_RESPONSE], True)
    assert answer.headers["content-encoding"] == "gzip"
    small = answered(outbound.send(ask(receiver.url + "/bomb", max_response=1_000_000)))
    assert (small.body, small.truncated) == (packed, False)
    assert resident_megabytes() - before < 5


def test_endless_chunks_are_read_up_to_the_cap_and_no_further(outbound, receiver):
    before = resident_megabytes()
    for _ in range(20):
        answer = answered(outbound.send(ask(receiver.url + "/endless")))
        assert (len(answer.body), answer.truncated) == (MAX_RESPONSE, True)
    assert resident_megabytes() - before < 5


def test_a_redirect_is_an_answer_and_is_not_followed(outbound, receiver):
    answer = answered(outbound.send(ask(receiver.url + "/redirect")))
    assert answer.status == 302
    assert "169.254.169.254" in answer.headers["location"]
    assert len(receiver.requests) == 1


def test_cookies_are_neither_kept_nor_shown(outbound, receiver):
    first = answered(outbound.send(ask(receiver.url + "/cookie")))
    answered(outbound.send(ask(receiver.url + "/cookie")))
    assert "set-cookie" not in first.headers
    assert all("cookie" not in request.headers for request in receiver.requests)


def test_a_proxy_in_the_environment_changes_nothing(outbound, receiver, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert answered(outbound.send(ask(receiver.url + "/ok"))).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "1\r\nX-Evil: 1"}, {"X-A": "1\nX-Evil: 1"}, {"X-A\r\nX-Evil": "1"}, {"X-A": "a\x00b"}, {"": "1"},
        {"X A": "1"}, {"Host": "inside"}, {"content-length": "0"}, {"Transfer-Encoding": "chunked"},
        {"Connection": "keep-alive"}, {"Proxy-Authorization": "x"}, {"Expect": "100-continue"}, {"X-A": "é"},
        {f"X-{number}": "1" for number in range(65)}, {"X-A": "a" * 20_000},
    ],
)  # fmt: skip
def test_a_header_that_would_change_the_request_is_refused_unsent(outbound, receiver, headers):
    failure = failed(outbound.send(ask(receiver.url + "/ok", headers=headers)))
    assert (failure.kind, failure.request_sent) == (FailureKind.BAD_REQUEST, False)
    assert "1" not in failure.detail
    assert receiver.requests == []


def test_an_unknown_method_is_refused_unsent(outbound, receiver):
    failure = failed(outbound.send(ask(receiver.url + "/ok", method="CONNECT")))
    assert failure.kind is FailureKind.BAD_REQUEST
    assert receiver.requests == []


def test_an_idle_connection_is_used_again_and_then_given_up(receiver):
    patient, hasty = (OutboundClient(LOOPBACK, idle=timedelta(seconds=seconds)) for seconds in (600, 0.1))
    for _ in range(3):
        answered(patient.send(ask(receiver.url + "/ok")))
    assert (receiver.connections, receiver.over) == (1, 0)
    answered(hasty.send(ask(receiver.url + "/ok")))
    wait_until(lambda: receiver.over == 1)
    answered(hasty.send(ask(receiver.url + "/ok")))
    assert receiver.connections == 3
    patient.close()
    hasty.close()


def test_a_blocked_address_reads_like_a_refused_connection(outbound, closed_port):
    blocked = failed(outbound.send(ask("https://10.0.0.1/")))
    refused = failed(outbound.send(ask(f"http://127.0.0.1:{closed_port}/")))
    assert blocked.kind is FailureKind.BLOCKED_ADDRESS
    assert (blocked.kind.shown, blocked.detail) == (refused.kind.shown, refused.detail)
