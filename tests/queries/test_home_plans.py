"""The figures of first pages cost what their days hold, not what the tables hold: ranges of one index."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask

from app import clock
from app.domain.actor import Actor, Role
from app.queries import buyer_home, buyers, publisher_home
from tests.queries.plans import plan_of
from tests.support.settings import settings_for
from tests.support.world import World

ZONE = "Europe/London"
READS = [
    ("ix_sales_buyer", "reserved_at>", Role.BUYER, lambda actor, now: buyer_home.spend(actor, ZONE, now)),
    ("ix_deliveries_buyer", "created_at>", Role.BUYER, lambda actor, now: buyer_home.health(actor, now, now)),
    ("ix_leads_publisher", "received_at>", Role.PUBLISHER, lambda actor, now: publisher_home.mix(actor, ZONE, now)),
    ("ix_sales_publisher", "reserved_at>", Role.PUBLISHER, lambda actor, now: publisher_home.earned(actor, ZONE, now)),
]


@pytest.fixture
def world(sqlite, redis_url, make_app):
    app: Flask = make_app(settings_for(sqlite.url, redis_url))
    with app.app_context():
        yield World()


@pytest.mark.parametrize(("index", "bound", "role", "read"), READS, ids=[read[0] for read in READS])
def test_every_stretch_is_a_range_of_an_index(world: World, index: str, bound: str, role: Role, read):
    actor = Actor(world.tenant_id, role, uuid4(), uuid4())
    plan = plan_of(lambda: read(actor, clock.now()))
    searches = [step for step in plan if step.startswith(("SEARCH", "SCAN"))]
    assert searches
    for step in searches:
        assert f"INDEX {index} (" in step, step
        assert bound in step, step


def test_payments_are_not_searched_among_all_lines_of_an_account(world: World):
    actor = Actor(world.tenant_id, Role.BUYER, uuid4(), uuid4())
    plan = plan_of(lambda: buyers.payments(actor, actor.owner_id))
    assert "INDEX ix_ledger_entries_sale (tenant_id=? AND sale_id=?)" in plan[0]
