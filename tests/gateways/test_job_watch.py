"""Looking at the queues on a real server: their length, their workers, what failed, and nobody's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from app.gateways.job_queue import DELIVERIES, QUEUES, ROUTING, Doorbell, redis_client
from app.gateways.job_watch import Away, FailedJob, RedisWatch, error_class

TENANT = UUID("01920000-0000-7000-8000-000000000001")
PERSON = "j.patel@example.co.uk"


@pytest.fixture
def line(valkey_url):
    with redis_client(valkey_url, read_timeout=timedelta(seconds=30)) as client:
        client.flushall()
        yield client


def explode(_tenant: str) -> None:
    """A job that fails and says too much."""
    raise LookupError(f"no {PERSON}\nValueError: not this line either")


def fail_one(line) -> FailedJob:
    queue = Queue(ROUTING, connection=line, serializer=JSONSerializer)
    queue.enqueue(explode, args=(str(TENANT),))
    SimpleWorker([queue], connection=line, serializer=JSONSerializer).work(burst=True, logging_level="CRITICAL")
    [job] = RedisWatch(line).failed()
    return job


def test_an_empty_redis_has_three_quiet_queues(line):
    seen = RedisWatch(line).queues()
    assert [(queue.name, queue.waiting, queue.failed, queue.workers) for queue in seen] == [
        (name, 0, 0, ()) for name in QUEUES
    ]
    assert RedisWatch(line).failed() == ()


def test_rings_that_wait_are_counted(line):
    Doorbell(line).ring(DELIVERIES, TENANT)
    assert {queue.name: queue.waiting for queue in RedisWatch(line).queues()}[DELIVERIES] == 1


def test_a_worker_is_seen_with_its_last_sign(line):
    worker = SimpleWorker([Queue(ROUTING, connection=line, serializer=JSONSerializer)], connection=line)
    worker.register_birth()
    [seen] = RedisWatch(line).queues()[0].workers
    assert seen.name == worker.name[:8]
    assert seen.seen_at is not None
    assert abs(datetime.now(UTC) - seen.seen_at) < timedelta(minutes=5)
    worker.register_death()
    assert RedisWatch(line).queues()[0].workers == ()


def test_a_failed_job_tells_its_class_and_none_of_its_words(line):
    job = fail_one(line)
    assert (job.queue, job.tenant_id, job.error) == (ROUTING, TENANT, "LookupError")
    assert PERSON not in repr(job)
    assert RedisWatch(line).queues()[0].failed == 1


def test_a_failed_job_is_put_back_once(line):
    job = fail_one(line)
    assert RedisWatch(line).put_back(job)
    assert not RedisWatch(line).put_back(job)
    [queue, *_] = RedisWatch(line).queues()
    assert (queue.waiting, queue.failed) == (1, 0)


def test_without_redis_it_says_so():
    watch = RedisWatch(redis_client("unix:///nonexistent/redis.sock"))
    for ask in (watch.queues, watch.failed):
        with pytest.raises(Away):
            ask()


@pytest.mark.parametrize(
    ("trace", "name"),
    [
        ("", "unknown"),
        ("Traceback (most recent call last):\n  File x\nrq.timeouts.JobTimeoutException: 120 s", "JobTimeoutException"),
        ("Moved to FailedJobRegistry, due to AbandonedJobError, at 2026", "unknown"),
        ("Traceback (most recent call last):\n  File x\nKeyError", "KeyError"),
        ("Traceback (most recent call last):\n  File x\n", "unknown"),
        (f"Traceback (most recent call last):\n  File x\n{PERSON}: no class", "unknown"),
        ("Jane: alone", "unknown"),
    ],
)
def test_the_class_is_read_and_nothing_else(trace: str, name: str):
    assert error_class(trace) == name
