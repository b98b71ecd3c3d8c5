from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.queries import leads
from app.queries.leads import LeadFilter, Needle
from app.services import lead_search
from app.transaction import read_only
from tests.queries.conftest import send
from tests.support.world import World


@contextmanager
def counting() -> Iterator[list[str]]:
    told: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest):
        if not statement.startswith("select set_config"):
            told.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield told
    event.remove(db.engine, "before_cursor_execute", note)


def as_publisher(world: World, owner_id: UUID | None = None) -> Actor:
    return Actor(world.tenant_id, Role.PUBLISHER, uuid4(), owner_id or world.publisher_id)


def as_buyer(world: World, buyer_id: UUID) -> Actor:
    return Actor(world.tenant_id, Role.BUYER, uuid4(), buyer_id)


def listed(actor: Actor, wanted: LeadFilter | None = None, **more):
    enter_tenant(actor.tenant_id)
    with read_only():
        return leads.listed(actor, wanted or LeadFilter(), **more)


def test_the_newest_lead_comes_first_with_its_money(world: World, northgate: UUID):
    ids = [send(world, number) for number in (1, 2, 3)]
    page = listed(world.admin)
    assert [row.id for row in page.rows] == ids[::-1]
    assert {(row.price, row.payout) for row in page.rows} == {(6200, 3800)}
    assert page.rows[0].publisher == "QuickQuotes"


def test_pages_follow_each_other_without_gap_or_overlap(world: World, northgate: UUID):
    ids = [send(world, number) for number in range(1, 8)]
    seen, cursor = [], None
    while True:
        page = listed(world.admin, cursor=cursor, limit=3)
        seen += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert seen == ids[::-1]


def test_leads_of_the_same_moment_are_all_shown(world: World, northgate: UUID):
    ids = {send(world, number, minute=1) for number in range(1, 6)}
    first = listed(world.admin, limit=2)
    rest = listed(world.admin, cursor=first.next, limit=10)
    assert {row.id for row in (*first.rows, *rest.rows)} == ids


def test_a_page_takes_two_statements_however_many_rows(world: World, northgate: UUID):
    for number in range(1, 6):
        send(world, number)
    with counting() as told:
        assert len(listed(world.admin)) == 5
    assert len([sql for sql in told if sql.lstrip().upper().startswith("SELECT")]) == 2, told


def test_a_publisher_sees_its_own_leads_and_no_price(world: World, northgate: UUID):
    send(world, 1)
    [row] = listed(as_publisher(world)).rows
    assert (row.price, row.payout) == (None, 3800)
    assert listed(as_publisher(world, uuid4())).rows == ()


def test_a_buyer_sees_what_it_bought_and_neither_publisher_nor_payout(world: World, northgate: UUID):
    other = world.buyer("Harbour")
    lead_id = send(world, 1)
    send(world, 2, phone="12")  # refused by the schema: nobody's
    [row] = listed(as_buyer(world, northgate)).rows
    assert row.id == lead_id
    assert (row.price, row.payout, row.publisher, row.source) == (6200, None, None, None)
    assert listed(as_buyer(world, other)).rows == ()


def test_another_tenant_sees_nothing(world: World, northgate: UUID):
    lead_id = send(world, 1)
    stranger = World(now=world.now)
    assert listed(stranger.admin).rows == ()
    enter_tenant(stranger.tenant_id)
    with read_only():
        assert leads.by_ids(stranger.admin, [lead_id]) == ()


def test_filters_narrow_the_list(world: World, northgate: UUID):
    sold, refused = send(world, 1), send(world, 2, phone="12")
    assert [row.id for row in listed(world.admin, LeadFilter(states=("sold",))).rows] == [sold]
    assert [row.id for row in listed(world.admin, LeadFilter(reason="schema_validation_failed")).rows] == [refused]
    assert len(listed(world.admin, LeadFilter(vertical_id=world.vertical_id))) == 2
    assert len(listed(world.admin, LeadFilter(publisher_id=uuid4()))) == 0
    later = world.now + timedelta(minutes=1, seconds=30)
    assert [row.id for row in listed(world.admin, LeadFilter(since=later)).rows] == [refused]
    assert [row.id for row in listed(world.admin, LeadFilter(until=later)).rows] == [sold]


def test_the_count_stops_where_nobody_counts_further(world: World, northgate: UUID, monkeypatch: pytest.MonkeyPatch):
    for number in range(1, 6):
        send(world, number)
    monkeypatch.setattr(leads, "COUNTED_TO", 3)
    enter_tenant(world.tenant_id)
    with read_only():
        assert leads.counted(world.admin, LeadFilter()) == 4
        assert leads.counted(world.admin, LeadFilter(states=("unsold",))) == 0


def test_an_empty_needle_finds_nothing(world: World, northgate: UUID):
    send(world, 1)
    assert listed(world.admin, LeadFilter(needle=Needle())).rows == ()


@pytest.mark.parametrize("spelling", ["{id}", "{id.hex}", "lead_{id.hex}", "{short}", "{short_lower}"])
def test_a_lead_is_found_by_any_spelling_of_its_id(world: World, northgate: UUID, spelling: str):
    lead_id = send(world, 1)
    [row] = listed(world.admin).rows
    text = spelling.format(id=lead_id, short=row.short_id, short_lower=row.short_id.lower())
    assert [found.id for found in _search(world, text)] == [lead_id]


@pytest.mark.parametrize("text", ["J.Patel1@Example.co.uk", " +44 7712 300001 ", "07712300001", "00447712300001"])
def test_a_lead_is_found_by_its_persons_contact(world: World, northgate: UUID, text: str):
    lead_id = send(world, 1)
    send(world, 2)
    assert [found.id for found in _search(world, text)] == [lead_id]


@pytest.mark.parametrize("text", ["", "nobody", "@", "0", "LD-0000000000", "%", "j.patel"])
def test_other_text_finds_nothing(world: World, northgate: UUID, text: str):
    send(world, 1)
    assert _search(world, text) == ()


def _search(world: World, text: str):
    enter_tenant(world.tenant_id)
    with read_only():
        needle = lead_search.needle(world.admin, text)
        return leads.listed(world.admin, LeadFilter(needle=needle)).rows
