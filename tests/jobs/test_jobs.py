"""Jobs in this process: they answer the bell, drain behind the tenant's fence, and never raise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select
from structlog.testing import capture_logs

import jobs.deliveries
import jobs.routing
import jobs.webhooks
from app import clock
from app.db import current_tenant, db, enter_tenant
from app.domain.states import LeadState
from app.gateways.http_client import FakeClient
from app.gateways.job_queue import NullDoorbell
from app.gateways.kit import kit, using
from app.models.deliveries import Delivery
from app.models.idempotency import IdempotencyKey
from app.models.leads import Lead
from app.models.webhooks import Message
from app.services import bells, idempotency, intake, lead_rows, sending
from app.services.idempotency import Claim
from app.transaction import commit, rollback
from jobs import runner, schedule
from jobs.work import KINDS
from tests.services.delivering import ACCEPTED, one_delivery, rows, scripted, states, url
from tests.services.telling import OK, URL, listen
from tests.support.world import World, submission

FIRST = url("first")


@pytest.fixture
def world(app):
    runner.use(app)
    made = World(now=clock.now() - timedelta(minutes=1))
    made.contract(made.buyer(), 6000, url=FIRST)
    yield made
    sending.resume()


def sell(world, number=1):
    outcome = intake.submit(world.access(world.now), submission(number), now=world.now)
    enter_tenant(world.tenant_id)
    return outcome.lead_id


def run(job, world):
    """As RQ runs it: the job has a context of its own, and nobody holds SQLite's turn meanwhile."""
    rollback()
    job.drain(str(world.tenant_id))
    enter_tenant(world.tenant_id)


def test_the_jobs_of_a_lead_take_it_the_whole_way(world):
    with scripted() as (http, bell):
        http.on(FIRST, ACCEPTED).on(URL, OK)
        listen(world, events=["lead.purchased"])
        sell(world)
        run(jobs.deliveries, world)
        assert states() == ("delivered", "sold", "sold")
        run(jobs.webhooks, world)
        assert [message.state for message in rows(Message)] == ["delivered"]
        assert bell.answers == [("deliveries", world.tenant_id), ("webhooks", world.tenant_id)]


def test_the_routing_job_routes_what_is_owed(world):
    with scripted():
        lead_id = sell(world)
        lead_rows.owe_routing(world.tenant_id, lead_id, state=LeadState.QUEUED, now=world.now)
        commit()
        run(jobs.routing, world)
        [lead] = rows(Lead)
    assert (lead.state, lead.route_until) == ("sold", None)


def test_a_job_leaves_no_tenant_behind(world):
    with scripted():
        rollback()
        jobs.deliveries.drain(str(world.tenant_id))
        assert current_tenant() is None


def test_a_job_that_fails_is_logged_and_not_raised(world):
    def fail(_tenant, _now):
        message = "j.patel@example.co.uk could not be reached"
        raise RuntimeError(message)

    with capture_logs() as said:
        assert not runner.run("deliveries", world.tenant_id, fail)
    assert (said[0]["event"], said[0]["error_class"]) == ("drain_failed", "RuntimeError")
    assert "patel" not in str(said)


def test_a_ring_puts_json_without_a_person_into_redis(world, redis_url):
    sell(world)
    with redis.Redis.from_url(redis_url) as client:
        jobs_waiting = Queue("deliveries", connection=client, serializer=JSONSerializer).jobs
        kept = b"".join(value for key in client.scan_iter("rq:job:*") for value in client.hgetall(key).values())
    assert [list(job.args) for job in jobs_waiting] == [[str(world.tenant_id)]]
    assert jobs_waiting[0].func_name == "jobs.deliveries.drain"
    assert b"\x80\x04" not in kept
    assert b"patel" not in kept


def test_the_sweeper_rings_for_what_is_due_and_for_nothing_else(world):
    with scripted() as (_, bell):
        sell(world)
        bell.rings.clear()
        assert schedule.sweep(KINDS["deliveries"]) == 1
        assert schedule.sweep(KINDS["routing"]) == 0
        assert bell.rings == [("deliveries", world.tenant_id)]
        # The purchase is not told yet, so nothing but the sale itself is owed.
        assert schedule.sweep(KINDS["webhooks"]) == 0


class DeafBell(NullDoorbell):
    """A doorbell whose Redis is away."""

    def ring(self, queue, tenant_id):
        super().ring(queue, tenant_id)
        return False


def test_the_sweeper_does_the_work_itself_when_nobody_hears_the_bell(world, monkeypatch):
    monkeypatch.setattr(schedule, "OWN_BUDGET", timedelta(minutes=1))
    http = FakeClient().on(FIRST, ACCEPTED).on(URL, OK)
    with using(replace(kit(), http=http, bell=DeafBell())):
        listen(world, events=["lead.purchased"])
        sell(world)
        for queue in ("deliveries", "webhooks"):
            schedule.sweep(KINDS[queue])
        enter_tenant(world.tenant_id)
        assert states() == ("delivered", "sold", "sold")
        assert len(http.sent_to(URL)) == 1


def test_the_sweeper_finds_a_lease_that_ran_out(world):
    with scripted() as (_, bell):
        sell(world)
        delivery = one_delivery()
        delivery.state, delivery.lease_until = "sending", clock.now() - timedelta(seconds=1)
        delivery.attempt, delivery.lease_token = 1, uuid4()
        commit()
        bell.rings.clear()
        schedule.sweep(KINDS["deliveries"])
        assert bell.rings == [("deliveries", world.tenant_id)]


def test_a_tenant_whose_work_fails_does_not_stop_the_others(world):
    other = World(now=world.now)
    other.contract(other.buyer(), 6000, url=FIRST)
    sell(other)
    enter_tenant(world.tenant_id)
    sell(world)
    with scripted() as (_, bell):
        assert schedule.sweep(KINDS["deliveries"]) == 2
        assert {tenant for _, tenant in bell.rings} == {world.tenant_id, other.tenant_id}


def test_a_process_on_its_way_out_claims_nothing_more(world):
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED)
        sell(world)
        sending.stop()
        run(jobs.deliveries, world)
        assert (http.requests, [row.state for row in rows(Delivery)]) == ([], ["pending"])


def test_housekeeping_deletes_idempotency_keys_that_ran_out(world):
    long_ago = clock.now() - timedelta(days=30)
    for key, moment in (("old", long_ago), ("new", clock.now())):
        claim = Claim(uuid4(), "POST /x", key, b"f" * 32)
        idempotency.claim(world.tenant_id, claim, lead_id=None, now=moment)
    commit()
    assert schedule.keep_house() == 1
    enter_tenant(world.tenant_id)
    assert rows_of_keys() == ["new"]


def rows_of_keys():
    return list(db.session.scalars(select(IdempotencyKey.key)))


def test_equal_rings_of_one_transaction_are_one(world):
    with scripted() as (_, bell):
        for _ in range(3):
            bells.ring_after_commit("webhooks", world.tenant_id)
        assert bell.rings == []
        commit()
        assert bell.rings == [("webhooks", world.tenant_id)]
