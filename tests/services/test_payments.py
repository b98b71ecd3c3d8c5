"""Money that buyers paid in: on the balance and in the books, once a form, taken back by a line of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.parties import Buyer
from app.models.people import AuditEntry
from app.models.sales import LedgerEntry
from app.services import ledger, payments
from app.services.changes import NoSuchThing, NotAllowed
from app.services.contract_faults import Faulty
from app.services.payments import Payment
from app.transaction import read_only, transaction
from tests.support.settings import settings_for
from tests.support.world import NOON, World

ONCE = UUID("01943b2e-0000-7000-8000-000000000001")


@pytest.fixture
def world(app):
    return World()


@pytest.fixture
def northgate(world: World) -> UUID:
    """A buyer that pays before it buys."""
    return world.buyer("Northgate", credit_limit_minor=0)


def record(world: World, buyer_id: UUID, amount: int, once: UUID = ONCE, reference: str = "", **more) -> bool:
    with transaction():
        actor = more.get("actor", world.admin)
        return payments.record(actor, buyer_id, Payment(amount, once, reference), now=NOON)


def account(world: World, buyer_id: UUID) -> tuple[int, list[tuple[str, int, str | None]]]:
    """Its balance, and its lines, the greatest first."""
    enter_tenant(world.tenant_id)
    with read_only():
        balance = db.session.scalar(select(Buyer.balance_minor).where(Buyer.id == buyer_id))
        lines = db.session.execute(
            select(LedgerEntry.kind, LedgerEntry.amount_minor, LedgerEntry.reference)
            .where(LedgerEntry.owner_id == buyer_id)
            .order_by(LedgerEntry.amount_minor.desc())
        )
        assert db.session.scalar(select(func.sum(LedgerEntry.amount_minor))) in {0, None}
        return balance, [tuple(line) for line in lines]


def audited(world: World) -> list[tuple[str, dict[str, object]]]:
    with read_only():
        rows = db.session.execute(
            select(AuditEntry.action, AuditEntry.after)
            .where(AuditEntry.action.like("buyer.pa%"))
            .order_by(AuditEntry.action)
        )
        return [tuple(row) for row in rows]


def test_a_payment_raises_the_balance_and_stands_in_the_books_with_its_reference(world, northgate):
    assert record(world, northgate, 50_000, reference="INV-7")
    assert account(world, northgate) == (50_000, [("payment", 50_000, "INV-7")])
    assert audited(world) == [("buyer.paid_in", {"amount_minor": 50_000, "reference": "INV-7"})]


def test_a_form_that_is_sent_twice_is_booked_once(world, northgate):
    assert record(world, northgate, 50_000)
    assert not record(world, northgate, 50_000)
    assert record(world, northgate, 50_000, uuid4())
    assert account(world, northgate)[0] == 100_000
    assert len(audited(world)) == 2


@pytest.mark.parametrize("change", [{"amount_minor": 60_000}, {"reference": "INV-8"}])
def test_a_form_that_comes_again_with_something_else_is_told_and_not_booked(world, northgate, change):
    first = Payment(50_000, ONCE, "INV-7")
    record(world, northgate, first.amount_minor, reference=first.reference)
    with pytest.raises(Faulty, match=r"booked 500\.00 GBP already"), transaction():
        payments.record(world.admin, northgate, replace(first, **change), now=NOON)
    with pytest.raises(Faulty), transaction():
        payments.record(world.admin, world.buyer("Harbour"), first, now=NOON)
    assert account(world, northgate)[0] == 50_000


def test_what_was_booked_wrongly_is_taken_back_with_a_reason(world, northgate):
    record(world, northgate, 50_000)
    assert record(world, northgate, -20_000, uuid4(), "typed a nought too many")
    told = [("payment", 50_000, ""), ("correction", -20_000, "typed a nought too many")]
    assert account(world, northgate) == (30_000, told)
    assert audited(world)[1][0] == "buyer.payment_taken_back"


def test_what_was_spent_is_not_taken_back(world, northgate):
    record(world, northgate, 50_000)
    with transaction():
        ledger.charge(world.tenant_id, northgate, 40_000)
    with pytest.raises(Faulty) as told, transaction():
        payments.record(world.admin, northgate, Payment(-10_001, uuid4(), "slip"), now=NOON)
    assert [name for name, _ in told.value.faults] == ["amount"]
    enter_tenant(world.tenant_id)
    with read_only():
        assert db.session.scalar(select(Buyer.balance_minor).where(Buyer.id == northgate)) == 10_000


@pytest.mark.parametrize(
    ("payment", "field"),
    [
        (Payment(0, ONCE), "amount"), (Payment(10**14 + 1, ONCE), "amount"), (Payment(-1, ONCE), "reference"),
        (Payment(1, ONCE, "x" * 121), "reference"), (Payment(1, ONCE, "a\nb"), "reference"),
    ],
)  # fmt: skip
def test_what_is_no_payment_is_told_by_its_field(world, northgate, payment, field):
    with pytest.raises(Faulty) as told, transaction():
        payments.record(world.admin, northgate, payment, now=NOON)
    assert [name for name, _ in told.value.faults] == [field]
    assert account(world, northgate) == (0, [])


def test_only_the_tenants_own_staff_books(world, northgate):
    buyer = Actor(world.tenant_id, Role.BUYER, uuid4(), northgate)
    with pytest.raises(NotAllowed):
        record(world, northgate, 100, actor=buyer)
    other = World()
    enter_tenant(other.tenant_id)
    with pytest.raises(NoSuchThing):
        record(other, northgate, 100)
    assert account(world, northgate) == (0, [])


@pytest.mark.postgres
def test_of_one_form_sent_eight_times_at_once_one_is_booked(postgres, redis_url, make_app):
    app = make_app(settings_for(postgres.url, redis_url))
    with app.app_context():
        world = World()
        northgate = world.buyer("Northgate", credit_limit_minor=0)

    def send(_number: int) -> bool:
        with app.app_context():
            enter_tenant(world.tenant_id)
            return record(world, northgate, 50_000)

    with ThreadPoolExecutor(8) as crowd:
        done = list(crowd.map(send, range(8)))
    assert sorted(done) == [False] * 7 + [True]
    with app.app_context():
        assert account(world, northgate) == (50_000, [("payment", 50_000, "")])


def test_many_payments_together_stay_an_amount(world: World, northgate: UUID):
    record(world, northgate, payments.MOST, uuid4())
    with pytest.raises(Faulty) as faulty:
        record(world, northgate, 1, uuid4())
    assert faulty.value.faults[0][0] == "amount"
    record(world, northgate, -payments.MOST, uuid4(), "not theirs")
    assert account(world, northgate)[0] == 0
