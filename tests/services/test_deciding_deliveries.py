"""Saying how a delivery ended whose answer was lost: by a person, once, with everything that follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from app.db import enter_tenant
from app.domain.actor import Role
from app.models.deliveries import Delivery
from app.models.people import AuditEntry
from app.models.sales import LedgerEntry, Sale
from app.models.webhooks import Event
from app.services import deliveries, distribution
from app.services.changes import NoSuchThing, NotAllowed, Refused
from app.transaction import rollback, transaction
from tests.services.delivering import ACCEPTED, LOST, one_delivery, rows, scripted, sold_lead, states, two_buyers, url
from tests.support.world import NOON, World

pytestmark = pytest.mark.usefixtures("app")
LATER = NOON + timedelta(hours=1)
FIRST, SECOND = url("first"), url("second")


@pytest.fixture
def outside():
    with scripted() as (http, bell):
        http.on(FIRST, LOST).on(SECOND, ACCEPTED)
        yield http, bell


@pytest.fixture
def world(app, outside):
    """One lead whose first buyer's every answer was lost."""
    made = World()
    two_buyers(made)
    sold_lead(made)
    for tries in range(3):
        deliveries.drain(made.tenant_id, NOON + timedelta(minutes=10 * tries))
    assert states() == ("unknown", "unknown", "sold")
    return made


def decide(world, *, taken, actor=None):
    with transaction():
        deliveries.decide_unknown(actor or world.admin, one_delivery().id, taken, LATER)


def test_a_lead_that_was_taken_is_sold_and_told_of(world):
    decide(world, taken=True)
    assert states() == ("delivered", "sold", "sold")
    assert (one_delivery().done_at, one_delivery().reason) == (LATER, None)
    assert {event.type for event in rows(Event)} >= {"lead.purchased", "lead.sold"}


def test_a_lead_that_was_not_taken_goes_to_the_next_in_line(world, outside):
    http, bell = outside
    decide(world, taken=False)
    assert states() == ("declined", "released", "queued")
    assert ("routing", world.tenant_id) in bell.rings
    assert sum(entry.amount_minor for entry in rows(LedgerEntry)) == 0
    distribution.drain(world.tenant_id, LATER, 10)
    deliveries.drain(world.tenant_id, LATER)
    assert [delivery.state for delivery in rows(Delivery)] == ["declined", "delivered"]
    assert [sale.state for sale in rows(Sale)] == ["released", "sold"]
    assert len(http.sent_to(SECOND)) == 1


def test_who_decided_what_is_written_down(world):
    decide(world, taken=False)
    [entry] = rows(AuditEntry, action="delivery.decided")
    assert (entry.actor_id, entry.subject_id) == (world.admin.principal_id, one_delivery().id)
    assert (entry.before, entry.after) == ({"state": "unknown"}, {"state": "declined"})


@pytest.mark.parametrize("taken", [True, False])
def test_it_is_decided_once(world, taken):
    decide(world, taken=taken)
    before = states()
    with pytest.raises(Refused, match="needs nobody"):
        decide(world, taken=not taken)
    assert states() == before


def test_a_delivery_that_is_under_way_again_is_not_decided(world):
    with transaction():
        deliveries.replay(world.admin, one_delivery().id, now=LATER)
    with pytest.raises(Refused):
        decide(world, taken=False)
    assert states()[0] == "pending"


def test_what_was_decided_is_not_sent_again(world, outside):
    http, _ = outside
    asked = len(http.sent_to(FIRST))
    decide(world, taken=False)
    with pytest.raises(Refused), transaction():
        deliveries.replay(world.admin, one_delivery().id, now=LATER)
    deliveries.drain(world.tenant_id, LATER)
    assert len(http.sent_to(FIRST)) == asked


@pytest.mark.parametrize("role", [Role.BUYER, Role.PUBLISHER])
def test_only_staff_decide(world, role):
    with pytest.raises(NotAllowed):
        decide(world, taken=True, actor=replace(world.admin, role=role))


def test_another_tenants_delivery_is_none(world):
    delivery_id = one_delivery().id
    rollback()
    other = World()
    with pytest.raises(NoSuchThing), transaction():
        deliveries.decide_unknown(other.admin, delivery_id, True, LATER)
    enter_tenant(world.tenant_id)
    assert states()[0] == "unknown"


def test_a_delivery_that_never_was_is_none(world):
    with pytest.raises(NoSuchThing), transaction():
        deliveries.decide_unknown(world.admin, uuid4(), True, LATER)
