"""Redis gone for a while: ingest goes on accepting, deliveries go on by polling, nothing is owed at the end."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys.conftest import market_on
from tests.support.calls import call, post_json
from tests.support.lasting import KINDS, lasting_database
from tests.support.valkey import running as valkey_running

pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module", params=KINDS)
def lonely_database(request, tmp_path_factory):
    yield from lasting_database(request, tmp_path_factory)


def send(market, number):
    lead = {
        "sector": "mortgages", "first_name": "No", "last_name": "Redis", "email": f"no.redis.{number}@example.com",
        "phone": f"+4477{number:08d}",
    }  # fmt: skip
    key = market.shop.publishers[number % len(market.shop.publishers)].key
    return post_json(f"{market.live.base_url}/api/v1/leads/ingest", lead, {"X-API-Key": key})


def sent_for(market, seconds, pause):
    """Post until the time is up; every answer."""
    answers, until, number = [], time.monotonic() + seconds, 0
    while time.monotonic() < until:
        answers.append(send(market, number := number + 1))
        time.sleep(pause)
    return answers


def wait_until_all_are_delivered(market, count, seconds):
    """Every lead at the buyer who takes all, each once."""
    deadline = time.monotonic() + seconds
    while market.buyers.posts("northgate").total < count:
        assert time.monotonic() < deadline, f"{market.buyers.posts('northgate').total} of {count} came"
        time.sleep(0.1)


@pytest.mark.parametrize(("seconds", "pause"), [(3, 0.1), pytest.param(60, 0.2, marks=pytest.mark.slow)])
def test_ingest_and_deliveries_go_on_without_redis(lonely_database, tmp_path, seconds, pause):
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sw-", dir="/tmp")))
        socket = folder / "redis.sock"
        server = stack.enter_context(valkey_running(socket))
        market = stack.enter_context(market_on(lonely_database, f"unix://{socket}", tmp_path))
        server.kill()
        server.wait()
        answers = sent_for(market, seconds, pause)
        assert {answer.status for answer in answers} == {200}
        assert {answer.json()["status"] for answer in answers} == {"accepted"}
        wait_until_all_are_delivered(market, len(answers), seconds=90)
        assert call("GET", f"{market.live.base_url}/healthz").status == 200
        assert call("GET", f"{market.live.base_url}/readyz").status == 503
        stack.enter_context(valkey_running(socket))
        market.live.wait_until("/readyz", seconds=90)
        assert send(market, 90_000).json()["status"] == "accepted"
        wait_until_all_are_delivered(market, len(answers) + 1, seconds=90)
        northgate = market.buyers.posts("northgate")
        assert northgate.total == len(northgate.times)
