"""A worker serves several tenants side by side, each by one thread at a time, and ends in good order."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

import jobs.deliveries
from app import clock
from app.db import enter_tenant
from app.gateways.http_client import FakeClient
from app.gateways.job_queue import NullDoorbell
from app.gateways.kit import kit, using
from app.models.deliveries import Delivery
from app.services import intake, sending
from app.transaction import rollback
from jobs import runner
from jobs.pool import MOST, Pool
from tests.services.delivering import ACCEPTED, rows, url
from tests.support.world import World, submission

PATIENCE = 30.0
BRIEF = timedelta(milliseconds=50)
HANGING, QUICK = url("hanging"), url("quick")


class Stage:
    """Tasks that say when they began and go on until they are let go."""

    def __init__(self):
        self.begun: list[str] = []
        self.changed = threading.Condition()
        self.curtain = threading.Event()

    def task(self, name):
        def play():
            with self.changed:
                self.begun.append(name)
                self.changed.notify_all()
            assert self.curtain.wait(PATIENCE)

        return play

    def wait_for(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.begun) >= count, PATIENCE), self.begun


@pytest.fixture
def stage():
    made = Stage()
    yield made
    made.curtain.set()


def test_a_tenant_that_takes_long_keeps_no_other_waiting(stage):
    pool = Pool()
    for name in ("slow", "other"):
        pool.hand(uuid4(), stage.task(name))
    stage.wait_for(2)
    stage.curtain.set()
    assert pool.finish()


def test_a_tenant_that_is_being_served_is_served_once_more_and_never_twice_at_once(stage):
    pool, tenant = Pool(), uuid4()
    pool.hand(tenant, stage.task("first"))
    stage.wait_for(1)
    for _ in range(5):
        pool.hand(tenant, stage.task("again"))
    pool.hand(uuid4(), stage.task("other"))
    stage.wait_for(2)
    assert stage.begun == ["first", "other"]
    stage.curtain.set()
    stage.wait_for(3)
    pool.finish()
    assert stage.begun == ["first", "other", "again"]


def test_no_more_tenants_are_served_at_a_time_than_there_are_threads(stage):
    pool = Pool()
    for number in range(MOST + 3):
        pool.hand(uuid4(), stage.task(str(number)))
    stage.wait_for(MOST)
    assert sorted(stage.begun, key=int) == [str(number) for number in range(MOST)]
    stage.curtain.set()
    stage.wait_for(MOST + 3)
    assert pool.finish()


def test_a_task_that_fails_leaves_its_tenant_free(stage):
    pool, tenant = Pool(), uuid4()
    pool.hand(tenant, lambda: 1 // 0)
    pool.hand(tenant, stage.task("after"))
    stage.wait_for(1)


def test_the_end_waits_for_what_is_under_way_and_begins_nothing(stage):
    pool = Pool(most=1)
    for name in ("first", "never"):
        pool.hand(uuid4(), stage.task(name))
    stage.wait_for(1)
    assert not pool.finish(BRIEF)
    stage.curtain.set()
    assert pool.finish()
    assert stage.begun == ["first"]


class Scripted(FakeClient):
    """One buyer takes the lead and never answers until it is let go; every request says that it began."""

    def __init__(self):
        super().__init__()
        self.is_asked, self.let_go = threading.Event(), threading.Event()

    def send(self, request):
        if request.url == HANGING:
            self.is_asked.set()
            assert self.let_go.wait(PATIENCE)
        return super().send(request)


@pytest.fixture
def outside(app):
    http, pool = Scripted(), Pool()
    http.on(HANGING, ACCEPTED).on(QUICK, ACCEPTED)
    with using(replace(kit(), http=http, bell=NullDoorbell())):
        runner.use(app, pool)
        yield http
        http.let_go.set()
        assert pool.finish()
        runner.use(app)
        sending.resume()


def tenant_with(address):
    world = World(now=clock.now() - timedelta(minutes=1))
    world.contract(world.buyer(), 6000, url=address)
    intake.submit(world.access(world.now), submission(), now=world.now)
    rollback()
    return world.tenant_id


def state_of(tenant_id):
    enter_tenant(tenant_id)
    [found] = rows(Delivery, tenant_id=tenant_id)
    state = found.state
    rollback()  # SQLite's turn must not stay here
    return state


def wait_for(tenant_id, state):
    until = clock.tick() + PATIENCE
    while state_of(tenant_id) != state:
        assert clock.tick() < until
        clock.pause(0.05)


def test_a_lead_is_delivered_while_another_tenants_buyer_still_hangs(outside):
    slow, quick = tenant_with(HANGING), tenant_with(QUICK)
    jobs.deliveries.drain(str(slow))
    assert outside.is_asked.wait(PATIENCE)
    jobs.deliveries.drain(str(quick))
    wait_for(quick, "delivered")
    assert state_of(slow) == "sending"
    outside.let_go.set()
    wait_for(slow, "delivered")


def test_the_end_settles_what_a_hanging_buyer_was_sent(outside):
    slow = tenant_with(HANGING)
    jobs.deliveries.drain(str(slow))
    assert outside.is_asked.wait(PATIENCE)
    sending.stop()
    outside.let_go.set()
    wait_for(slow, "delivered")
