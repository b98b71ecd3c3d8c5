from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.leads import Lead
from app.queries import lead_keys, leads
from app.queries.lead_filter import By, LeadFilter, Sort
from app.queries.page import Cursor
from app.transaction import read_only, transaction
from tests.queries.conftest import send
from tests.support.world import World


@pytest.fixture
def dear(world: World, northgate: UUID) -> UUID:
    """A buyer that outbids Northgate for leads of the City."""
    buyer_id = world.buyer("Fenwick")
    world.contract(buyer_id, 7000, name="Fenwick", filters={"field": "city", "op": "eq", "value": "London"})
    return buyer_id


def ids(actor: Actor, wanted: LeadFilter, **more: object) -> list[UUID]:
    enter_tenant(actor.tenant_id)
    with read_only():
        return [row.id for row in leads.listed(actor, wanted, **more).rows]


def paged(actor: Actor, wanted: LeadFilter, sort: Sort, size: int = 2) -> list[UUID]:
    """Page by page to the end."""
    seen: list[UUID] = []
    cursor: Cursor | None = None
    enter_tenant(actor.tenant_id)
    for _ in range(50):
        with read_only():
            page = leads.listed(actor, wanted, cursor, size, sort)
        seen += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            return seen
        cursor = Cursor.parse(str(cursor))
    raise AssertionError("the list has no end")


def mark(lead_id: UUID, **values: object) -> None:
    with transaction():
        db.session.execute(update(Lead).where(Lead.id == lead_id).values(**values))


def test_each_filter_finds_its_own(world: World, northgate: UUID, dear: UUID):
    plain, city, refused = send(world, 1), send(world, 2, city="London"), send(world, 3, phone="12")
    mark(plain, tier="hot", score=91)
    mark(city, tier="warm", score=64, test=True)
    found: dict[str, tuple[LeadFilter, list[UUID]]] = {
        "source": (LeadFilter(source_id=world.source_id), [refused, city, plain]),
        "campaign": (LeadFilter(campaign_id=world.campaign_id), [refused, city, plain]),
        "another campaign": (LeadFilter(campaign_id=uuid4()), []),
        "buyer": (LeadFilter(buyer_id=dear), [city]),
        "buyer and state": (LeadFilter(buyer_id=northgate, states=("rejected",)), []),
        "buyer and vertical": (LeadFilter(buyer_id=northgate, vertical_id=world.vertical_id), [plain]),
        "tier": (LeadFilter(tier="hot"), [plain]),
        "score": (LeadFilter(score=60), [city, plain]),
        "high score": (LeadFilter(score=85), [plain]),
        "highest score": (LeadFilter(score=100), []),
        "high score and states": (LeadFilter(score=80, states=("sold", "rejected")), [plain]),
        "high score and buyer": (LeadFilter(score=85, buyer_id=northgate), [plain]),
        "test": (LeadFilter(test=True), [city]),
        "live": (LeadFilter(test=False), [refused, plain]),
        "states": (LeadFilter(states=("rejected", "unsold")), [refused]),
        "all states": (LeadFilter(states=("sold", "rejected")), [refused, city, plain]),
    }
    for name, (wanted, expected) in found.items():
        assert ids(world.admin, wanted) == expected, name
        enter_tenant(world.tenant_id)
        with read_only():
            assert leads.counted(world.admin, wanted) == len(expected), name


def test_a_contract_is_a_list_of_what_it_bought_by_the_moment_of_the_sale(world: World, northgate: UUID):
    more = world.contract(northgate, 6900, name="Northgate London", filters={
        "field": "city", "op": "eq", "value": "London",
    })  # fmt: skip
    send(world, 1)
    city = send(world, 2, city="London")
    assert ids(world.admin, LeadFilter(contract_id=more)) == [city]
    bob = Actor(world.tenant_id, Role.BUYER, uuid4(), northgate)
    assert ids(bob, LeadFilter(contract_id=more)) == [city]
    hal = Actor(world.tenant_id, Role.BUYER, uuid4(), world.buyer("Harbour"))
    assert ids(hal, LeadFilter(contract_id=more)) == []
    assert ids(hal, LeadFilter(buyer_id=northgate)) == []


@pytest.mark.parametrize("states", [(), ("sold", "rejected"), ("sold",)])
@pytest.mark.parametrize("ascending", [False, True])
def test_pages_follow_each_other_in_both_directions(
    world: World, northgate: UUID, states: tuple[str, ...], ascending: bool
):
    sent = [send(world, number, **({"phone": "12"} if number % 3 == 0 else {})) for number in range(1, 8)]
    if states == ("sold",):
        sent = [lead_id for number, lead_id in enumerate(sent, 1) if number % 3]
    seen = paged(world.admin, LeadFilter(states=states), Sort(By.MOMENT, ascending))
    assert seen == (sent if ascending else sent[::-1])


