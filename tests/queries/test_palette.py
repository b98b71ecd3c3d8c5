"""What the palette finds by name, for whom, and at what cost; on both databases."""

from uuid import UUID, uuid4

import pytest

from app.domain.actor import Actor, Role
from app.queries import palette
from app.services import parties
from app.transaction import read_only, transaction
from tests.queries.test_leads import as_buyer, as_publisher, counting
from tests.support.world import World


def names(actor: Actor, text: str) -> list[tuple[str, str]]:
    with read_only():
        return [(row.kind, row.name) for row in palette.named(actor, text)]


@pytest.fixture
def harbour(world: World, northgate: UUID) -> UUID:
    """Another buyer, with a contract of its own."""
    buyer_id = world.buyer("Harbour North")
    world.contract(buyer_id, 4000, name="Harbour nights")
    return buyer_id


def test_admins_find_contracts_publishers_and_buyers(world: World, northgate: UUID, harbour: UUID):
    with transaction():
        parties.add_publisher(world.admin, "Northern Leads", now=world.now)
    assert names(world.admin, "NORTH") == [
        ("publisher", "Northern Leads"), ("buyer", "Northgate"), ("contract", "Northgate UK"),
        ("buyer", "Harbour North"),
    ]  # fmt: skip


def test_buyers_find_their_own_contracts_alone(world: World, northgate: UUID, harbour: UUID):
    assert names(as_buyer(world, northgate), "n") == [("contract", "Northgate UK")]
    assert names(as_buyer(world, harbour), "north") == []


def test_publishers_and_strangers_find_nothing(world: World, northgate: UUID):
    assert names(as_publisher(world), "north") == []
    assert names(Actor(World().tenant_id, Role.ADMIN, uuid4()), "north") == []


@pytest.mark.parametrize("text", ["%", "_", "north%", "n_rthgate", "\\", "'"])
def test_signs_of_the_database_are_letters_like_any_other(world: World, northgate: UUID, text: str):
    assert names(world.admin, text) == []


def test_names_cost_one_statement(world: World, northgate: UUID):
    with counting() as told:
        names(world.admin, "north")
    assert len([line for line in told if line.lstrip().startswith("SELECT")]) == 1, told
