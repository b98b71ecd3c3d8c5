"""The contracts' list: by buyer and name, page by page without a gap, whatever is renamed meanwhile."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from uuid import UUID

import pytest

from app import clock
from app.domain.actor import Actor, Role
from app.models.contracts import Contract
from app.queries import contracts
from app.queries.contract_filter import ContractFilter
from app.queries.contract_order import LONGEST, Place
from app.queries.page import BadCursor
from app.services.changes import load
from app.transaction import read_only, transaction
from tests.support.world import World

SOME_ID = UUID("01943b2e-0000-7000-8000-000000000001")
ANY = ContractFilter()


def names(world: World, place: Place | None = None, limit: int = 50) -> list[str]:
    with read_only():
        found = contracts.by_name(world.admin, ANY, place, limit, now=clock.now())
    return [f"{row.buyer}/{row.name}" for row in found.rows]


@pytest.fixture
def shelf(world: World) -> World:
    """Buyers and contracts, none in the order of the alphabet; two buyers of one name, two contracts of one name."""
    for buyer, made in (("Zeta", "ab"), ("acme", "CbA"), ("Moor", "x"), ("Moor", "xx")):
        buyer_id = world.buyer(buyer)
        for name in made:
            world.contract(buyer_id, name=name)
    return world


def test_contracts_stand_by_buyer_and_name_whatever_the_case(shelf: World):
    assert names(shelf) == [
        "acme/A", "acme/b", "acme/C", "Moor/x", "Moor/x", "Moor/x", "Zeta/a", "Zeta/b",
    ]  # fmt: skip


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(shelf: World, limit: int):
    seen: list[UUID] = []
    place: Place | None = None
    while True:
        with read_only():
            page = contracts.by_name(shelf.admin, ANY, place, limit, now=clock.now())
        seen += [row.id for row in page.rows]
        assert page.has_more == (page.next is not None)
        if page.next is None:
            break
        place = Place.parse(str(page.next))
    with read_only():
        whole = contracts.by_name(shelf.admin, ANY, now=clock.now())
    assert seen == [row.id for row in whole.rows]
    assert len(set(seen)) == 8


def test_renaming_the_last_row_of_a_page_loses_nothing(shelf: World):
    with read_only():
        page = contracts.by_name(shelf.admin, ANY, None, 2, now=clock.now())
    with transaction():
        load(shelf.admin, Contract, page.rows[-1].id).name = "zz"
    assert names(shelf, page.next)[0] == "acme/C"
    assert len(names(shelf, page.next)) == 7  # the renamed one comes once more, behind


def test_a_buyer_sees_its_own_by_name(shelf: World):
    with read_only():
        mine = contracts.by_name(shelf.admin, ANY, now=clock.now()).rows[0]
        bob = Actor(shelf.tenant_id, Role.BUYER, SOME_ID, mine.buyer_id)
        cara = Actor(shelf.tenant_id, Role.PUBLISHER, SOME_ID, shelf.publisher_id)
        assert [row.name for row in contracts.by_name(bob, ANY, now=clock.now()).rows] == ["A", "b", "C"]
        assert contracts.by_name(cara, ANY, now=clock.now()).rows == ()


def test_a_place_comes_back_as_it_was_written_and_fits_an_address():
    place = Place("Ünlü & <Söhne>" * 8, SOME_ID, "💷" * 200, SOME_ID)
    assert Place.parse(str(place)) == place
    assert len(str(place)) <= LONGEST


NO_PLACES = (
    "x", "AAAA", "é", "bnVsbA==", "W10=", "WzEsMiwzLDRd", "eyJhIjoxfQ==", str(Place("\0", SOME_ID, "a", SOME_ID)),
    urlsafe_b64encode(json.dumps(["\ud800", str(SOME_ID), "a", str(SOME_ID)]).encode()).decode(),
)  # fmt: skip


@pytest.mark.parametrize("text", NO_PLACES)
def test_any_other_text_is_no_place(text: str):
    with pytest.raises(BadCursor):
        Place.parse(text)
