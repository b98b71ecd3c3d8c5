"""Workers killed in mid-delivery, Redis emptied, then killed and restarted empty: nothing is lost."""

from __future__ import annotations

import time

import pytest

from app import clock
from app.models.deliveries import Delivery
from tests.faults.chaos import (
    audit,
    counts,
    expire_leases,
    owe,
    processes,
    redis_of_its_own,
    start_worker,
    wait_until_delivered,
)
from tests.support.settings import settings_for
from tests.support.simulator import simulator, wait_for_calls

pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.timeout(600)]


@pytest.fixture
def buyers():
    with simulator() as running:
        yield running


@pytest.fixture
def own_redis():
    with redis_of_its_own() as server:
        yield server


@pytest.fixture
def app(database, own_redis, make_app):
    made = make_app(settings_for(database.url, own_redis.url))
    with made.app_context():
        yield made


def kill_one_after_another(crew, names, kills, every, disasters):
    """SIGKILL a worker each ``every`` seconds and start another; ``disasters`` come before the kill of that number."""
    for number in range(kills):
        time.sleep(every)
        disasters.get(number, lambda: None)()
        name = names[number % len(names)]
        crew.kill(name)
        start_worker(crew, name)


def test_no_delivery_is_lost_when_workers_and_redis_are_killed(app, database, own_redis, buyers, tmp_path):
    count, names = 150, ["w1", "w2"]
    owe(app, buyers.buyer("north", latency_ms=50), count, max_in_flight=8)
    with processes(database, own_redis.url, tmp_path) as crew:
        crew.start("sweeper", "jobs.schedule")
        for name in names:
            start_worker(crew, name)
        wait_for_calls(buyers.posts("north"), 1, 100)
        disasters = {1: own_redis.flush, 3: lambda: (own_redis.kill(), own_redis.start())}
        kill_one_after_another(crew, names, 5, 0.6, disasters)
        given_before, deadline = clock.now(), time.monotonic() + 180
        while counts(Delivery) != {"delivered": count}:
            assert time.monotonic() < deadline, (counts(Delivery), crew.last_words())
            expire_leases(app, given_before)
            time.sleep(1)
    audit(count, dict(buyers.posts("north").times))


@pytest.mark.slow
def test_three_thousand_deliveries_survive_kills_every_two_seconds(app, database, own_redis, buyers, tmp_path):
    count, names = 3000, ["w1", "w2", "w3"]
    owe(app, buyers.buyer("north", latency_ms=100), count, max_in_flight=24)
    with processes(database, own_redis.url, tmp_path) as crew:
        crew.start("sweeper", "jobs.schedule")
        for name in names:
            start_worker(crew, name)
        wait_for_calls(buyers.posts("north"), 1, 100)
        kills, disasters = 13, {4: own_redis.flush, 8: lambda: (own_redis.kill(), own_redis.start())}
        kill_one_after_another(crew, names, kills, 2, disasters)
        wait_until_delivered(count, 200)
    posted = dict(buyers.posts("north").times)
    print(f"\n{kills} kills, {count} delivered, {sum(posted.values()) - count} duplicate posts")  # noqa: T201 - the figures of the deep ring
    audit(count, posted)


def test_deliveries_go_on_by_polling_while_redis_is_down(app, database, own_redis, buyers, tmp_path):
    owe(app, buyers.buyer("north"), 60, max_in_flight=8)
    own_redis.kill()
    with processes(database, own_redis.url, tmp_path) as crew:
        crew.start("sweeper", "jobs.schedule")
        start_worker(crew, "w1")
        wait_until_delivered(60, 120)
        own_redis.start()
    audit(60, dict(buyers.posts("north").times))
