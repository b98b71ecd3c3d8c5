"""Many publishers at once, on real PostgreSQL: seats, caps, balances and the books hold to the last one."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from app import clock
from app.db import db, enter_tenant
from app.domain.caps import Measure, Owner, Period
from app.domain.offers import Mode
from app.services import access, contracts, intake
from app.services.contracts import CapWish
from app.services.submission import Submission
from app.transaction import transaction
from tests.support.midday import midday  # noqa: F401 - a cap of the day must not begin anew in the middle
from tests.support.settings import settings_for
from tests.support.shop import ZONE, add_buyer, open_shop
from tests.support.world import PATIENT

pytestmark = pytest.mark.postgres

PUBLISHERS, LEADS = 32, 400
COUNTS = (5, 17, 29, 40, 51, 64, 23, 1)
BUDGET = 700_00
FUNDS = 500_00


@pytest.fixture
def racing_app(postgres, redis_url, make_app):
    return make_app(settings_for(postgres.url, redis_url))


def stocked(seats, mode):
    """Eight contracts: six capped by count, one by money, one by its buyer's balance."""
    now = clock.now()
    with transaction():
        shop = open_shop(now, publishers=PUBLISHERS, mode=mode, seats=seats, **PATIENT)
        for number, limit in enumerate(COUNTS[:6]):
            add_buyer(shop, f"Counted {number}", now, price_minor=4500 + number * 7, daily=(limit, limit + 3))
        spender = add_buyer(shop, "Spender", now, price_minor=4733)
        owner = (Owner.CONTRACT, spender.contract_id)
        contracts.add_cap(shop.actor, owner, CapWish(Measure.MONEY, Period.DAY, BUDGET), zone=ZONE, now=now)
        add_buyer(shop, "Prepaid", now, price_minor=4611, funds_minor=FUNDS)
    return shop


def submission(number):
    values = {
        "first_name": "Race",
        "last_name": "Runner",
        "email": f"runner.{number}@example.com",
        "phone": f"+4477{number:08d}",
        "postal_code": "SW1A 1AA",
    }
    return Submission("mortgages", None, values, {}, "ingest", f"race-{number}", "127.0.0.1")


def race(app, shop):
    """Every publisher on a thread of its own, all off at the same moment, until no lead is left."""
    numbers = iter(range(LEADS))
    gate, taking = threading.Barrier(PUBLISHERS), threading.Lock()

    def run(publisher):
        states = []
        with app.app_context():
            gate.wait(100)
            while True:
                with taking:
                    number = next(numbers, None)
                if number is None:
                    return states
                now = clock.now()
                opened = access.by_key("ingest", publisher.key, now)
                states.append(intake.submit(opened, submission(number), now=now).state)
                db.session.remove()

    with ThreadPoolExecutor(PUBLISHERS) as threads:
        return [state for states in threads.map(run, shop.publishers) for state in states]


def rows(statement):
    return db.session.execute(text(statement)).all()


@pytest.mark.parametrize(("seats", "mode"), [(1, Mode.HIGHEST_BID), (2, Mode.WEIGHTED), (3, Mode.ROUND_ROBIN)])
def test_nothing_is_passed_by_one(racing_app, seats, mode):
    with racing_app.app_context():
        shop = stocked(seats, mode)
        states = race(racing_app, shop)
        assert len(states) == LEADS
        enter_tenant(shop.tenant_id)
        check_seats(seats)
        check_caps(shop)
        check_books()


def check_seats(seats):
    most = rows("select max(n) from (select count(*) n from sales where state <> 'released' group by lead_id) s")
    assert most[0][0] <= seats
    twice = rows("select 1 from sales where state <> 'released' group by lead_id, buyer_id having count(*) > 1")
    assert twice == []


def check_caps(shop):
    """Used is what was sold, and never over the limit; every capped contract was filled to the last place."""
    for buyer in shop.buyers:
        sold, spent = rows(
            f"select count(*), coalesce(sum(price_minor), 0) from sales where contract_id = '{buyer.contract_id}'"
        )[0]
        caps = rows(
            "select c.measure, c.limit_value, coalesce(u.used, 0) from caps c left join cap_usage u on u.id = c.id"
            f" where c.owner_id = '{buyer.contract_id}'"
        )
        for measure, limit, used in caps:
            assert used == (sold if measure == "count" else spent)
            assert used <= limit
        if caps:
            assert sold == min(limit if measure == "count" else limit // 4733 for measure, limit, _ in caps)


def check_books():
    assert rows("select coalesce(sum(amount_minor), 0) from ledger_entries") == [(0,)]
    assert rows("select 1 from ledger_entries group by posting_id having sum(amount_minor) <> 0") == []
    off = rows(
        "select b.name from buyers b where b.balance_minor < -b.credit_limit_minor or b.balance_minor <>"
        " (select coalesce(sum(amount_minor), 0) from ledger_entries e where e.owner_id = b.id)"
    )
    assert off == []
    [(sold, posted)] = rows(
        "select (select coalesce(sum(payout_minor), 0) from sales),"
        " (select coalesce(sum(amount_minor), 0) from ledger_entries where account = 'publisher')"
    )
    assert sold == posted
