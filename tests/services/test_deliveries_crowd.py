"""Many buyers at once, over real HTTP: one that hangs delays nobody, and none is asked more than it may be."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from itertools import cycle

import pytest
from sqlalchemy import func, select

from app.db import db, enter_tenant
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.contracts import DeliverySetup
from app.models.deliveries import Delivery
from app.services import deliveries
from app.transaction import commit, read_only
from tests.services.delivering import attempts, rows, sold_lead, url
from tests.support.simulator import simulator
from tests.support.world import NOON, World

pytestmark = pytest.mark.usefixtures("app")
FAST = 19
EACH = 4
PATIENCE = 30  # seconds


@pytest.fixture
def buyers():
    with simulator() as running:
        yield running


@pytest.fixture
def lines():
    """Closed, they cut off whoever still waits for the hanging buyer."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def hanging(lines):
    return lines.enter_context(simulator())


@pytest.fixture
def crowd(app, buyers, hanging):
    """Four deliveries to each of twenty addresses; the hanging one's come first."""
    world = World()
    world.contract(world.buyer(), 6000, url=url("first"))
    for number in range((FAST + 1) * EACH):
        sold_lead(world, number)
    [setup] = rows(DeliverySetup)
    addresses = [
        hanging.buyer("hangs", profile="hang"),
        *(buyers.buyer(f"fast{n}", latency_ms=20) for n in range(FAST)),
    ]
    setup.url, setup.timeout_ms, setup.max_in_flight = addresses[0], PATIENCE * 1000, 3
    commit()
    ids = [setup.id, *(_copied(setup, address) for address in addresses[1:])]
    for row, setup_id in zip(rows(Delivery), cycle(ids), strict=False):
        row.setup_id = setup_id
        row.next_at = NOON - timedelta(hours=1) if setup_id == ids[0] else NOON
    commit()
    return world, ids


def _copied(setup, address):
    copy = DeliverySetup(
        tenant_id=setup.tenant_id, id=new_id(NOON, kit().rng), buyer_id=setup.buyer_id, name=address, kind="http",
        url=address, timeout_ms=PATIENCE * 1000, max_in_flight=3, created_at=NOON,
    )  # fmt: skip
    db.session.add(copy)
    commit()
    return copy.id


def delivered():
    with read_only():
        return db.session.scalar(select(func.count()).where(Delivery.state == "delivered"))


def cut_after_the_others(app, tenant_id, lines):
    """Wait until everything else is delivered, then let the hanging buyer go."""
    deadline = time.monotonic() + PATIENCE
    with app.app_context():
        enter_tenant(tenant_id)
        while delivered() < FAST * EACH and time.monotonic() < deadline:
            time.sleep(0.05)
        db.session.remove()
    lines.close()


def test_one_hanging_buyer_delays_none_of_nineteen_others(app, crowd, buyers, hanging, lines):
    world, ids = crowd
    with ThreadPoolExecutor(1) as beside:
        cut = beside.submit(cut_after_the_others, app, world.tenant_id, lines)
        deliveries.drain(world.tenant_id, NOON, budget=timedelta(seconds=PATIENCE))
        cut.result()
    made = rows(Delivery)
    fast = [row.done_at for row in made if row.setup_id != ids[0]]
    waited = [row for row in made if row.setup_id == ids[0]]
    assert len(fast) == FAST * EACH
    assert {row.state for row in made if row.setup_id != ids[0]} == {"delivered"}
    # Nobody waited for the hanging buyer, who hung until then: all had ended before the first of its calls did.
    hung = {row.id for row in waited}
    assert max(fast) < min(tried.ended_at for tried in attempts() if tried.delivery_id in hung)
    assert {(row.state, row.attempt) for row in waited} == {("pending", 1)}
    assert hanging.posts("hangs").most_under_way <= 3
    assert all(buyers.posts(f"fast{number}").most_under_way <= 3 for number in range(FAST))
