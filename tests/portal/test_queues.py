"""The queues page: what is owed, who will come for it, and what a person may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from app import clock
from app.db import db, enter_tenant
from app.gateways.job_queue import NullDoorbell
from app.gateways.job_watch import FailedJob, NullWatch, QueueSeen, WorkerSeen
from app.gateways.kit import kit, using
from app.transaction import transaction
from tests.portal.people import Person
from tests.support.world import World


@pytest.fixture
def watch(world: World) -> Iterator[NullWatch]:
    """One worker on routing, nobody on the others, and two failed jobs: this tenant's and a stranger's."""
    seen = (
        QueueSeen("routing", 0, 2, (WorkerSeen("abcdef12", clock.now(), "idle"),)),
        QueueSeen("deliveries", 7, 0, ()),
        QueueSeen("webhooks", 0, 0, ()),
    )
    jobs = (
        FailedJob("own", "routing", world.tenant_id, clock.now(), "JobTimeoutException"),
        FailedJob("strange", "routing", UUID(int=5), clock.now(), "StrangeError"),
    )
    made = NullWatch(seen, jobs)
    with using(replace(kit(), jobs=made)):
        yield made


def test_what_is_owed_stands_with_its_number_and_leads_to_its_rows(alice: Person, world: World, delivery_id: UUID):
    page = alice.get("/queues").text
    [number] = re.findall(r'<a href="/deliveries\?state=pending">(\d+)</a>', page)
    assert number == "1"
    assert "Nothing is late." in page


def test_exceptions_have_a_line_only_when_there_are_any(alice: Person, world: World, delivery_id: UUID):
    assert "answer lost" not in alice.get("/queues").text
    enter_tenant(world.tenant_id)
    with transaction():
        db.session.execute(text("update deliveries set state = 'unknown'"))
    assert "answer lost" in alice.get("/queues").text


def test_workers_are_shown_and_their_absence_too(alice: Person, watch: NullWatch):
    page = alice.get("/queues").text
    assert "1 worker" in page
    assert page.count("nobody listens") == 2
    assert "Nothing is late. No worker listens to deliveries, webhooks." in page


def test_without_redis_the_tables_are_still_told(alice: Person, delivery_id: UUID):
    with using(replace(kit(), jobs=NullWatch(None))):
        page = alice.get("/queues").text
    assert "Redis does not answer." in page
    assert "/deliveries?state=pending" in page


def test_an_admin_sees_the_jobs_of_its_own_tenant_alone(alice: Person, watch: NullWatch):
    page = alice.get("/queues").text
    assert "JobTimeoutException" in page
    assert "StrangeError" not in page


def test_a_failed_job_is_put_back_and_that_is_written_down(alice: Person, watch: NullWatch):
    assert alice.post("/queues/again", {"job": "own"}).location == "/queues"
    assert [job.id for job in watch.jobs] == ["strange"]
    enter_tenant(alice.actor.tenant_id)
    assert db.session.scalar(text("select count(*) from audit_entries where action = 'job.put_back'")) == 1


def test_a_job_of_another_tenant_or_of_yesterday_is_not_there(alice: Person, watch: NullWatch):
    for job in ("strange", "gone", ""):
        answer = alice.post("/queues/again", {"job": job})
        assert answer.status_code == 422
        assert "not among the failed ones" in answer.text
    assert len(watch.jobs) == 2


def test_without_redis_nothing_is_put_back(alice: Person):
    class Gone(NullWatch):
        failed = NullWatch.queues

    with using(replace(kit(), jobs=Gone(None))):
        answer = alice.post("/queues/again", {"job": "own"})
    assert answer.status_code == 422
    assert "worked off by the sweeper" in answer.text


def test_ringing_tells_the_workers_of_one_queue(alice: Person):
    bell = NullDoorbell()
    with using(replace(kit(), bell=bell)):
        assert alice.post("/queues/ring", {"queue": "webhooks"}).status_code == 303
        assert alice.post("/queues/ring", {"queue": "nonsense"}).status_code == 404
    assert bell.rings == [("webhooks", alice.actor.tenant_id)]


def test_only_admins_ring(bob: Person, cara: Person):
    for person in (bob, cara):
        assert person.post("/queues/ring", {"queue": "webhooks"}).status_code == 404
        assert person.post("/queues/again", {"job": "own"}).status_code == 404
