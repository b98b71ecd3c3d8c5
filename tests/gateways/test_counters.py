"""Rate limits on a real server: exact over threads and processes, local while Redis is away."""

from __future__ import annotations

import multiprocessing
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app import clock
from app.gateways.counters import MAX_LOCAL_KEYS, STAY_LOCAL, LocalWindows, RateLimiter
from app.gateways.redis_links import redis_client
from tests.gateways.conftest import PATIENCE

BRIEF = timedelta(seconds=0.1)
GRAIN = timedelta(microseconds=5)
"""By which a moment that went through a float may be off."""

NAMES = iter(f"tenant:key:{number}" for number in range(10_000))


class LocalTime:
    """The clock of a local window, in a test's hands."""

    def __init__(self):
        self.passed = 0.0

    def __call__(self):
        return self.passed

    def wait(self, seconds):
        self.passed += seconds


class Aged:
    """Time passes for a shared window: every hit in it was made so much earlier."""

    def __init__(self, client):
        self.client = client

    def wait(self, seconds):
        for name in self.client.keys("rate:*"):
            stamps = [int(stamp) - int(seconds * 1_000_000) for stamp in self.client.zrange(name, 0, -1)]
            kept = self.client.pttl(name)
            self.client.delete(name)
            self.client.zadd(name, {str(stamp): stamp for stamp in stamps})
            self.client.pexpire(name, kept)


@pytest.fixture(params=["shared", "local"])
def judged(request, limiter, client):
    """A limiter of each kind and how to let time pass for it."""
    passing = LocalTime()
    if request.param == "shared":
        return limiter, Aged(client).wait
    return RateLimiter(None, tick=passing), passing.wait


@pytest.fixture
def client(redis_url):
    with redis_client(redis_url) as made:
        yield made


@pytest.fixture
def limiter(client):
    return RateLimiter(client)


@pytest.fixture
def about():
    """Seconds until something, less those that the test itself has taken."""
    began = time.monotonic()
    return lambda seconds: pytest.approx(seconds, abs=1 + time.monotonic() - began)


@pytest.fixture
def asked(monkeypatch):
    """How often a client went to Redis with a hit."""

    def count(client):
        calls, ask = [], client.evalsha
        monkeypatch.setattr(client, "evalsha", lambda *told: calls.append(told) or ask(*told))
        return calls

    return count


def pass_from_another_process(url, key):
    with redis_client(url, read_timeout=PATIENCE) as client:
        limiter = RateLimiter(client)
        return sum(limiter.hit(key, (100, 60)).allowed for _ in range(60))


def test_of_forty_threads_exactly_the_limit_pass(limiter):
    key = next(NAMES)
    gate = threading.Barrier(40)

    def knock(_):
        gate.wait()
        return [limiter.hit(key, (120, 60)).allowed for _ in range(10)]

    with ThreadPoolExecutor(40) as pool:
        passed = sum(sum(each) for each in pool.map(knock, range(40)))
    assert passed == 120
    assert limiter.fallbacks == 0


def test_the_window_is_one_over_all_processes(valkey_url):
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        passed = pool.starmap(pass_from_another_process, [(valkey_url, "tenant:shared")] * 2)
    assert sum(passed) == 100


def test_the_client_is_told_its_standing(judged):
    judge, _ = judged
    key, before = next(NAMES), clock.now()
    first = judge.hit(key, (2, 60))
    assert (first.allowed, first.limit, first.seconds, first.remaining, first.retry_after) == (True, 2, 60, 1, 0)
    assert before - GRAIN <= first.reset_at - timedelta(seconds=60) <= clock.now() + GRAIN
    assert judge.hit(key, (2, 60)).remaining == 0
    refused = judge.hit(key, (2, 60))
    after = clock.now()
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert 60 - (after - before).total_seconds() <= refused.retry_after <= 60
    assert first.reset_at - GRAIN <= refused.reset_at <= after + timedelta(seconds=60)


