"""A body that is tried meets what a lead would meet: the two never say different things, and nothing is kept."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.db import db, enter_tenant
from app.dialects.ingest import reading
from app.domain.actor import Actor, Role
from app.domain.fields import Field
from app.domain.presets import direct
from app.domain.reading import Type
from app.models.leads import Lead
from app.services import campaign_trial, intake
from app.services.changes import NoSuchThing, NotAllowed
from tests.support.world import NOON, World

GOOD = {
    "sector": "mortgages", "first_name": "James", "last_name": "Patel", "email": "j.patel@example.co.uk",
    "phone": "07700 900123", "postcode": "sw1a1aa", "consent_token": "ct_1", "consent_at": "2026-11-20T11:00:00Z",
    "extra_fields": {"deposit_gbp": 70000},
}  # fmt: skip
BODIES = (
    {},
    {"email": "nobody"},
    {"phone": None},
    {"phone": "12", "email": "nobody"},
    {"extra_fields": {"deposit_gbp": "many"}},
    {"extra_fields": {"deposit_gbp": -1}, "postcode": "90210"},
    {"consent_at": "2027-01-01T00:00:00Z"},
    {"consent_at": "yesterday"},
    {"favourite_colour": "teal"},
    {"last_name": "   "},
    {"phone": 7700900123},
    {"extra_fields": "none"},
    {"city": "Leeds", "deposit_gbp": 5, "extra_fields": {"deposit_gbp": 9, "city": "York"}},
)


@pytest.fixture
def world(app) -> World:
    return World()


def try_it(world, body, **more):
    enter_tenant(world.tenant_id)
    return campaign_trial.try_body(world.admin, world.campaign_id, body, now=NOON, **more)


@pytest.mark.parametrize("change", BODIES)
def test_the_trial_says_what_intake_would_say(world, change):
    body = {name: value for name, value in (GOOD | change).items() if value is not None}
    tried = try_it(world, body)
    moment = NOON + timedelta(seconds=1)
    taken = intake.submit(world.access(moment), reading.submission_of(body, "req", "127.0.0.1"), now=NOON)
    assert tried.passes == (taken.state != "rejected")
    enter_tenant(world.tenant_id)
    lead = db.session.scalars(select(Lead)).one()
    named = [[one.field, one.sentence] for one in tried.problems if one.field]
    assert named == ([] if lead.reason != "schema_validation_failed" else lead.problems)
    assert {one.code for one in tried.problems if one.code} <= {lead.reason}
    assert tried.changes == lead.changes


def test_nothing_is_kept(world):
    assert try_it(world, GOOD).passes
    assert db.session.scalar(select(func.count()).select_from(Lead)) == 0


def test_problems_go_by_the_names_of_the_wire(world):
    [problem] = try_it(world, GOOD | {"postcode": "nowhere at all"}).problems
    assert (problem.name, problem.field) == ("postcode", "postal_code")


def test_what_no_field_names_is_told_apart(world):
    tried = try_it(world, GOOD | {"favourite_colour": "teal"})
    assert (tried.passes, tried.unknown) == (True, ("favourite_colour",))
    assert (tried.points is not None, tried.tier in {"hot", "warm", "qualified"}) == (True, True)


def test_a_schema_that_is_not_stored_yet_judges(world):
    schema = direct("mortgages").with_fields(Field("purpose", Type.STRING, required_on_post=True))
    assert [one.field for one in try_it(world, GOOD, schema=schema).problems] == ["purpose"]
    assert try_it(world, GOOD | {"purpose": "home"}, schema=schema).passes


def test_a_ping_is_judged_by_what_pings_need(app):
    world = World(campaign={"traffic_type": "ping_post"})
    schema = direct("mortgages").with_fields(Field("sub_id", Type.STRING, required_on_ping=True, system=True))
    tried = try_it(world, {"data": {"email": "a@example.com"}}, schema=schema, stage="ping")
    assert [one.sentence for one in tried.problems] == ["Required on ping."]
    assert try_it(world, {"data": {"sub_id": "7"}}, schema=schema, stage="ping").passes
    assert [one.field for one in try_it(world, {"sub_id": "7"}, schema=schema, stage="ping").problems][:1] == ["data"]


def test_extra_fields_are_an_object(world):
    assert [one.field for one in try_it(world, GOOD | {"extra_fields": [1]}).problems] == ["extra_fields"]


def test_only_staff_try_bodies_on_their_own_campaigns(world):
    cara = Actor(world.tenant_id, Role.PUBLISHER, uuid4(), world.publisher_id)
    with pytest.raises(NotAllowed):
        campaign_trial.try_body(cara, world.campaign_id, GOOD, now=NOON)
    other = World()
    with pytest.raises(NoSuchThing):
        campaign_trial.try_body(other.admin, world.campaign_id, GOOD, now=NOON)
