"""The demo as somebody finds it: the card, the sample lead, the buyers, and a second start that changes nothing."""

from __future__ import annotations

import hmac
import json
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from app import clock
from app.db import db, enter_tenant
from app.demo import shelf
from app.demo.cast import PEOPLE
from app.demo.seed import seed
from app.domain.offers import Mode
from app.factory import create_app
from app.services import access, book, passwords, tenants, users
from tests.support.demo import be_patient
from tests.support.lasting import KINDS, lasting_database
from tests.support.settings import settings_for
from tests.support.simulator import FakeBuyers, simulator
from tests.support.valkey import flush

pytestmark = pytest.mark.timeout(600)
SAMPLE = {
    "sector": "mortgages",
    "first_name": "James",
    "last_name": "Patel",
    "email": "j.patel@example.co.uk",
    "phone": "+447712345678",
    "postcode": "SW1A 1AA",
    "consent_token": "ct_abc123",
    "consent_at": "2026-02-09T07:42:18Z",
    "ip": "203.0.113.42",
    "extra_fields": {"property_value_gbp": 350000, "deposit_gbp": 70000},
}


@dataclass
class Demo:
    """A seeded demo: how to open it again, where its card is, who plays its buyers."""

    database: object
    redis_url: str
    out: Path
    buyers: FakeBuyers

    @property
    def card(self):
        return json.loads(self.out.read_text())

    @contextmanager
    def app(self, **more):
        told = {"SWITCHYARD_ENV": "demo", "SIMULATOR_URL": self.buyers.base_url} | more
        app = create_app(settings_for(self.database.url, self.redis_url, **told))
        with app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()

    def start_again(self, **more):
        with self.app(**more):
            seed(self.out)


@pytest.fixture(scope="module", params=KINDS)
def demo_database(request, tmp_path_factory):
    yield from lasting_database(request, tmp_path_factory)


@pytest.fixture(scope="module")
def demo(demo_database, valkey_url, tmp_path_factory):
    flush(valkey_url)
    with simulator() as buyers:
        made = Demo(demo_database, valkey_url, tmp_path_factory.mktemp("demo") / "demo.json", buyers)
        made.start_again()
        with made.app() as app:
            be_patient(app)
        yield made


def rows(statement):
    found = [tuple(row) for row in db.session.execute(text(statement))]
    db.session.rollback()
    return found


def inside(slug="demo"):
    enter_tenant(tenants.by_slug(slug))


def book_of(slug):
    """From inside: seen from elsewhere a book is empty, and would be kept so."""
    inside(slug)
    return book.current(tenants.by_slug(slug))


def post(app, card, lead):
    return app.test_client().post("/api/v1/leads/ingest", json=lead, headers={"X-API-Key": card["ingest"]["api_key"]})


def everything():
    """How many rows each table has, and how often configuration moved."""
    names = [table.name for table in db.metadata.sorted_tables]
    counts = {name: rows(f"select count(*) from {name}")[0][0] for name in names}
    return counts | {"versions": rows("select sum(book_version) from tenants")[0][0]}


def test_the_card_holds_what_exists_so_far(demo):
    card = demo.card
    assert [user["role"] for user in card["users"]] == ["superadmin", "admin", "buyer", "publisher"]
    assert all(set(user) == {"role", "email", "password"} for user in card["users"])
    assert set(card["ingest"]) == {"api_key", "webhook_secret"}
    assert {"admin_key", "partner_key"} <= set(card["router"])
    assert card["simulator"] == {"base_url": demo.buyers.base_url}
    assert card["mail"] == {"url": card["base_url"] + "/demo/mail"}
    assert stat.S_IMODE(demo.out.stat().st_mode) == 0o600


def test_a_second_start_changes_nothing(demo):
    with demo.app():
        inside()
        before, card = everything(), demo.out.read_text()
    demo.start_again()
    with demo.app():
        inside()
        assert everything() == before
    assert demo.out.read_text() == card


def test_everybody_on_the_card_may_sign_in(demo):
    with demo.app():
        for user in demo.card["users"]:
            found = users.by_email(user["email"])
            assert found is not None
            assert found.active
            assert passwords.matches(found.password_hash, user["password"])
            db.session.rollback()


def test_the_printed_lead_is_accepted_as_printed(demo):
    with demo.app() as app:
        answer = post(app, demo.card, SAMPLE)
        assert answer.status_code == 200
        assert {**answer.json, "lead_id": "lead"} == {
            "ok": True, "lead_id": "lead", "status": "accepted", "reason": None,
        }  # fmt: skip


@pytest.mark.parametrize("place", shelf.SHELVES, ids=lambda place: place.key)
def test_the_demo_buyer_is_among_the_winners_of_every_vertical(demo, place):
    number = shelf.SHELVES.index(place)
    lead = {
        "sector": place.key, "first_name": "Plain", "last_name": "Person", "email": f"plain.{number}@example.com",
        "phone": f"+44771230{number:04d}",
    }  # fmt: skip
    with demo.app() as app:
        answer = post(app, demo.card, lead)
        assert answer.json["status"] == "accepted"
        inside()
        won = rows(
            "select b.name, s.price_minor, s.payout_minor from sales s join buyers b on b.id = s.buyer_id"
            f" where s.lead_id = '{stored(demo, answer.json['lead_id'])}'"
        )
    assert shelf.NORTHGATE.name in [name for name, _, _ in won]
    assert all(payout >= place.base_price for _, _, payout in won)


