"""A rehearsal judges as a live lead is judged, and leaves no trace."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.db import Base, db, enter_tenant
from app.domain.actor import Actor, Role
from app.domain.states import LeadState
from app.services import intake, rehearsals
from app.services.changes import NoSuchThing
from app.transaction import read_only, transaction
from tests.support.world import World, submission

QUIET = {"audit_entries"}


@pytest.fixture
def world(app):
    made = World()
    made.contract(made.buyer(), 6200, caps=[("day", 5, "count")])
    return made


def try_out(world, *args, **values):
    enter_tenant(world.tenant_id)
    with read_only():
        return rehearsals.rehearse(access(world), submission(*args, **values), now=world.now)


def access(world, actor=None):
    with read_only():
        return rehearsals.access_of(actor or world.admin, world.publisher_id)


def everything(world):
    enter_tenant(world.tenant_id)
    tables = [table for table in Base.metadata.sorted_tables if table.name not in QUIET]
    found = {}
    for table in tables:
        rows = db.session.execute(text(f'select * from "{table.name}"')).all()
        found[table.name] = sorted(map(str, rows))
    db.session.rollback()
    return found


def test_a_lead_that_would_sell_says_what_its_publisher_would_be_paid(world):
    seen = try_out(world)
    assert seen.outcome.state is LeadState.SOLD
    assert str(seen.payout) == "38.00 GBP"
    assert seen.event == "lead.purchased"


def test_nothing_at_all_is_written(world):
    before = everything(world)
    for values in ({}, {"email": "nobody"}, {"consent_at": "2031-01-01T00:00:00Z"}, {"vertical_key": "boats"}):
        try_out(world, 3, **values)
    assert everything(world) == before


def test_the_live_lead_after_it_is_judged_the_same(world):
    seen = try_out(world)
    live = intake.submit(world.access(), submission(), now=world.now)
    assert (seen.outcome.state, seen.outcome.reason) == (live.state, live.reason)
    assert live.sales[0].payout_minor == seen.payout.minor


@pytest.mark.parametrize(
    "values",
    [{"email": "nobody"}, {"phone": None}, {"consent_at": "2031-01-01T00:00:00Z"}, {"vertical_key": "boats"}],
    ids=["address", "no phone", "consent to come", "no such sector"],
)
def test_a_refusal_is_the_refusal_of_a_live_lead(world, values):
    seen = try_out(world, 4, **values)
    live = intake.submit(world.access(), submission(4, **values), now=world.now)
    assert (seen.outcome.state, seen.outcome.reason, seen.outcome.problems) == (live.state, live.reason, live.problems)
    assert seen.event == "lead.rejected"


def test_a_person_who_was_sent_before_is_a_duplicate_of_that_lead(world):
    first = intake.submit(world.access(), submission(), now=world.now)
    seen = try_out(world)
    assert seen.outcome.reason == "duplicate"
    assert seen.outcome.first_lead_id == first.lead_id


def test_a_person_outside_the_window_is_none(world):
    intake.submit(world.access(), submission(), now=world.now)
    later = world.now + timedelta(days=31)
    enter_tenant(world.tenant_id)
    with read_only():
        seen = rehearsals.rehearse(access(world), submission(), now=later)
    assert seen.outcome.reason != "duplicate"


def test_rehearsals_use_up_no_place_and_find_a_full_cap_full(world):
    for number in range(20):
        assert try_out(world, number).outcome.state is LeadState.SOLD
    for number in range(5):
        intake.submit(world.access(), submission(number), now=world.now)
    seen = try_out(world, 30)
    assert (seen.outcome.state, seen.outcome.reason, seen.payout) == (LeadState.UNSOLD, "no_eligible_buyer", None)


def test_a_full_source_refuses_as_it_would_live(world):
    world.cap("source", world.source_id, "day", 1)
    world.touch()
    intake.submit(world.access(), submission(), now=world.now)
    assert try_out(world, 2).outcome.reason == "source_cap_reached"


def test_nobody_rehearses_for_another_publisher(world):
    rival = Actor(world.tenant_id, Role.PUBLISHER, world.admin.principal_id, world.source_id)
    buyer = Actor(world.tenant_id, Role.BUYER, world.admin.principal_id, world.source_id)
    for stranger in (rival, buyer):
        with pytest.raises(NoSuchThing):
            access(world, stranger)


def test_another_tenant_has_no_such_publisher(world):
    other = World()
    with pytest.raises(NoSuchThing), read_only():
        rehearsals.access_of(other.admin, world.publisher_id)


def test_only_the_first_rehearsal_is_written_down(world):
    for _ in range(3):
        with transaction():
            rehearsals.note(world.admin, world.publisher_id, now=world.now)
    enter_tenant(world.tenant_id)
    told = db.session.scalar(text("select count(*) from audit_entries where action = 'publisher.rehearsed'"))
    assert told == 1
