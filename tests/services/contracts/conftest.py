"""One contract of one buyer, and the buyer's person."""

from __future__ import annotations

import pytest

from app.domain.actor import Actor, Role
from tests.services.contracts.editing import NOW
from tests.support.world import World


@pytest.fixture
def world(app):
    return World(now=NOW)


@pytest.fixture
def buyer_id(world):
    return world.buyer("Northgate")


@pytest.fixture
def contract_id(world, buyer_id):
    return world.contract(buyer_id, 6200, name="Northgate UK", caps=(("day", 1, "count"),))


@pytest.fixture
def bob(world, buyer_id):
    return Actor(world.tenant_id, Role.BUYER, world.admin.principal_id, buyer_id)