def test_the_window_moves_and_refused_hits_do_not_count(judged):
    (judge, wait), key = judged, next(NAMES)
    assert [judge.hit(key, (2, 600)).allowed for _ in range(2)] == [True, True]
    tries = 0
    while not judge.hit(key, (2, 600)).allowed:  # a client that goes on knocking
        tries += 1
        wait(30)
    assert 15 <= tries <= 20


def test_several_windows_are_judged_together_and_a_refusal_fills_none(judged, about):
    (judge, wait), key = judged, next(NAMES)
    windows = ((3, 6000), (2, 100))
    told = [judge.hit(key, *windows) for _ in range(3)]
    assert [verdict.allowed for verdict in told] == [True, True, False]
    assert (told[0].limit, told[2].limit, told[2].retry_after) == (3, 2, about(100))
    wait(105)
    assert judge.hit(key, *windows).allowed  # the refused one took no place in the long window
    full = judge.hit(key, *windows)
    assert (full.allowed, full.limit) == (False, 3)
    wait(105)
    assert (judge.hit(key, *windows).retry_after, judge.hit(key, (3, 6000)).allowed) == (about(5790), False)


def test_a_lowered_limit_waits_until_enough_have_left(judged, about):
    (judge, wait), key = judged, next(NAMES)
    for _ in range(5):
        judge.hit(key, (5, 600))
        wait(100)
    refused = judge.hit(key, (1, 600))
    assert not refused.allowed
    assert refused.retry_after == about(500)  # the last of the five has to leave


def test_redis_sees_neither_keys_nor_addresses_and_forgets_by_itself(limiter, client):
    limiter.hit("tenant:ip:203.0.113.9", (10, 700))
    [name] = client.keys("rate:*")
    assert re.fullmatch(rb"rate:[0-9a-f]{32}", name)
    assert 0 < client.pttl(name) <= 700_000


def test_a_window_of_nothing_is_a_mistake(limiter):
    for windows in ((), ((0, 60),), ((5, 0),)):
        with pytest.raises(ValueError, match="at least one"):
            limiter.hit("key", *windows)


def test_without_redis_the_local_window_holds_and_says_so(valkey, asked):
    with redis_client(valkey.url) as client:
        passing, calls = LocalTime(), asked(client)
        limiter = RateLimiter(client, tick=passing)
        assert limiter.hit("key", (3, 60)).allowed
        valkey.kill()
        calls.clear()
        assert [limiter.hit("key", (3, 60)).allowed for _ in range(5)] == [True, True, True, False, False]
        assert len(calls) == 1
        assert limiter.fallbacks == 5
        valkey.start()
        passing.wait(STAY_LOCAL)
        assert limiter.hit("key", (3, 60)).allowed
        assert limiter.fallbacks == 5


def test_a_silent_redis_slows_one_request_a_second_and_no_other(valkey, asked):
    with redis_client(valkey.url, read_timeout=BRIEF) as client:
        passing, calls = LocalTime(), asked(client)
        limiter = RateLimiter(client, tick=passing)
        client.client_pause(600_000)
        assert limiter.hit("key", (1000, 60)).allowed  # this one finds out
        for seconds in range(1, 4):
            with ThreadPoolExecutor(8) as pool:
                told = list(pool.map(lambda number: limiter.hit(f"key:{number}", (1000, 60)), range(80)))
            assert all(verdict.allowed for verdict in told)
            assert len(calls) == seconds
            passing.wait(STAY_LOCAL)


def test_a_flood_of_keys_does_not_fill_the_memory():
    local = LocalWindows()
    for number in range(MAX_LOCAL_KEYS + 500):
        local.hit(f"ip:{number}", ((10, 60),), number)
    assert len(local._hits) == MAX_LOCAL_KEYS


def test_looking_at_a_window_takes_no_place_in_it(judged):
    limiter, wait = judged
    limiter.hit("looked-at", (5, 200))
    limiter.hit("looked-at", (5, 200))
    assert [limiter.used("looked-at", 200) for _ in range(3)] == [2, 2, 2]
    assert limiter.used("nobody", 200) == 0
    wait(210)
    assert limiter.used("looked-at", 200) == 0
