"""The book that a process holds: what its database says, and nothing that was taken back."""

from __future__ import annotations

import pytest

from app.db import enter_tenant
from app.services import book, parties
from app.transaction import commit, rollback
from tests.support.world import World


@pytest.fixture
def world(app) -> World:
    return World()


def test_a_book_read_amid_a_change_that_is_taken_back_is_not_kept(world):
    before = book.current(world.tenant_id)
    parties.add_publisher(world.admin, "Ghost", now=world.now)
    assert "Ghost" in names(world)
    rollback()
    held = dict(book._BOOKS)
    parties.add_publisher(world.admin, "Fenwick", now=world.now)
    commit()
    book._BOOKS.update(held)  # as in a process that has not heard of it yet
    assert names(world) == {one.name for one in before.publishers.values()} | {"Fenwick"}


def test_a_book_is_kept_from_the_first_reading_after_the_commit(world):
    parties.add_publisher(world.admin, "Fenwick", now=world.now)
    commit()
    assert book.current(world.tenant_id) is book.current(world.tenant_id)


def test_a_book_is_read_inside_its_tenant_alone(world):
    other = World()
    with pytest.raises(LookupError, match="inside its own tenant"):
        book.current(world.tenant_id)
    enter_tenant(world.tenant_id)
    assert book.current(world.tenant_id).tenant.id == world.tenant_id != other.tenant_id


def names(world: World) -> set[str]:
    return {one.name for one in book.current(world.tenant_id).publishers.values()}
