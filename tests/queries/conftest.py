"""A market with one publisher and buyers that read their leads in the portal."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from app import clock
from app.services import intake
from tests.support.midday import midday  # noqa: F401 - for every test here
from tests.support.world import World, submission


@pytest.fixture
def world(app: Flask) -> World:
    """One tenant, opened an hour ago."""
    return World(now=clock.now() - timedelta(hours=1))


@pytest.fixture
def northgate(world: World) -> UUID:
    """A buyer that takes everything at 62.00."""
    buyer_id = world.buyer("Northgate")
    world.contract(buyer_id, 6200, name="Northgate UK")
    return buyer_id


def send(world: World, number: int, minute: float = 0.0, **values: object) -> UUID:
    """One lead of somebody new, some minutes after the shop opened."""
    now = world.now + timedelta(minutes=minute or number)
    return intake.submit(world.access(now), submission(number, **values), now=now).lead_id
