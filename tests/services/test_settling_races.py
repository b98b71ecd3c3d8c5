"""A sale accepted and released at the same moment, on real PostgreSQL: one of the two happens, whole."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import func, select

from app import clock
from app.db import db, enter_tenant
from app.domain.reasons import DELIVERY_FAILED
from app.domain.states import ImpossibleTransition
from app.models.parties import Buyer
from app.models.sales import LedgerEntry, Sale
from app.models.webhooks import Event
from app.services import sales
from app.transaction import retried, transaction
from tests.services.delivering import rows, scripted, sold_lead, url
from tests.support.settings import settings_for
from tests.support.world import NOON, World

pytestmark = pytest.mark.postgres
ROUNDS = 32
STEP = 0.001  # seconds
PRICE = 6000


@pytest.fixture
def racing_app(postgres, redis_url, make_app):
    return make_app(settings_for(postgres.url, redis_url))


def settle(app, tenant_id, gate, work, delay):
    """Whether this way of ending the sale was the one that happened."""
    with app.app_context():
        gate.wait(100)
        clock.pause(delay)

        def once():
            with transaction():
                enter_tenant(tenant_id)
                work()

        try:
            retried(once)
        except ImpossibleTransition:
            return False
        else:
            return True
        finally:
            db.session.remove()


def race(app, tenant_id, sale_id, threads, delay):
    """Whether it was accepted, whether it was released. ``delay`` of the acceptance in seconds, else the other's."""
    gate = threading.Barrier(2)
    end = partial(settle, app, tenant_id, gate)
    accept = partial(sales.accept, tenant_id, sale_id, reference="NG-1", now=NOON)
    release = partial(sales.release, tenant_id, sale_id, reason=DELIVERY_FAILED, now=NOON)
    accepted, released = threads.submit(end, accept, max(delay, 0)), threads.submit(end, release, max(-delay, 0))
    return accepted.result(100), released.result(100)


def test_of_an_acceptance_and_a_release_exactly_one_happens(racing_app):
    with racing_app.app_context(), scripted(), ThreadPoolExecutor(2) as threads:
        world = World()
        buyer_id = world.buyer("First")
        world.contract(buyer_id, PRICE, url=url("first"), caps=[("day", 10_000, "count")])
        ended, delay, step = {}, 0, STEP
        for number in range(ROUNDS):
            lead_id = sold_lead(world, number)
            [sale] = rows(Sale, lead_id=lead_id)
            accepted, released = race(racing_app, world.tenant_id, sale.id, threads, delay)
            assert accepted != released
            ended[sale.id] = "sold" if accepted else "released"
            step = handicap(ended, step)
            delay += step if accepted else -step
        assert set(ended.values()) == {"sold", "released"}
        assert {sale.id: sale.state for sale in rows(Sale)} == ended
        check_books(buyer_id, ended)


def handicap(ended, step):
    """Whoever won is held back next time, the longer the more often it won: so both are seen, however busy it is."""
    return step * 2 if len(set(list(ended.values())[-2:])) == 1 else STEP


def check_books(buyer_id, ended):
    """Every posting adds up to nothing, the buyer paid for what it took, and each purchase was told once."""
    sold = [sale_id for sale_id, state in ended.items() if state == "sold"]
    of_posting = select(func.sum(LedgerEntry.amount_minor)).group_by(LedgerEntry.posting_id)
    assert set(db.session.scalars(of_posting)) == {0}
    of_sale = select(LedgerEntry.sale_id, func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.account == "buyer")
    paid = dict(db.session.execute(of_sale.group_by(LedgerEntry.sale_id)).all())
    assert paid == {sale_id: -PRICE if sale_id in sold else 0 for sale_id in ended}
    [buyer] = rows(Buyer, id=buyer_id)
    assert buyer.balance_minor == -PRICE * len(sold)
    told = [event.sale_id for event in rows(Event, type="lead.purchased")]
    assert sorted(told) == sorted(sold)
