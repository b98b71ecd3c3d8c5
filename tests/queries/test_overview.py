"""The overview's figures: today beside the same weekday a week ago, and what is owed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.domain.alerts import Kind
from app.queries import cap_pressure, overview, owed
from app.services import intake
from app.transaction import commit
from tests.support.world import BASE_PRICE, World, submission

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
ZONE = "Europe/London"


@pytest.fixture
def world(app: object) -> World:
    return World(now=NOW - timedelta(days=8))


@pytest.fixture
def northgate(world: World) -> UUID:
    buyer_id = world.buyer("Northgate")
    world.contract(buyer_id, 6200, name="Northgate UK", caps=(("day", 5, "count"),))
    return buyer_id


@pytest.fixture
def statements() -> Iterator[list[str]]:
    told: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("select set_config", "BEGIN")):
            told.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield told
    event.remove(db.engine, "before_cursor_execute", note)


def send(world: World, number: int, at: datetime, **values: object) -> UUID:
    return intake.submit(world.access(at), submission(number, **values), now=at).lead_id


def test_today_is_counted_so_far_and_the_week_before_up_to_the_same_time(world: World, northgate: UUID):
    for number, back in enumerate((timedelta(minutes=1), timedelta(hours=3), timedelta(hours=15))):
        send(world, number, NOW - back)
    send(world, 10, NOW - timedelta(days=7, hours=2))
    send(world, 11, NOW - timedelta(days=7) + timedelta(hours=2))
    send(world, 12, NOW - timedelta(minutes=2), phone="12")
    found = overview.today(world.admin, ZONE, NOW)
    assert (found.flow.leads, found.flow.sold, found.flow.rejected) == (3, 2, 1)
    assert (found.flow.revenue_minor, found.flow.margin_minor) == (2 * 6200, 2 * (6200 - BASE_PRICE))
    assert (found.before.leads, found.before.sold, found.before.revenue_minor) == (1, 1, 6200)
    assert found.hourly("sold")[11] == 1
    assert found.hourly("sold")[14:] == (1, *[None] * 9)
    assert found.hourly("rejected")[14] == 1
    assert (found.hourly_before()[12], found.hourly_before()[16], sum(found.hourly_before())) == (1, 1, 2)


def test_why_leads_did_not_sell_stands_with_what_they_would_have_brought(world: World):
    send(world, 1, NOW)
    send(world, 2, NOW - timedelta(hours=1))
    send(world, 3, NOW - timedelta(hours=1), phone="12")
    found = overview.today(world.admin, ZONE, NOW + timedelta(seconds=1))
    assert [(row.state, row.reason, row.leads, row.lost_minor) for row in found.unsold()] == [
        ("unsold", "no_eligible_buyer", 2, 2 * BASE_PRICE),
        ("rejected", "schema_validation_failed", 1, None),
    ]


@pytest.mark.parametrize(
    ("moment", "hours"),
    [("2026-03-29T12:00+01:00", 23), ("2026-10-25T12:00+00:00", 25), ("2026-11-20T12:00+00:00", 24)],
)
def test_a_day_has_the_hours_that_its_clocks_give_it(moment: str, hours: int):
    day = overview.day_of(ZONE, datetime.fromisoformat(moment))
    assert len(day.edges) - 1 == hours
    assert day.edges[-1] - day.start == timedelta(hours=hours)


def test_the_week_before_ends_at_the_same_time_on_the_clocks():
    now = datetime(2026, 10, 27, 9, 30, tzinfo=UTC)  # the clocks went back on the 25th
    assert overview.week_before(ZONE, now).until == datetime(2026, 10, 20, 8, 30, tzinfo=UTC)


def test_others_and_strangers_are_told_nothing(world: World, northgate: UUID):
    send(world, 1, NOW)
    other = World(now=NOW)
    for actor in (
        other.admin,
        Actor(world.tenant_id, Role.BUYER, uuid4(), northgate),
        Actor(world.tenant_id, Role.PUBLISHER, uuid4(), world.publisher_id),
    ):
        enter_tenant(actor.tenant_id)
        found = overview.today(actor, ZONE, NOW + timedelta(minutes=1))
        assert (found.flow.leads, found.flow.revenue_minor) == (0, 0)
        assert not overview.services_of(actor, NOW - timedelta(days=1))
        assert not any(pile.count for pile in overview.piles(actor).values())
        assert not any(debt.count for debt in owed.debts(actor, NOW))
        assert not cap_pressure.near(actor, NOW)


def test_caps_that_are_nearly_full_are_told_fullest_first(world: World, northgate: UUID):
    for number in range(4):
        send(world, number, NOW)
    [line] = cap_pressure.near(world.admin, NOW)
    assert (line.name, line.buyer, line.used, line.limit, line.percent) == ("Northgate UK", "Northgate", 4, 5, 80)
    assert not line.is_full
    assert line.resets_at == datetime(2026, 11, 21, tzinfo=UTC)
    send(world, 9, NOW)
    assert cap_pressure.near(world.admin, NOW)[0].is_full
    assert not cap_pressure.near(world.admin, NOW + timedelta(days=1)), "tomorrow it is empty again"


def test_buyers_and_sources_are_under_pressure_too(world: World, northgate: UUID):
    world.cap("buyer", northgate, "day", 2)
    world.cap("source", world.source_id, "hour", 2)
    world.touch()
    for number in range(2):
        send(world, number, NOW)
    found = {(line.owner_kind, line.name, line.percent) for line in cap_pressure.near(world.admin, NOW)}
    assert ("buyer", "Northgate", 100) in found
    assert cap_pressure.buyers_near(cap_pressure.near(world.admin, NOW)) == 1


def test_what_is_owed_is_told_by_kind_and_state(world: World):
    buyer_id = world.buyer("Fenwick")
    world.contract(buyer_id, 9900, url="http://127.0.0.1:9/post")
    send(world, 1, NOW - timedelta(minutes=10))
    send(world, 2, NOW)
    send(world, 3, NOW, phone="12")
    found = owed.debts(world.admin, NOW)
    pending = owed.one(found, owed.DELIVERIES, "pending")
    assert (pending.count, pending.due, pending.late) == (2, 2, 1)
    assert pending.since == NOW - timedelta(minutes=10)
    waiting = owed.one(found, owed.EVENTS, "waiting")
    assert (waiting.count, waiting.since) == (2, NOW)  # to the publisher, and to the tenant
    assert owed.one(found, owed.LEADS, "waiting").count == 0
    earlier = owed.one(owed.debts(world.admin, NOW - timedelta(minutes=5)), owed.DELIVERIES, "pending")
    assert (earlier.due, earlier.next_at) == (1, NOW)


def test_a_delivery_whose_answer_was_lost_waits_for_a_person(world: World):
    buyer_id = world.buyer("Fenwick")
    world.contract(buyer_id, 9900, url="http://127.0.0.1:9/post")
    send(world, 1, NOW)
    db.session.execute(text("UPDATE deliveries SET state = 'unknown', attempt = 6"))
    commit()
    enter_tenant(world.tenant_id)
    debt = owed.one(owed.debts(world.admin, NOW), owed.DELIVERIES, "unknown")
    assert (debt.count, debt.since) == (1, NOW)
    [service] = overview.services_of(world.admin, NOW - timedelta(hours=1))
    assert (service.buyer, service.tried, service.failed) == ("Fenwick", 1, 1)


def test_nothing_waits_in_a_new_shop(world: World):
    assert overview.piles(world.admin) == {kind: type(pile)() for kind, pile in overview.piles(world.admin).items()}
    assert set(overview.piles(world.admin)) == {
        Kind.APPLICATIONS, Kind.CHANGES, Kind.SWITCHED_OFF, Kind.FAILING_ENDPOINT,
    }  # fmt: skip


def test_everything_is_read_in_nine_statements(world: World, northgate: UUID, statements: list[str]):
    for number in range(6):
        send(world, number, NOW)
    statements.clear()
    overview.today(world.admin, ZONE, NOW)
    overview.services_of(world.admin, NOW - timedelta(days=1))
    overview.piles(world.admin)
    cap_pressure.near(world.admin, NOW)
    owed.debts(world.admin, NOW)
    assert len(statements) == 9
