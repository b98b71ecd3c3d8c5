"""The worker and the sweeper as processes of their own: they live, are seen to live, and end when asked."""

from __future__ import annotations

import signal
import time

import pytest
import redis

from app.models.deliveries import Delivery
from app.services import health
from tests.faults.chaos import counts, owe, processes, redis_of_its_own, start_worker, wait_until_delivered
from tests.support.settings import settings_for
from tests.support.simulator import simulator

pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.timeout(600)]
QUEUE = "workers.deliveries"


@pytest.fixture
def own_redis():
    with redis_of_its_own() as server:
        yield server


@pytest.fixture
def app(sqlite, own_redis, make_app):
    made = make_app(settings_for(sqlite.url, own_redis.url))
    with made.app_context():
        yield made


def wait_for(condition, seconds=100.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_worker_is_seen_again_after_redis_was_emptied_or_restarted_and_ends_when_asked(
    app, sqlite, own_redis, tmp_path
):
    with redis.Redis.from_url(own_redis.url) as client, processes(sqlite, own_redis.url, tmp_path) as crew:
        assert health.parts(client)[QUEUE] == health.MISSING
        start_worker(crew, "w")
        wait_for(lambda: health.parts(client)[QUEUE] == health.OK)
        own_redis.flush()
        wait_for(lambda: health.parts(client)[QUEUE] == health.OK)
        own_redis.kill()
        own_redis.start()
        wait_for(lambda: health.parts(client)[QUEUE] == health.OK)
        worker = crew.running.pop("w")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
        assert health.parts(client)[QUEUE] == health.MISSING


def test_sigterm_lets_what_was_sent_be_settled(app, sqlite, own_redis, tmp_path):
    with simulator() as buyers:
        owe(app, buyers.buyer("slow", latency_ms=1500), 40, max_in_flight=4)
        with processes(sqlite, own_redis.url, tmp_path) as crew:
            crew.start("sweeper", "jobs.schedule")
            start_worker(crew, "w")
            wait_for(lambda: buyers.posts("slow").total >= 4)
            for name in ("w", "sweeper"):
                process = crew.running.pop(name)
                process.send_signal(signal.SIGTERM)
                assert process.wait(60) == 0, crew.last_words()
            sent = buyers.posts("slow").total
            assert sent < 40
        assert counts(Delivery) == {"delivered": sent, "pending": 40 - sent}


def test_without_a_queue_the_worker_says_how_it_is_called(sqlite, own_redis, tmp_path):
    with processes(sqlite, own_redis.url, tmp_path) as crew:
        crew.start("odd", "jobs.worker", "everything")
        assert crew.running.pop("odd").wait(60) == 2
        assert "invalid choice" in crew.last_words()


def test_two_workers_and_two_sweepers_send_each_delivery_once(app, sqlite, own_redis, tmp_path):
    with simulator() as buyers:
        owe(app, buyers.buyer("north", latency_ms=5), 200, max_in_flight=16)
        with processes(sqlite, own_redis.url, tmp_path) as crew:
            for name in ("s1", "s2"):
                crew.start(name, "jobs.schedule")
            for name in ("w1", "w2"):
                start_worker(crew, name)
            wait_until_delivered(200, 120)
        assert set(buyers.posts("north").times.values()) == {1}
        assert buyers.posts("north").most_under_way <= 16
