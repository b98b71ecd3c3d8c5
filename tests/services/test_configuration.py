"""Parties, catalogue and contracts: made, changed, judged before they are stored, heard of by the book."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.domain.caps import Measure, Owner, Period
from app.domain.offers import Mode, Seats
from app.domain.presets import direct
from app.domain.suppression import Purpose
from app.models.contracts import Contract, DeliverySetup
from app.models.leads import Suppression
from app.models.people import AuditEntry
from app.models.tenants import Tenant
from app.services import book, catalogue, contracts, ledger, parties, suppressions
from app.services.catalogue import CampaignWish, OfferWish, VerticalWish
from app.services.catalogue_edits import Stale, mark
from app.services.changes import NoSuchThing, NotAllowed, Refused
from app.services.contracts import CapWish, ContractWish, PremiumWish, SetupWish
from app.services.parties import BuyerWish
from app.transaction import transaction
from tests.support.shop import ZONE, add_buyer, open_shop

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def shop(app):
    with transaction():
        return open_shop(NOW)


@pytest.fixture
def buyer(shop):
    with transaction():
        return add_buyer(shop, "Acme", NOW, daily=(5,))


def wish_of(shop, buyer, **changes):
    plain = ContractWish(buyer.id, buyer.setup_id, "Acme mortgages", 4500, ZONE)
    return replace(plain, **changes)


def version(shop):
    return db.session.scalar(select(Tenant.book_version).where(Tenant.id == shop.tenant_id))


def contract_version(buyer):
    return db.session.scalar(select(Contract.version).where(Contract.id == buyer.contract_id))


def stranger(shop):
    return Actor(shop.tenant_id, Role.PUBLISHER, shop.actor.principal_id, owner_id=shop.publishers[0].id)


def test_what_was_made_stands_in_the_book(shop, buyer):
    found = book.current(shop.tenant_id)
    assert found.verticals["mortgages"].base_price_minor == 3800
    assert found.ingest_source(shop.publishers[0].id, "mortgages") is not None
    [contract] = found.panels[shop.offer_id].contracts
    assert (contract.buyer_name, contract.price.minor, len(contract.caps)) == ("Acme", 4500, 1)


def test_every_change_moves_the_book_on(shop, buyer):
    before = version(shop)
    contracts.set_status(shop.actor, buyer.contract_id, "paused", now=LATER)
    assert version(shop) == before + 1
    assert not book.current(shop.tenant_id).panels[shop.offer_id].contracts[0].active


def test_a_change_to_the_same_changes_nothing(shop, buyer):
    before = version(shop)
    assert not contracts.set_status(shop.actor, buyer.contract_id, "active", now=LATER)
    assert version(shop) == before


def test_a_changed_contract_counts_its_versions(shop, buyer):
    assert contracts.set_status(shop.actor, buyer.contract_id, "paused", now=LATER)
    row = db.session.scalars(select(Contract).where(Contract.id == buyer.contract_id)).one()
    assert (row.status, row.version) == ("paused", 3)  # made, attached, changed


def test_attaching_and_detaching_count_as_changes_of_the_contract(shop, buyer):
    attached = contract_version(buyer)
    contracts.detach(shop.actor, shop.offer_id, buyer.contract_id, now=LATER)
    contracts.attach(shop.actor, shop.offer_id, buyer.contract_id, level=2, now=LATER)
    assert (attached, contract_version(buyer)) == (2, 4)
    with pytest.raises(NoSuchThing):
        contracts.attach(shop.actor, shop.offer_id, shop.campaign_id, now=LATER)


def test_the_audit_log_holds_what_was_and_what_is(shop, buyer):
    contracts.set_status(shop.actor, buyer.contract_id, "paused", now=LATER)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "contract.changed")).one()
    assert (entry.before, entry.after) == ({"status": "active"}, {"status": "paused"})


def test_only_staff_may_change_anything(shop, buyer):
    with pytest.raises(NotAllowed):
        contracts.set_status(stranger(shop), buyer.contract_id, "paused", now=LATER)
    with pytest.raises(NotAllowed):
        parties.top_up(stranger(shop), buyer.id, 100, now=LATER)
    with pytest.raises(NotAllowed):
        parties.add_publisher(stranger(shop), "Mine", now=LATER)


def test_another_tenants_contract_is_no_such_thing(shop, buyer):
    with transaction():
        other = open_shop(LATER)
    with pytest.raises(NoSuchThing):
        contracts.set_status(other.actor, buyer.contract_id, "paused", now=LATER)
    enter_tenant(shop.tenant_id)
    assert book.current(shop.tenant_id).panels[shop.offer_id].contracts[0].active


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wants": {"field": "deposit_gbp", "op": "nearly", "value": 1}}, "filter.op"),
        ({"wants": {"field": "city", "op": "matches", "value": "(unclosed"}}, "filter.value"),
        ({"premiums": (PremiumWish("Hot", {"any": []}, 100),)}, "Hot"),
        ({"price_minor": -1}, "price"),
        ({"multiplier": Decimal(0)}, "multiplier"),
        ({"seats": "some"}, "seat"),
    ],
)
def test_a_contract_that_could_not_run_is_refused(shop, buyer, changes, words):
    with pytest.raises(Refused, match=words):
        contracts.add_contract(shop.actor, wish_of(shop, buyer, **changes), now=LATER)


def test_a_detached_contract_buys_no_more(shop, buyer):
    contracts.detach(shop.actor, shop.offer_id, buyer.contract_id, now=LATER)
    assert not book.current(shop.tenant_id).panels[shop.offer_id].contracts
    with pytest.raises(NoSuchThing):
        contracts.detach(shop.actor, shop.offer_id, buyer.contract_id, now=LATER)


def test_a_cap_below_nothing_is_refused(shop, buyer):
    wish = CapWish(Measure.COUNT, Period.DAY, -1)
    with pytest.raises(Refused):
        contracts.add_cap(shop.actor, (Owner.CONTRACT, buyer.contract_id), wish, zone=ZONE, now=NOW)


def test_setups_move_with_their_host(shop):
    with transaction():
        add_buyer(shop, "One", NOW, url="http://127.0.0.1:8800/buyers/one/post?profile=slow")
        add_buyer(shop, "Two", NOW, url="http://127.0.0.1:9900/buyers/two/post")
    moved = contracts.move_setups(shop.actor, "http://127.0.0.1:8800/", "http://127.0.0.1:8801/", now=LATER)
    assert moved == 1


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "http", "url": ""},
        {"kind": "portal", "url": "http://127.0.0.1/"},
        {"kind": "http", "url": "http://127.0.0.1/", "format": "pigeon"},
        {"kind": "portal", "max_in_flight": 0},
    ],
)
def test_a_setup_that_could_not_deliver_is_refused(shop, buyer, wish):
    with pytest.raises(Refused):
        contracts.add_setup(shop.actor, SetupWish(buyer.id, "Odd", **wish), now=NOW)


def test_headers_of_a_setup_are_sealed(shop, buyer):
    wish = SetupWish(
        buyer.id, "Keyed", "http", "http://127.0.0.1/", headers={"Authorization": "Bearer s3cret-of-theirs"}
    )
    setup_id = contracts.add_setup(shop.actor, wish, now=LATER)
    stored = db.session.scalar(select(DeliverySetup.headers_sealed).where(DeliverySetup.id == setup_id))
    assert stored is not None
    assert b"s3cret" not in bytes(stored)


@pytest.mark.parametrize(
    "changes",
    [
        {"seats": Seats.EXCLUSIVE, "seat_count": 2},
        {"seats": Seats.SHARED, "seat_count": 0},
        {"min_margin_percent": Decimal(100)},
    ],
)
def test_an_offer_that_sells_nothing_is_refused(shop, changes):
    wish = OfferWish(shop.vertical_id, "Odd", Mode.PRIORITY, **changes)
    with pytest.raises(Refused):
        catalogue.add_offer(shop.actor, wish, now=NOW)


@pytest.mark.parametrize("budget", [0, 100, 60_000])
def test_a_campaign_needs_a_sensible_time_budget(shop, budget):
    wish = CampaignWish(shop.vertical_id, shop.offer_id, "X", "GB", direct("mortgages"), time_budget_ms=budget)
    with pytest.raises(Refused):
        catalogue.add_campaign(shop.actor, wish, now=NOW)


def test_a_top_up_raises_the_balance_and_balances_the_books(shop, buyer):
    parties.top_up(shop.actor, buyer.id, 2500, now=LATER)
    total = db.session.connection().exec_driver_sql("select sum(amount_minor) from ledger_entries").scalar()
    balance = db.session.connection().exec_driver_sql("select balance_minor from buyers").scalar()
    assert (total, balance) == (0, 1_000_000_000 + 2500)
    with pytest.raises(Refused):
        parties.top_up(shop.actor, buyer.id, 0, now=LATER)


def test_a_credit_limit_is_never_set_below_the_debt(shop):
    def limit(minor: int, shown: int, actor: Actor = shop.actor) -> bool:
        return parties.set_credit_limit(actor, poor.id, minor, mark({parties.CREDIT: shown}), now=LATER)

    with transaction():
        poor = add_buyer(shop, "Poor", NOW, funds_minor=0)
        assert limit(5000, 0)
        ledger.charge(shop.tenant_id, poor.id, 3050)
    with pytest.raises(Refused, match=r"Poor owes 30[.]50 GBP; its credit limit cannot be lower"), transaction():
        limit(3049, 5000)
    with transaction():
        assert limit(3050, 5000)
    with pytest.raises(Stale), transaction():
        limit(4000, 5000)
    with pytest.raises(Refused, match="negative"):
        limit(-1, 3050)
    with pytest.raises(NotAllowed):
        limit(9000, 3050, stranger(shop))


def test_parties_pause_and_resume(shop, buyer):
    parties.set_publisher_status(shop.actor, shop.publishers[0].id, "paused", now=LATER)
    parties.set_buyer_status(shop.actor, buyer.id, "paused", now=LATER)
    found = book.current(shop.tenant_id)
    assert found.publishers[shop.publishers[0].id].status == "paused"
    assert not found.panels[shop.offer_id].contracts[0].buyer_active


@pytest.mark.parametrize("wish", [BuyerWish(" ", ZONE), BuyerWish("X", ZONE, -1), BuyerWish("X", ZONE, 0, -1)])
def test_a_buyer_needs_a_name_and_no_negative_limits(shop, wish):
    with pytest.raises(Refused):
        parties.add_buyer(shop.actor, wish, now=NOW)


def test_a_suppression_list_keeps_hashes_alone(shop):
    list_id = suppressions.add_list(shop.actor, "Opted out", Purpose.OPT_OUT, now=NOW)
    lines = ["Gone@Example.com", "+447700900911", "a" * 64, "not a person"]
    assert suppressions.add(shop.actor, list_id, lines, now=NOW) == 3
    assert suppressions.add(shop.actor, list_id, lines[:1], now=NOW) == 1
    kept = db.session.scalars(select(Suppression).where(Suppression.list_id == list_id)).all()
    assert sorted(row.kind for row in kept) == ["email", "hash", "phone"]
    assert all(len(row.digest) == 32 for row in kept)


def test_a_buyers_own_list_needs_its_buyer(shop):
    with pytest.raises(Refused):
        suppressions.add_list(shop.actor, "Theirs", Purpose.BUYER, now=NOW)


def test_of_two_who_add_the_same_one_is_told_and_the_transaction_goes_on(shop):
    with transaction():
        with pytest.raises(Refused, match="same name"):
            catalogue.add_vertical(shop.actor, VerticalWish("mortgages", "Again", 100), now=NOW)
        catalogue.add_vertical(shop.actor, VerticalWish("boats", "Boats", 100), now=NOW)
    enter_tenant(shop.tenant_id)
    assert {one.key for one in book.current(shop.tenant_id).verticals.values()} >= {"mortgages", "boats"}