@pytest.mark.parametrize("ascending", [False, True])
def test_scores_sort_in_both_directions_and_leads_without_one_come_last(world: World, northgate: UUID, ascending: bool):
    sent = [send(world, number) for number in range(1, 7)]
    for lead_id, points in zip(sent, (50, 90, None, 50, 10, 70), strict=True):
        mark(lead_id, score=points)
    seen = paged(world.admin, LeadFilter(), Sort(By.SCORE, ascending))
    best = [sent[1], sent[5], sent[3], sent[0], sent[4], sent[2]]
    worst = [sent[4], sent[0], sent[3], sent[5], sent[1], sent[2]]
    assert seen == (worst if ascending else best)


def test_money_sorts_what_each_reader_is_paid_or_pays(world: World, northgate: UUID, dear: UUID):
    sent = [send(world, 1), send(world, 2, city="London"), send(world, 3, phone="12")]
    assert paged(world.admin, LeadFilter(), Sort(By.MONEY)) == [sent[1], sent[0], sent[2]]
    assert paged(world.admin, LeadFilter(), Sort(By.MONEY, ascending=True)) == [sent[0], sent[1], sent[2]]
    cara = Actor(world.tenant_id, Role.PUBLISHER, uuid4(), world.publisher_id)
    assert set(paged(cara, LeadFilter(), Sort(By.MONEY))) == set(sent)
    bob = Actor(world.tenant_id, Role.BUYER, uuid4(), northgate)
    assert paged(bob, LeadFilter(), Sort(By.MONEY)) == [sent[0]]


def test_only_the_newest_of_a_long_list_are_sorted(world: World, northgate: UUID, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lead_keys, "SORTED_OF", 3)
    sent = [send(world, number) for number in range(1, 6)]
    for points, lead_id in enumerate(sent):
        mark(lead_id, score=90 - points)
    assert paged(world.admin, LeadFilter(), Sort(By.SCORE)) == sent[2:]


def test_a_count_of_several_states_stops_too(world: World, northgate: UUID, monkeypatch: pytest.MonkeyPatch):
    for number in range(1, 7):
        send(world, number, **({"phone": "12"} if number % 2 else {}))
    monkeypatch.setattr(leads, "COUNTED_TO", 4)
    enter_tenant(world.tenant_id)
    with read_only():
        assert leads.counted(world.admin, LeadFilter(states=("sold", "rejected"))) == 5


def test_a_publisher_is_told_and_may_filter_by_neutral_reasons_alone(world: World, northgate: UUID):
    lead_id = send(world, 1)
    mark(lead_id, state="unsold", reason="daily_cap_reached")
    cara = Actor(world.tenant_id, Role.PUBLISHER, uuid4(), world.publisher_id)
    enter_tenant(world.tenant_id)
    with read_only():
        [row] = leads.listed(cara, LeadFilter(reason="no_eligible_buyer")).rows
        assert row.reason == "no_eligible_buyer"
        assert (row.margin, row.buyers) == (None, ())
        [row] = leads.listed(world.admin, LeadFilter(reason="daily_cap_reached")).rows
        assert row.reason == "daily_cap_reached"


def test_the_feed_asks_for_some_leads_and_gets_those_that_pass(world: World, northgate: UUID):
    sold, refused = send(world, 1), send(world, 2, phone="12")
    enter_tenant(world.tenant_id)
    with read_only():
        both = leads.by_ids(world.admin, [sold, refused])
        one = leads.by_ids(world.admin, [sold, refused], LeadFilter(states=("rejected",)))
        none = leads.by_ids(world.admin, [], LeadFilter())
    assert [row.id for row in both] == [refused, sold]
    assert [row.id for row in one] == [refused]
    assert none == ()


PERIODS: list[Callable[[World], LeadFilter]] = [
    lambda world: LeadFilter(since=world.now + timedelta(minutes=2)),
    lambda world: LeadFilter(until=world.now + timedelta(minutes=2), states=("sold", "held")),
]


@pytest.mark.parametrize(("period", "number"), list(zip(PERIODS, (2, 1), strict=True)))
def test_a_period_ends_before_its_end(
    world: World, northgate: UUID, period: Callable[[World], LeadFilter], number: int
):
    sent = {at: send(world, at, minute=at) for at in (1, 2)}
    assert ids(world.admin, period(world)) == [sent[number]]
