"""Publishers, buyers and people as admins read them, on both databases."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.sales import Sale
from app.queries import buyers, days, publisher_quality, publishers, users
from app.queries.party_filter import PartyFilter
from app.queries.users import UserFilter
from app.services import parties
from app.transaction import read_only, transaction
from tests.queries.conftest import send
from tests.queries.test_leads import as_buyer, as_publisher, counting
from tests.support.world import World

ZONE = "Europe/London"


def read(world: World, query, *args, **more):
    enter_tenant(world.tenant_id)
    with read_only():
        return query(world.admin, *args, **more)


def timed(world: World, query, *args, now: datetime | None = None):
    return read(world, query, *args, zone=ZONE, now=now or clock.now())


def test_days_follow_the_zone_over_a_change_of_the_clock():
    spans = days.last(3, ZONE, datetime(2026, 10, 26, 12, tzinfo=UTC))
    assert [str(day.date) for day in spans] == ["2026-10-24", "2026-10-25", "2026-10-26"]
    assert [(day.until - day.since) for day in spans] == [timedelta(hours=24)] * 3  # wall clocks
    assert spans[1].until.astimezone(UTC) - spans[1].since.astimezone(UTC) == timedelta(hours=25)
    assert all(before.until == after.since for before, after in pairwise(spans))


def test_a_publishers_week_is_counted_by_what_came_of_it(world: World, northgate: UUID):
    for number in (1, 2):
        send(world, number)
    send(world, 3, phone="12")
    [row] = timed(world, publishers.listed, PartyFilter()).rows
    late = row.lately
    assert (late.week, late.sold, late.rejected, late.payout) == (3, 2, 1, 7600)
    assert (late.sold_percent, late.rejected_percent, late.a_day, row.keys) == (67, 33, 1, 1)
    assert row.last_lead_at == world.now + timedelta(minutes=3)


def test_what_is_older_than_the_week_is_no_longer_counted(world: World, northgate: UUID):
    send(world, 1)
    [row] = timed(world, publishers.listed, PartyFilter(), now=clock.now() + timedelta(days=8)).rows
    assert (row.lately.week, row.lately.payout) == (0, 0)
    assert row.lately.sold_percent is None
    assert row.last_lead_at is not None


def test_quality_is_told_day_by_day_with_what_buyers_sent_back(world: World, northgate: UUID):
    for number in (1, 2, 3, 4):
        send(world, number)
    refused = send(world, 5, phone="12")
    found = timed(world, publisher_quality.quality, world.publisher_id)
    assert len(found.days) == 30
    total = found.total
    assert (total.leads, total.sold, total.rejected, total.started, total.payout) == (5, 4, 1, 4, 15_200)
    assert (total.sold_percent, total.undone_percent) == (80, 0)
    assert 0 <= total.score <= 100
    assert found.week.leads == 5
    assert found.before.leads == 0
    assert found.before.sold_percent is None
    [one] = timed(world, publisher_quality.refusals, world.publisher_id)
    assert (one.reason, one.count, one.share) == ("schema_validation_failed", 1, 20)
    assert refused
    [source] = timed(world, publisher_quality.sources, world.publisher_id)
    assert (source.name, source.campaign, source.leads, source.sold_percent) == ("API", "UK mortgages", 5, 80)


def test_leads_fall_on_the_day_of_the_tenants_zone(world: World, northgate: UUID):
    send(world, 1)
    later = clock.now() + timedelta(days=1)
    found = timed(world, publisher_quality.quality, world.publisher_id, now=later)
    assert found.days[-1].leads == 0
    assert sum(day.leads for day in found.days[-3:-1]) == 1


def test_a_buyer_stands_with_what_it_bought_and_may_still_spend(world: World, northgate: UUID):
    for number in (1, 2):
        send(world, number)
    with transaction():
        parties.top_up(world.admin, northgate, 5000, now=clock.now())
    [row] = timed(world, buyers.listed, PartyFilter()).rows
    assert (row.bought.week, row.bought.spent_week, row.contracts, row.active) == (2, 12_400, 1, 1)
    assert (row.balance, row.left) == (5000 - 12_400, 10_000_000 + 5000 - 12_400)
    kinds = [line.kind for line in read(world, buyers.ledger, northgate)]
    assert kinds[0] == "payment"
    assert len(kinds) == 3


def test_a_returned_lead_was_bought_and_is_neither_spent_nor_paid(world: World, northgate: UUID):
    send(world, 1)
    enter_tenant(world.tenant_id)
    with transaction():
        db.session.execute(update(Sale).where(Sale.tenant_id == world.tenant_id).values(state="returned"))
    [row] = timed(world, buyers.listed, PartyFilter()).rows
    assert (row.bought.week, row.bought.spent_week) == (1, 0)
    total = timed(world, publisher_quality.quality, world.publisher_id).total
    assert (total.undone, total.undone_percent, total.payout) == (1, 100, 0)


def test_deliveries_that_fail_show_in_a_buyers_health(world: World):
    health = buyers.Health({"delivered": 18, "failed": 2, "pending": 5})
    assert (health.ended, health.percent, health.is_good) == (20, 90, False)
    assert buyers.Health({"pending": 1}).percent is None
    assert buyers.Health({}).is_good


def test_names_and_states_narrow_and_pages_follow_each_other(world: World):
    for number in range(5):
        world.now += timedelta(seconds=1)
        world.buyer(f"Buyer {number}")
    with transaction():
        parties.set_buyer_status(world.admin, world.buyer("Resting"), "paused", now=clock.now())
    assert [row.name for row in timed(world, buyers.listed, PartyFilter(status="paused")).rows] == ["Resting"]
    assert len(timed(world, buyers.listed, PartyFilter(name="uyer")).rows) == 5
    seen, cursor = [], None
    while True:
        page = timed(world, buyers.listed, PartyFilter(), cursor, 2)
        seen += [row.name for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert sorted(seen) == sorted(["Resting", *(f"Buyer {number}" for number in range(5))])


@pytest.mark.parametrize("count", [1, 6])
def test_a_list_takes_three_statements_however_many_rows(world: World, northgate: UUID, count: int):
    for number in range(count):
        world.buyer(f"Buyer {number}")
    for query, wanted in ((buyers.listed, PartyFilter()), (publishers.listed, PartyFilter())):
        with counting() as told:
            timed(world, query, wanted)
        assert len([sql for sql in told if sql.lstrip().upper().startswith("SELECT")]) == 3, told


def test_companies_and_strangers_read_nothing(world: World, northgate: UUID):
    send(world, 1)
    stranger = World(now=world.now)
    now = clock.now()
    for actor in (as_publisher(world), as_buyer(world, northgate), stranger.admin):
        enter_tenant(actor.tenant_id)
        with read_only():
            names = {row.name for row in publishers.listed(actor, PartyFilter(), zone=ZONE, now=now).rows}
            assert actor is stranger.admin or names == set()
            assert not buyers.listed(actor, PartyFilter(), zone=ZONE, now=now).rows
            assert publishers.one(actor, world.publisher_id, zone=ZONE, now=now) is None
            assert buyers.one(actor, northgate, zone=ZONE, now=now) is None
            assert not users.listed(actor, UserFilter()).rows
            if actor is stranger.admin:
                assert publisher_quality.quality(actor, world.publisher_id, zone=ZONE, now=now).total.leads == 0
                assert not publisher_quality.sources(actor, world.publisher_id, zone=ZONE, now=now)
                assert not buyers.ledger(actor, northgate)


def test_nobody_but_staff_reads_sessions(world: World):
    enter_tenant(world.tenant_id)
    with read_only():
        assert users.sessions(Actor(world.tenant_id, Role.BUYER, uuid4(), uuid4()), uuid4(), clock.now()) == ()
        assert users.named(Actor(world.tenant_id, Role.PUBLISHER, uuid4(), uuid4())) == ()
