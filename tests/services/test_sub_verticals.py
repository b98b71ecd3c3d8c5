"""Sub-verticals: one list for every campaign of a vertical, obeyed by the next lead."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import db
from app.domain.fields import Schema
from app.models.catalogue import Campaign
from app.services import intake, sub_verticals
from app.services.catalogue_edits import Stale, mark
from app.services.contract_faults import Faulty
from app.transaction import transaction
from tests.support.world import NOON, World, submission


@pytest.fixture
def world(app) -> World:
    return World()


def save(world, *choices, seen=None):
    with transaction():
        current = sub_verticals.terms_of(world.admin, world.vertical_id)
        return sub_verticals.edit(world.admin, world.vertical_id, choices, seen=seen or mark(current), now=NOON)


def names(world) -> list[str]:
    kept = db.session.scalars(select(Campaign.schema).where(Campaign.id == world.campaign_id)).one()
    return [field.name for field in Schema.from_json(kept).fields]


def send(world, number, value):
    moment = NOON + timedelta(minutes=number)
    return intake.submit(world.access(moment), submission(number, sub_vertical=value), now=moment).state


def test_a_closed_list_is_obeyed_and_opened_again(world):
    assert send(world, 1, "anything") != "rejected"
    assert save(world, "remortgage", "first-time") == 1
    assert (send(world, 2, "Remortgage"), send(world, 3, "anything")) == ("unsold", "rejected")
    assert save(world, "remortgage", "first-time") == 0
    assert save(world) == 1
    assert send(world, 4, "anything") == "unsold"


def test_none_at_all_adds_no_field(world):
    assert save(world) == 0
    assert "sub_vertical" not in names(world)


def test_two_editors_and_doubles_are_told(world):
    seen = mark(sub_verticals.terms_of(world.admin, world.vertical_id))
    save(world, "remortgage")
    with pytest.raises(Stale):
        save(world, "first-time", seen=seen)
    with pytest.raises(Faulty):
        save(world, "first-time", "First-Time")
