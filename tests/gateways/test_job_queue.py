"""The doorbell on a real server: one job for many rings, none lost, never an error."""

from __future__ import annotations

import sys
import types
from uuid import UUID

import pytest
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from app.gateways import job_queue
from app.gateways.job_queue import DELIVERIES, QUEUES, ROUTING, WEBHOOKS, Doorbell, NullDoorbell, redis_client
from app.gateways.redis_links import LEFT_ALONE, Rest

TENANT = UUID("01920000-0000-7000-8000-000000000001")
OTHER = UUID("01920000-0000-7000-8000-000000000002")


@pytest.fixture(autouse=True)
def _long_hush(monkeypatch):
    """So that no second ends between two rings of a test."""
    assert job_queue.HUSH_MILLISECONDS == 1000
    monkeypatch.setattr(job_queue, "HUSH_MILLISECONDS", 600_000)


@pytest.fixture
def line(valkey_url):
    with redis_client(valkey_url) as client:
        client.flushall()
        yield client


def waiting(line, queue):
    return Queue(queue, connection=line, serializer=JSONSerializer).get_jobs()


def test_a_ring_makes_one_job_that_carries_the_tenants_id_alone(line):
    assert Doorbell(line).ring(ROUTING, TENANT)
    (job,) = waiting(line, ROUTING)
    assert (job.func_name, job.args, job.kwargs) == ("jobs.routing.drain", [str(TENANT)], {})
    assert (job.result_ttl, job.failure_ttl, job.retries_left) == (0, 86_400, None)
    assert job.dependency is None


def test_what_lies_in_redis_is_json_and_never_pickle(line):
    Doorbell(line).ring(WEBHOOKS, TENANT)
    (name,) = line.keys("rq:job:*")
    assert all(b"\x80" not in value[:1] for value in line.hgetall(name).values())


def test_rings_of_one_second_make_one_job_for_each_queue_and_tenant(line):
    bell = Doorbell(line)
    for queue in QUEUES:
        assert all(bell.ring(queue, tenant) for tenant in (TENANT, OTHER) for _ in range(5))
    assert [len(waiting(line, queue)) for queue in QUEUES] == [2, 2, 2]
    assert 0 < line.pttl(f"bell:routing:{TENANT}") <= 600_000


def test_a_ring_after_the_job_began_makes_the_next_job(line):
    bell = Doorbell(line)
    bell.ring(DELIVERIES, TENANT)
    bell.answered(DELIVERIES, TENANT)
    bell.ring(DELIVERIES, TENANT)
    bell.ring(DELIVERIES, TENANT)
    assert len(waiting(line, DELIVERIES)) == 2


def test_a_worker_runs_the_function_by_its_name(line, monkeypatch):
    heard = []
    bell = Doorbell(line)
    module = types.ModuleType("jobs.routing")

    def drain(tenant_id):
        bell.answered(ROUTING, UUID(tenant_id))
        heard.append(tenant_id)

    module.drain = drain
    monkeypatch.setitem(sys.modules, "jobs", types.ModuleType("jobs"))
    monkeypatch.setitem(sys.modules, "jobs.routing", module)
    bell.ring(ROUTING, TENANT)
    SimpleWorker([ROUTING], connection=line, serializer=JSONSerializer).work(burst=True, logging_level="ERROR")
    assert heard == [str(TENANT)]
    assert line.keys("rq:job:*") == []
    assert bell.ring(ROUTING, TENANT)
    assert len(waiting(line, ROUTING)) == 1


class Time:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += seconds


def test_without_redis_a_ring_is_counted_and_not_an_error(valkey):
    with redis_client(valkey.url) as client:
        time = Time()
        bell = Doorbell(client, Rest(time))
        valkey.kill()
        assert bell.ring(ROUTING, TENANT) is False
        bell.answered(ROUTING, TENANT)
        assert bell.failures == 2
        valkey.start()
        assert bell.ring(ROUTING, TENANT) is False, "it is left alone for a second"
        time.passes(LEFT_ALONE)
        assert bell.ring(ROUTING, TENANT)
        assert bell.ring(WEBHOOKS, TENANT), "it answered: it is asked as ever"


def test_a_redis_that_refuses_the_job_is_not_hushed(line):
    time = Time()
    bell = Doorbell(line, Rest(time))
    line.config_set("maxmemory", 1)
    try:
        assert bell.ring(ROUTING, TENANT) is False
    finally:
        line.config_set("maxmemory", 0)
    time.passes(LEFT_ALONE)
    assert bell.ring(ROUTING, TENANT)
    assert len(waiting(line, ROUTING)) == 1


def test_a_job_that_could_not_be_put_down_leaves_no_hush(line, valkey_url):
    line.acl_setuser("half", enabled=True, nopass=True, keys="*", commands=["+set", "+del"])
    with redis_client(valkey_url.replace("unix://", "unix://half@")) as half:
        assert Doorbell(half).ring(ROUTING, TENANT) is False
    line.acl_deluser("half")
    assert line.exists(f"bell:routing:{TENANT}") == 0


def test_rings_that_no_worker_answers_do_not_fill_redis(line, monkeypatch):
    monkeypatch.setattr(job_queue, "MOST_WAITING", 3)
    bell = Doorbell(line)
    heard = [bell.ring(ROUTING, UUID(int=number)) for number in range(5)]
    assert heard == [True, True, True, False, False]
    assert len(waiting(line, ROUTING)) == 3
    assert bell.ring(DELIVERIES, TENANT), "each queue has its own"


def test_an_unknown_queue_is_a_mistake(line):
    for bell in (Doorbell(line), NullDoorbell()):
        with pytest.raises(KeyError):
            bell.ring("everything", TENANT)


def test_the_null_bell_records():
    bell = NullDoorbell()
    assert bell.ring(ROUTING, TENANT)
    bell.answered(ROUTING, TENANT)
    assert (bell.rings, bell.answers, bell.failures) == ([(ROUTING, TENANT)], [(ROUTING, TENANT)], 0)
