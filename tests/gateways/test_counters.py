"""Rate limits on a real server: exact over threads and processes, local while Redis is away."""

from __future__ import annotations

import multiprocessing
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app.gateways.counters import MAX_LOCAL_KEYS, LocalWindows, RateLimiter
from app.gateways.redis_links import redis_client

NAMES = iter(f"tenant:key:{number}" for number in range(10_000))


class LocalTime:
    """The clock of a local window, in a test's hands."""

    def __init__(self):
        self.passed = 0.0

    def __call__(self):
        return self.passed

    def wait(self, seconds):
        self.passed += seconds


@pytest.fixture(params=["shared", "local"])
def judged(request, limiter):
    """A limiter of each kind and how to let time pass for it."""
    clock = LocalTime()
    return (limiter, time.sleep) if request.param == "shared" else (RateLimiter(None, tick=clock), clock.wait)


@pytest.fixture
def limiter(valkey_url):
    with redis_client(valkey_url) as client:
        yield RateLimiter(client)


def pass_from_another_process(url, key):
    with redis_client(url) as client:
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
    key, before = next(NAMES), datetime.now(UTC)
    first = judge.hit(key, (2, 60))
    assert (first.allowed, first.limit, first.seconds, first.remaining, first.retry_after) == (True, 2, 60, 1, 0)
    assert abs(first.reset_at - before - timedelta(seconds=60)) < timedelta(seconds=1)
    assert judge.hit(key, (2, 60)).remaining == 0
    refused = judge.hit(key, (2, 60))
    assert (refused.allowed, refused.remaining, refused.retry_after) == (False, 0, 60)
    assert abs(refused.reset_at - first.reset_at) < timedelta(milliseconds=50)


def test_the_window_moves_and_refused_hits_do_not_count(judged):
    (judge, wait), key = judged, next(NAMES)
    assert [judge.hit(key, (2, 1)).allowed for _ in range(2)] == [True, True]
    tries = 0
    while not judge.hit(key, (2, 1)).allowed:  # a client that goes on knocking
        tries += 1
        wait(0.05)
    assert 15 <= tries <= 20


def test_several_windows_are_judged_together_and_a_refusal_fills_none(judged):
    (judge, wait), key = judged, next(NAMES)
    windows = ((3, 60), (2, 1))
    told = [judge.hit(key, *windows) for _ in range(3)]
    assert [verdict.allowed for verdict in told] == [True, True, False]
    assert (told[0].limit, told[2].limit, told[2].retry_after) == (3, 2, 1)
    wait(1.05)
    assert judge.hit(key, *windows).allowed  # the refused one took no place in the long window
    full = judge.hit(key, *windows)
    assert (full.allowed, full.limit) == (False, 3)
    wait(1.05)
    assert (judge.hit(key, *windows).retry_after, judge.hit(key, (3, 60)).allowed) == (pytest.approx(58, abs=1), False)


def test_a_lowered_limit_waits_until_enough_have_left(judged):
    (judge, wait), key = judged, next(NAMES)
    for _ in range(5):
        judge.hit(key, (5, 60))
        wait(0.1)
    refused = judge.hit(key, (1, 60))
    assert not refused.allowed
    assert (refused.reset_at - datetime.now(UTC)).total_seconds() > 59.7  # the last of the five has to leave


def test_redis_sees_neither_keys_nor_addresses_and_forgets_by_itself(limiter, valkey_url):
    limiter.hit("tenant:ip:203.0.113.9", (10, 7))
    with redis_client(valkey_url) as client:
        names = client.keys("rate:*")
        assert names
        assert all(re.fullmatch(rb"rate:[0-9a-f]{32}", name) for name in names)
        assert all(0 < client.pttl(name) <= 60_000 for name in names)


def test_a_window_of_nothing_is_a_mistake(limiter):
    for windows in ((), ((0, 60),), ((5, 0),)):
        with pytest.raises(ValueError, match="at least one"):
            limiter.hit("key", *windows)


def test_without_redis_the_local_window_holds_and_says_so(valkey):
    with redis_client(valkey.url) as client:
        limiter = RateLimiter(client)
        assert limiter.hit("key", (3, 60)).allowed
        valkey.kill()
        started = time.monotonic()
        assert [limiter.hit("key", (3, 60)).allowed for _ in range(5)] == [True, True, True, False, False]
        assert time.monotonic() - started < 0.4
        assert limiter.fallbacks == 5
        valkey.start()
        time.sleep(1.05)
        assert limiter.hit("key", (3, 60)).allowed
        assert limiter.fallbacks == 5


def test_a_silent_redis_slows_one_request_a_second_and_no_other(valkey):
    with redis_client(valkey.url) as client:
        limiter = RateLimiter(client)
        limiter.hit("key", (1000, 60))
        client.client_pause(2000)
        until = time.monotonic() + 1.9

        def knock(number):
            waits = []
            time.sleep(0.3 * (number > 0))  # one finds out first
            while time.monotonic() < until:
                started = time.monotonic()
                assert limiter.hit(f"key:{number}", (1000, 60)).allowed
                waits.append(time.monotonic() - started)
                time.sleep(0.02)
            return waits

        with ThreadPoolExecutor(8) as pool:
            waits = [wait for each in pool.map(knock, range(8)) for wait in each]
        assert max(waits) < 1
        assert 1 <= sum(wait > 0.2 for wait in waits) <= 5  # if each thread found out for itself: 8 and more


def test_a_flood_of_keys_does_not_fill_the_memory():
    local = LocalWindows()
    for number in range(MAX_LOCAL_KEYS + 500):
        local.hit(f"ip:{number}", ((10, 60),), number)
    assert len(local._hits) == MAX_LOCAL_KEYS


def test_looking_at_a_window_takes_no_place_in_it(judged):
    limiter, wait = judged
    limiter.hit("looked-at", (5, 2))
    limiter.hit("looked-at", (5, 2))
    assert [limiter.used("looked-at", 2) for _ in range(3)] == [2, 2, 2]
    assert limiter.used("nobody", 2) == 0
    wait(2.1)
    assert limiter.used("looked-at", 2) == 0
