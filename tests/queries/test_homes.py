"""The figures that buyers and publishers see first: of their own rows alone, and the same as their lists count."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.gateways.kit import kit
from app.queries import buyer_home, leads, limits, publisher_home
from app.queries.leads import LeadFilter
from app.services import key_usage
from app.transaction import commit
from tests.queries.conftest import send
from tests.support.world import World

ZONE = "Europe/London"


@pytest.fixture
def buyer(world: World, northgate: UUID) -> Actor:
    return Actor(world.tenant_id, Role.BUYER, world.admin.principal_id, northgate)


@pytest.fixture
def publisher(world: World) -> Actor:
    return Actor(world.tenant_id, Role.PUBLISHER, world.admin.principal_id, world.publisher_id)


def test_spend_is_what_the_list_of_leads_adds_up_to(world: World, buyer: Actor):
    for number in range(3):
        send(world, number + 1)
    now = clock.now()
    spent = buyer_home.spend(buyer, ZONE, now)
    listed = leads.listed(buyer, LeadFilter()).rows
    assert (spent.week.now.leads, spent.week.now.minor) == (3, sum(row.price or 0 for row in listed))
    assert spent.month.now.leads >= spent.today.now.leads
    assert sum(day.leads for _, day in spent.days) == 3
    assert spent.week.before == buyer_home.Spent()
    assert spent.week.change is None


def test_a_span_is_compared_with_the_same_hours_before(world: World, buyer: Actor):
    now = clock.now()
    world.now = now - timedelta(days=7, minutes=30)
    send(world, 1, minute=1)
    world.now = now - timedelta(minutes=30)
    send(world, 2, minute=1)
    send(world, 3, minute=2)
    spent = buyer_home.spend(buyer, ZONE, now)
    assert (spent.week.now.leads, spent.week.before.leads, spent.week.change) == (2, 1, 100)


def test_what_is_left_lasts_as_many_days_as_the_last_week_says(world: World, buyer: Actor):
    for number in range(7):
        send(world, number + 1)
    spent = buyer_home.spend(buyer, ZONE, clock.now())
    found = buyer_home.wallet(buyer, spent)
    assert (found.balance_minor, found.credit_minor) == (-7 * 6200, 10_000_000)
    assert (found.daily_minor, found.days_left) == (6200, (10_000_000 - 7 * 6200) // 6200)
    assert replace(found, daily_minor=0).days_left is None


def test_deliveries_are_told_by_how_they_ended(world: World, buyer: Actor):
    world.contract(buyer.owner_id, 9900, name="By post", url="http://127.0.0.1:9/post")
    for number in range(3):
        send(world, number + 1)
    now = clock.now()
    fresh = buyer_home.health(buyer, now - timedelta(days=7), now)
    assert (fresh.ended, fresh.share, fresh.retrying) == (0, None, 0)
    enter_tenant(world.tenant_id)
    ids = [row.id for row in db.session.execute(text("SELECT id FROM deliveries ORDER BY id")).all()]
    for delivery_id, state in zip(ids, ("delivered", "failed", "unknown"), strict=True):
        db.session.execute(text("UPDATE deliveries SET state = :s WHERE id = :id"), {"s": state, "id": delivery_id})
    commit()
    found = buyer_home.health(buyer, now - timedelta(days=7), now)
    assert (found.delivered, found.failed, found.unknown, found.share) == (1, 1, 1, 33)


def test_a_buyers_checklist_is_found_in_the_data(world: World, buyer: Actor):
    before = buyer_home.facts(buyer)
    assert before == buyer_home.Facts(
        endpoint_answered=True, active_contract=True, capped_contract=False, first_lead=False, second_factor=False
    )
    world.contract(buyer.owner_id, 6300, name="Capped", caps=(("day", 10, "count"),))
    send(world, 1)
    after = buyer_home.facts(buyer)
    assert after.capped_contract
    assert after.first_lead


def test_verdicts_and_endings_are_counted_by_day(world: World, publisher: Actor, northgate: UUID):
    send(world, 1)
    send(world, 2, phone="12")
    send(world, 3, phone="34")
    found = publisher_home.mix(publisher, ZONE, clock.now())
    assert (found.week.sent, found.week.sold, found.week.rejected, found.week.accepted) == (3, 1, 2, 1)
    [ending] = found.endings
    assert (ending.reason.code, ending.leads) == ("schema_validation_failed", 2)
    [fault] = publisher_home.faults(publisher, ending.reason, clock.now() - timedelta(days=7))
    assert (fault.field, fault.leads) == ("phone", 2)
    assert found.before.sent == 0
    assert len(found.days) == publisher_home.CHARTED


def test_earnings_are_payouts_of_sales_that_stand(world: World, publisher: Actor, northgate: UUID):
    send(world, 1)
    found = publisher_home.earned(publisher, ZONE, clock.now())
    [row] = leads.listed(publisher, LeadFilter()).rows
    assert (found.week, row.price) == (row.payout, None)
    assert found.today <= found.week


def test_limits_show_what_is_taken_and_take_nothing(world: World, publisher: Actor):
    world.cap("source", world.source_id, "day", 100)
    world.touch()
    [key] = limits.keys(publisher, clock.now())
    assert (key.per_minute, key_usage.in_last_minute(publisher, key.id)) == (120, 0)
    for _ in range(3):
        kit().limiter.hit(key_usage.counter(world.tenant_id, key.id), (120, 60))
    assert [key_usage.in_last_minute(publisher, key.id) for _ in range(2)] == [3, 3]
    send(world, 1, minute=60)
    [source] = limits.sources(publisher, clock.now())
    [bar] = source.bars
    assert (source.campaign, bar.cap.limit, bar.used) == ("UK mortgages", 100, 1)


def test_a_publishers_checklist_is_found_in_the_data(world: World, publisher: Actor, northgate: UUID):
    before = publisher_home.facts(publisher)
    assert (before.first_lead, before.first_sale, before.first_refusal) == (False, False, False)
    send(world, 1)
    send(world, 2, phone="12")
    after = publisher_home.facts(publisher)
    assert (after.first_lead, after.first_sale, after.first_refusal, after.webhook_answered) == (
        True,
        True,
        True,
        False,
    )


def test_nobody_is_shown_anothers_figures(world: World, northgate: UUID):
    send(world, 1)
    now = clock.now()
    harbour = Actor(world.tenant_id, Role.BUYER, world.admin.principal_id, world.buyer("Harbour"))
    rival = Actor(world.tenant_id, Role.PUBLISHER, world.admin.principal_id, harbour.owner_id)
    assert buyer_home.spend(harbour, ZONE, now).month.now.leads == 0
    assert not buyer_home.facts(harbour).first_lead
    assert publisher_home.mix(rival, ZONE, now).week.sent == 0
    assert publisher_home.earned(rival, ZONE, now).month == 0
    assert limits.keys(rival, now) == ()
    assert publisher_home.told(rival, now - timedelta(days=1)).endpoints == 0
