"""Leads that a request left behind are routed by workers, once, by whoever holds the token."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.db import db
from app.domain.reasons import DECLINED
from app.domain.states import LeadState
from app.models.catalogue import Campaign
from app.models.leads import Lead
from app.models.parties import Buyer
from app.models.sales import LedgerEntry, Sale
from app.services import distribution, intake, lead_rows, outcomes, sales
from app.services.outcomes import Outcome
from app.transaction import commit
from tests.support.world import World, submission

pytestmark = pytest.mark.usefixtures("app")
URL = "http://127.0.0.1:9/post"


def _submit(world: World, number: int = 1) -> Outcome:
    return intake.submit(world.access(), submission(number), now=world.now)


def _left_behind(world: World) -> Outcome:
    """A lead that was stored before its web process died."""
    outcome = _submit(world)
    assert outcome.state is LeadState.UNSOLD
    db.session.execute(
        update(Lead).values(state="received", reason=None, route_token=outcome.lead_id, route_until=world.now)
    )
    commit()
    return outcome


def test_a_lead_left_behind_is_found_and_sold_once(app: Flask) -> None:
    world = World()
    lead_id = _left_behind(world).lead_id
    world.contract(world.buyer(), 5000)

    assert distribution.due(world.tenant_id, world.now, 10) == [lead_id]
    assert distribution.drain(world.tenant_id, world.now) == 1
    assert distribution.drain(world.tenant_id, world.now) == 0
    assert outcomes.of_lead(world.tenant_id, lead_id).state is LeadState.SOLD


def test_a_lead_that_somebody_holds_is_left_to_them(app: Flask) -> None:
    world = World()
    lead_id = _left_behind(world).lead_id
    token = lead_rows.claim_to_route(world.tenant_id, lead_id, now=world.now, until=world.now + timedelta(seconds=30))
    commit()

    assert token is not None
    assert not distribution.route(world.tenant_id, lead_id, now=world.now + timedelta(seconds=29))


def test_a_router_that_was_replaced_writes_nothing(app: Flask) -> None:
    world = World()
    lead_id = _left_behind(world).lead_id
    world.contract(world.buyer(), 5000)
    lead = lead_rows.to_sell(world.tenant_id, lead_id)
    assert distribution.route(world.tenant_id, lead_id, now=world.now)

    assert distribution.route_own(world.tenant_id, lead, now=world.now) is None
    assert db.session.scalar(select(func.count()).select_from(Sale)) == 1


def test_a_request_that_was_replaced_cannot_queue_the_lead_again(app: Flask) -> None:
    world = World()
    lead_id = _left_behind(world).lead_id
    world.contract(world.buyer(), 5000)
    lead = lead_rows.to_sell(world.tenant_id, lead_id)
    assert distribution.route(world.tenant_id, lead_id, now=world.now)

    distribution.queue_own(world.tenant_id, lead, now=world.now)
    assert outcomes.of_lead(world.tenant_id, lead_id).state is LeadState.SOLD
    assert distribution.due(world.tenant_id, world.now, 10) == []


def test_a_request_out_of_time_leaves_its_lead_to_a_worker_at_once(app: Flask) -> None:
    world = World()
    db.session.execute(update(Campaign).values(time_budget_ms=0))
    world.contract(world.buyer(), 5000)
    outcome = _submit(world)

    assert (outcome.state, outcome.settled) == (LeadState.QUEUED, False)
    assert distribution.drain(world.tenant_id, world.now) == 1
    assert outcomes.of_lead(world.tenant_id, outcome.lead_id).state is LeadState.SOLD


def test_routing_ends_only_where_the_machine_has_a_step(app: Flask) -> None:
    world = World()
    lead_id = _left_behind(world).lead_id
    world.contract(world.buyer(), 5000)
    db.session.execute(update(Lead).values(state="rejected"))
    commit()

    distribution.route(world.tenant_id, lead_id, now=world.now)
    assert outcomes.of_lead(world.tenant_id, lead_id).state is LeadState.REJECTED
    assert db.session.scalar(select(func.count()).select_from(Sale)) == 0


def test_a_lead_that_cannot_be_routed_stops_no_other(app: Flask) -> None:
    world = World()
    broken, sound = _submit(world, 1).lead_id, _submit(world, 2).lead_id
    world.contract(world.buyer(), 5000)
    for lead_id, earlier in ((broken, 1), (sound, 0)):
        owed = {"route_token": None, "route_until": world.now - timedelta(seconds=earlier)}
        db.session.execute(update(Lead).where(Lead.id == lead_id).values(state="queued", reason=None, **owed))
    db.session.execute(update(Lead).where(Lead.id == broken).values(fields=[]))
    commit()

    assert distribution.drain(world.tenant_id, world.now) == 1
    assert outcomes.of_lead(world.tenant_id, sound).state is LeadState.SOLD
    assert outcomes.of_lead(world.tenant_id, broken).state is LeadState.QUEUED


def test_a_release_gives_everything_back_and_the_next_in_line_gets_the_lead(app: Flask) -> None:
    world = World()
    first, second = world.buyer("First"), world.buyer("Second")
    world.contract(first, 6000, name="first", url=URL, caps=[("day", 1, "count")])
    world.contract(second, 5000, name="second")
    outcome = _submit(world)
    sale = outcome.sales[0]

    sales.release(world.tenant_id, sale.sale_id, reason=DECLINED, now=world.now)
    commit()
    distribution.drain(world.tenant_id, world.now)

    after = outcomes.of_lead(world.tenant_id, outcome.lead_id)
    assert [(one.buyer_id, one.state) for one in after.sales] == [(second, "sold")]
    assert db.session.scalar(select(Buyer.balance_minor).where(Buyer.id == first)) == 0
    assert db.session.scalar(select(func.sum(LedgerEntry.amount_minor))) == 0
    assert _submit(world, 2).sales[0].buyer_id == first


def test_a_release_is_done_once(app: Flask) -> None:
    world = World()
    buyer = world.buyer()
    world.contract(buyer, 6000, url=URL)
    outcome = _submit(world)
    for _ in range(2):
        sales.release(world.tenant_id, outcome.sales[0].sale_id, reason=DECLINED, now=world.now)
        commit()

    assert db.session.scalar(select(Buyer.balance_minor).where(Buyer.id == buyer)) == 0


def test_a_lead_that_everybody_declined_is_unsold_with_that_reason(app: Flask) -> None:
    world = World()
    world.contract(world.buyer(), 6000, name="only", url=URL)
    outcome = _submit(world)

    sales.release(world.tenant_id, outcome.sales[0].sale_id, reason=DECLINED, now=world.now)
    commit()
    distribution.drain(world.tenant_id, world.now)

    after = outcomes.of_lead(world.tenant_id, outcome.lead_id)
    assert (after.state, after.reason) == (LeadState.UNSOLD, "buyer_declined")
    assert world.trace(outcome.lead_id)[-1].reasons[0].code == "already_declined"
    assert _submit(world).state is LeadState.SOLD  # nobody holds the person any more
