"""Workers killed in mid-delivery, Redis emptied, then killed and restarted empty: nothing is lost."""

from __future__ import annotations

import time

import pytest

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

pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.timeout(300)]


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


def kill_one_after_another(crew, names, seconds, every, disasters):
    """SIGKILL a worker each ``every`` seconds and start another; ``disasters`` happen at their seconds."""
    began, due = time.monotonic(), sorted(disasters)
    kills = 0
    while (now := time.monotonic() - began) < seconds:
        while due and due[0][0] <= now:
            due.pop(0)[1]()
        time.sleep(every)
        name = names[kills % len(names)]
        crew.kill(name)
        start_worker(crew, name)
        kills += 1
    return kills


def test_no_delivery_is_lost_when_workers_and_redis_are_killed(app, database, own_redis, buyers, tmp_path):
    count, names = 150, ["w1", "w2"]
    owe(app, buyers.buyer("north", latency_ms=50), count, max_in_flight=8)
    with processes(database, own_redis.url, tmp_path) as crew:
        crew.start("sweeper", "jobs.schedule")
        for name in names:
            start_worker(crew, name)
        wait_for_calls(buyers.posts("north"), 1, 60)
        disasters = [(0.5, own_redis.flush), (1.5, lambda: (own_redis.kill(), own_redis.start()))]
        kills = kill_one_after_another(crew, names, 3, 0.6, disasters)
        deadline = time.monotonic() + 90
        while counts(Delivery) != {"delivered": count}:
            assert time.monotonic() < deadline, (counts(Delivery), crew.last_words())
            expire_leases(app)
            time.sleep(1)
    assert kills >= 3
    audit(count, dict(buyers.posts("north").times))


@pytest.mark.slow
def test_three_thousand_deliveries_survive_kills_every_two_seconds(app, database, own_redis, buyers, tmp_path):
    count, names = 3000, ["w1", "w2", "w3"]
    owe(app, buyers.buyer("north", latency_ms=100), count, max_in_flight=24)
    with processes(database, own_redis.url, tmp_path) as crew:
        crew.start("sweeper", "jobs.schedule")
        for name in names:
            start_worker(crew, name)
        wait_for_calls(buyers.posts("north"), 1, 60)
        disasters = [(8, own_redis.flush), (16, lambda: (own_redis.kill(), own_redis.start()))]
        kills = kill_one_after_another(crew, names, 26, 2, disasters)
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
        wait_until_delivered(60, 60)
        own_redis.start()
    audit(60, dict(buyers.posts("north").times))
