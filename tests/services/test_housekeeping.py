"""What can never count again is deleted; what still counts stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.db import db
from app.domain.states import LeadState
from app.models.contracts import CapUsage
from app.models.leads import Fingerprint
from app.services import housekeeping, intake
from app.transaction import commit
from tests.support.world import World, submission

pytestmark = pytest.mark.usefixtures("app")


def _count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_windows_that_ended_long_ago_go_and_those_without_an_end_stay(app: Flask) -> None:
    world = World()
    world.contract(world.buyer(), 5000, caps=[("day", 10, "count"), ("total", 10, "count")])
    intake.submit(world.access(), submission(1), now=world.now)

    housekeeping.forget_old(world.tenant_id, world.now + timedelta(days=61))
    assert _count(CapUsage) == 2
    housekeeping.forget_old(world.tenant_id, world.now + timedelta(days=63))
    commit()

    assert _count(CapUsage) == 1


def test_a_person_is_remembered_as_long_as_any_rule_looks_back(app: Flask) -> None:
    world = World()
    world.contract(world.buyer(person_window_days=90), 5000)
    assert intake.submit(world.access(), submission(1), now=world.now).state is LeadState.SOLD

    housekeeping.forget_old(world.tenant_id, world.now + timedelta(days=90))
    assert _count(Fingerprint) == 4
    housekeeping.forget_old(world.tenant_id, world.now + timedelta(days=92))

    assert _count(Fingerprint) == 0