def stored(demo, public):
    """An id as the database compares it."""
    found = UUID(public.removeprefix("lead_"))
    return found.hex if demo.database.dialect == "sqlite" else found


def test_leads_are_sold_in_all_four_ways_and_one_to_three(demo):
    assert {place.mode for place in shelf.SHELVES} == set(Mode)
    assert 3 in {place.seats for place in shelf.SHELVES}
    assert {place.key: place.base_price for place in shelf.SHELVES} == {
        "investor-leads": 12000, "wealth-management": 9500, "commercial-finance": 14500, "property-investment": 8800,
        "business-finance": 5200, "claims-management": 4200, "mortgages": 3800, "life-insurance": 3400,
        "debt-help": 2800, "payday-loans": 1400,
    }  # fmt: skip


def test_the_past_holds_something_of_everything(demo):
    with demo.app():
        inside()
        states = dict(rows("select state, count(*) from leads group by state"))
        reasons = {reason for (reason,) in rows("select distinct reason from leads where reason is not null")}
        assert states["sold"] >= 30
        assert {"rejected", "unsold"} <= set(states)
        assert {"duplicate", "suppressed", "schema_validation_failed", "no_eligible_buyer"} <= reasons
        assert rows("select count(*) from deliveries where state = 'delivered'")[0][0] >= 30
        assert rows("select sum(amount_minor) from ledger_entries") == [(0,)]


def test_something_waits_for_an_admin(demo):
    with demo.app():
        inside()
        assert rows("select count(*) from applications where status = 'new'") == [(2,)]
        assert rows("select count(*) from contract_changes where status = 'waiting'") == [(1,)]


def test_the_past_is_ninety_days_and_the_buyers_take_their_time_again(demo):
    with demo.app():
        inside()
        [(first, last)] = rows("select min(received_at), max(received_at) from leads")
        assert str(first)[:10] < str(last)[:10]
        assert 75 < (datetime.fromisoformat(str(last)) - datetime.fromisoformat(str(first))).days <= 91
        assert rows("select count(*) from delivery_setups where url like '%/hurried/%'") == [(0,)]
        assert rows("select count(*) from leads where test")[0][0] == 0


def test_the_demo_publisher_is_told_and_can_verify_it(demo):
    call = demo.buyers.told("quickquotes").calls[0]
    header = next(value for name, value in call.headers if name.lower() == "x-switchyard-signature")
    moment, signature = (part.split("=", 1)[1] for part in header.split(","))
    secret = demo.card["ingest"]["webhook_secret"].encode()
    assert hmac.new(secret, f"{moment}.".encode() + call.body, "sha256").hexdigest() == signature


def test_paths_of_the_demo_are_wide_open(demo):
    with demo.app():
        found = book_of("demo")
        mine = [
            one for panel in found.panels.values() for one in panel.contracts if one.buyer_name == shelf.NORTHGATE.name
        ]
        assert len(mine) == len(shelf.SHELVES)
        assert all(one.active and cap.limit >= 10_000 for one in mine for cap in one.caps)


def test_the_other_tenant_is_a_world_of_its_own(demo):
    with demo.app():
        mine, other = book_of("demo"), book_of("harbourside")
        assert mine.publishers
        assert other.publishers
        assert not {one.id for one in mine.publishers.values()} & {one.id for one in other.publishers.values()}
        assert other.tenant.currency == "USD"


def test_a_moved_simulator_is_followed(demo):
    kept = demo.card
    demo.start_again(SIMULATOR_URL="http://127.0.0.1:4", BASE_URL="http://127.0.0.1:5")
    with demo.app():
        inside()
        urls = {url for (url,) in rows("select url from delivery_setups where kind = 'http'")}
        hooks = rows("select url from endpoints where status = 'active'")
    assert all(url.startswith("http://127.0.0.1:4/") for url in urls)
    assert hooks == [("http://127.0.0.1:4/hooks/quickquotes",)]
    assert demo.card["base_url"] == "http://127.0.0.1:5"
    assert demo.card["ingest"] == kept["ingest"]
    demo.start_again()


def test_a_lost_card_is_written_anew_with_keys_that_open(demo):
    old = demo.card
    demo.out.unlink()
    demo.start_again()
    assert demo.card["ingest"]["api_key"] != old["ingest"]["api_key"]
    assert demo.card["users"] == old["users"]
    with demo.app():
        assert access.by_key("ingest", demo.card["ingest"]["api_key"], clock.now()).tenant.slug == "demo"


def test_other_secrets_set_the_passwords_anew(demo):
    demo.start_again(SECRET_KEY="quite another secret key of thirty-two")
    with demo.app():
        found = users.by_email(PEOPLE[1].email)
        assert passwords.matches(found.password_hash, demo.card["users"][1]["password"])
    demo.start_again()
