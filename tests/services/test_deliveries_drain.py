"""The drain itself: what it does when sending or claiming fails, and when many drain at once."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from app.db import db, enter_tenant
from app.gateways.http_client import FakeClient, Request
from app.gateways.kit import kit, using
from app.models.deliveries import Delivery
from app.services import deliveries, sending
from app.services.delivery_claims import claim_due
from app.services.sending import Drain
from app.transaction import rollback
from tests.services.delivering import ACCEPTED, rows, scripted, set_up, sold_lead, url
from tests.support.world import NOON, World

FIRST = url("first")


@dataclass
class Row:
    request: Request = field(default_factory=lambda: Request("POST", FIRST, {}, b"", timedelta(seconds=1)))
    fault: None = None


@pytest.fixture
def world(app):
    made = World()
    made.contract(made.buyer(), 6000, url=FIRST)
    return made


def test_a_lease_outlives_the_longest_request_by_far():
    assert sending.LEASE >= 2 * sending.LONGEST_DEADLINE


def test_a_failing_claim_ends_the_run_after_what_was_sent_is_settled():
    batches, settled = [[Row(), Row()]], []

    def claim(_room):
        if not batches:
            raise ConnectionError
        return batches.pop()

    with using(replace_http(FakeClient().on(FIRST, ACCEPTED))), pytest.raises(ConnectionError):
        Drain(claim, lambda done: settled.extend(done) or len(done)).run()
    assert len(settled) == 2


def test_a_wave_that_breaks_leaves_its_rows_alone_and_ends():
    class Broken(FakeClient):
        def send_each(self, requests):
            yield 0, self.send(requests[0])
            raise OSError

    batches, settled = [[Row(), Row(), Row()]], []
    with using(replace_http(Broken().on(FIRST, ACCEPTED))):
        run = Drain(lambda _room: batches.pop() if batches else [], lambda done: settled.extend(done) or len(done))
        assert run.run() == 1
    assert len(settled) == 1


def test_a_drain_whose_budget_is_spent_claims_nothing():
    with using(replace_http(FakeClient())):
        assert Drain(lambda _room: [Row()], len, timedelta(0)).run() == 0


def replace_http(http):
    """Without an application there is no kit: these tests need its one part only."""

    @dataclass
    class OnlyHttp:
        http: FakeClient

    return OnlyHttp(http)


def at_once(app, count, work):
    """The results of ``work`` in so many threads, each with a context and session of its own."""
    results, start = [], threading.Barrier(count)

    def run():
        with app.app_context():
            start.wait()
            results.append(work())
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_many_workers_together_stay_within_what_a_setup_may_have_in_flight(app, world):
    with scripted():
        for number in range(24):
            sold_lead(world, number)
        set_up(max_in_flight=5)
        rollback()

        def claim():
            enter_tenant(world.tenant_id)
            return [one for _ in range(3) for one in claim_due(world.tenant_id, 4, NOON)]

        claimed = [one.id for found in at_once(app, 6, claim) for one in found]
    assert len(claimed) == len(set(claimed)) == 5


def test_many_drains_of_the_same_work_send_each_delivery_once(app, world):
    http = FakeClient().on(FIRST, ACCEPTED)
    with using(replace(kit(), http=http)):
        for number in range(12):
            sold_lead(world, number)
        rollback()

        def drain():
            enter_tenant(world.tenant_id)
            return deliveries.drain(world.tenant_id, NOON, budget=timedelta(minutes=2))

        settled = at_once(app, 6, drain)
        enter_tenant(world.tenant_id)
    assert sum(settled) == 12
    assert set(Counter(request.headers["Idempotency-Key"] for request in http.requests).values()) == {1}
    assert {row.state for row in rows(Delivery)} == {"delivered"}
