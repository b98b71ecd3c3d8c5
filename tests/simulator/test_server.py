"""The simulator over real HTTP: what it answers and what it remembers."""

from __future__ import annotations

import http.client
import time

import pytest

from tests.support.calls import call, opened
from tests.support.simulator import simulator, wait_for_calls

LEAD = b'{"lead_id": "l-1"}'


@pytest.fixture(scope="module")
def buyers():
    with simulator() as running:
        yield running


@pytest.fixture(autouse=True)
def _forget(buyers):
    buyers.forget()


def post(url, body=LEAD, headers=None, seconds=30.0):
    return call("POST", url, body, headers, seconds)


def log_of(buyers, name):
    return call("GET", f"{buyers.base_url}/{name}/log").json()


def test_a_buyer_accepts_and_remembers_the_exact_bytes(buyers):
    body = '{"lead_id": "l-1", "name": "Zoë"}'.encode()
    answer = post(buyers.buyer("acme"), body, {"Idempotency-Key": "d-1"})
    assert (answer.status, answer.json()["status"]) == (200, "accepted")
    [kept] = buyers.posts("acme").calls
    assert (kept.key, kept.body) == ("d-1", body)


def test_duplicates_are_counted_by_id(buyers):
    for key in ("d-1", "d-2", "d-1", "d-1"):
        post(buyers.buyer("acme"), headers={"Idempotency-Key": key})
    log = log_of(buyers, "buyers/acme")
    assert (log["count"], log["distinct"], log["duplicates"]) == (4, 2, 2)


def test_without_a_header_the_body_tells_the_id(buyers):
    post(buyers.buyer("acme"), b'{"delivery_id": "d-9", "lead_id": "l-1"}')
    assert buyers.posts("acme").calls[0].key == "d-9"


def test_a_log_is_cleared_on_request(buyers):
    post(buyers.buyer("acme"))
    call("DELETE", f"{buyers.base_url}/buyers/acme/log")
    assert log_of(buyers, "buyers/acme")["count"] == 0


def test_pings_and_posts_are_remembered_apart(buyers):
    post(buyers.buyer("acme", "ping", price="12"))
    assert buyers.pings("acme").total == 1
    assert buyers.posts("acme").total == 0


def test_a_registered_profile_holds_until_it_is_replaced(buyers):
    call("PUT", f"{buyers.base_url}/buyers/moody?profile=decline")
    assert post(buyers.buyer("moody")).json()["status"] == "rejected"
    assert post(buyers.buyer("moody", profile="accept")).json()["status"] == "accepted"


def test_an_unknown_profile_is_the_callers_mistake(buyers):
    answer = post(buyers.buyer("acme", profile="angelic"))
    assert answer.status == 400
    assert "angelic" in answer.json()["error"]


def test_a_reset_is_noted_before_the_line_drops(buyers):
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        post(buyers.buyer("acme", profile="reset"))
    assert buyers.posts("acme").outcomes == {"reset": 1}


def test_a_hanging_buyer_does_not_answer_in_time(buyers):
    with pytest.raises(TimeoutError):
        post(buyers.buyer("acme", profile="hang"), seconds=0.3)


def test_a_dripping_buyer_starts_and_never_ends(buyers):
    connection, answer = opened("POST", buyers.buyer("acme", profile="drip"), LEAD, {}, 30.0)
    answer.read(2)
    assert answer.length > 4000
    connection.close()


def test_an_oversized_answer_goes_on_past_any_cap(buyers):
    connection, answer = opened("POST", buyers.buyer("acme", profile="oversized"), LEAD, {}, 30.0)
    assert len(answer.read(1_000_000)) == 1_000_000
    connection.close()


def test_a_price_that_is_no_number_is_sent_as_it_is(buyers):
    assert b"NaN" in post(buyers.buyer("acme", profile="nan_price")).body


def test_latency_is_kept(buyers):
    started = time.monotonic()
    post(buyers.buyer("acme", latency_ms=120))
    assert time.monotonic() - started >= 0.12


def test_the_sink_keeps_headers_and_raw_bytes(buyers):
    body = b'{"event":"lead.purchased","price_gbp":38.00}'
    post(buyers.hook("cara"), body, {"webhook-id": "msg_1", "X-Acme-Signature": "t=1,v1=00"})
    [entry] = log_of(buyers, "hooks/cara")["entries"]
    assert entry["body"].encode() == body
    assert entry["headers"]["X-Acme-Signature"] == "t=1,v1=00"
    assert entry["id"] == "msg_1"


def test_the_sink_fails_the_first_tries_of_each_message(buyers):
    url = buyers.hook("cara", fail_first=2, status=503)
    statuses = [post(url, headers={"webhook-id": key}).status for key in ("a", "b", "a", "a", "b", "b")]
    assert statuses == [503, 503, 503, 200, 503, 200]


def test_the_sink_answers_with_any_status(buyers):
    assert post(buyers.hook("cara", status=410)).status == 410


def test_a_redirect_points_where_nobody_may_go(buyers):
    answer = post(buyers.buyer("acme", profile="redirect"))
    assert (answer.status, answer.headers["Location"][:16]) == (302, "http://169.254.1")


def test_the_index_counts_calls(buyers):
    post(buyers.buyer("acme"))
    wait_for_calls(buyers.posts("acme"), 1)
    assert call("GET", f"{buyers.base_url}/").json()["calls"]["buyers/acme/post"] == 1
