"""Editing the catalogue: who may, what is refused and where, two editors at once, and what the audit log keeps."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.catalogue import Campaign, Offer, Source, Vertical
from app.models.contracts import Contract
from app.models.people import AuditEntry
from app.models.tenants import Tenant
from app.queries import offers as offer_queries
from app.services import catalogue_campaigns, catalogue_offers, catalogue_sources, catalogue_verticals
from app.services.catalogue_edits import Stale, mark
from app.services.catalogue_offers import Place
from app.services.changes import NoSuchThing, NotAllowed, Refused
from app.services.contract_changes import Stale as StaleContract
from app.services.contract_faults import Faulty
from tests.support.world import NOON, World

VERTICAL = {"name": "Solar", "base_price_minor": 4200, "floor_minor": 0}


@pytest.fixture
def world(app) -> World:
    return World()


@pytest.fixture
def contract_id(world):
    return world.contract(world.buyer("Northgate"), 5000, name="Northgate UK")


def row(model, row_id):
    return db.session.scalars(select(model).where(model.id == row_id)).one()


def vertical_terms(world):
    return catalogue_verticals.terms_of(row(Vertical, world.vertical_id))


def source_terms(world):
    return catalogue_sources.terms_of(world.admin, row(Source, world.source_id))


def campaign_terms(world):
    return catalogue_campaigns.terms_in(row(Campaign, world.campaign_id))


def offer_terms(world):
    return catalogue_offers.terms_of(row(Offer, world.offer_id))


def book_version(world):
    return db.session.scalar(select(Tenant.book_version).where(Tenant.id == world.tenant_id))


def entry(action):
    return db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)).one()


def faults_of(refused):
    return [name for name, _ in refused.value.faults]


def test_an_edit_moves_the_book_and_keeps_before_and_after(world):
    before, current = book_version(world), vertical_terms(world)
    wanted = {**current, "base_price_minor": 4100}
    done = catalogue_verticals.edit(world.admin, world.vertical_id, wanted, seen=mark(current), now=NOON)
    assert (done, book_version(world)) == (("base_price_minor",), before + 1)
    kept = entry("vertical.changed")
    assert (kept.before, kept.after) == ({"base_price_minor": 3800}, {"base_price_minor": 4100})


def test_the_same_terms_change_nothing_whatever_was_seen(world):
    before = book_version(world)
    for services, terms, row_id in (
        (catalogue_verticals, vertical_terms(world), world.vertical_id),
        (catalogue_campaigns, campaign_terms(world), world.campaign_id),
        (catalogue_sources, source_terms(world), world.source_id),
        (catalogue_offers, offer_terms(world), world.offer_id),
    ):
        assert services.edit(world.admin, row_id, terms, seen="old", now=NOON) == ()
    assert book_version(world) == before


def test_who_comes_second_is_told_and_nothing_is_written(world):
    seen = source_terms(world)
    first = {**seen, "tag": "spring"}
    catalogue_sources.edit(world.admin, world.source_id, first, seen=mark(seen), now=NOON)
    with pytest.raises(Stale) as stale:
        catalogue_sources.edit(world.admin, world.source_id, {**seen, "tag": "summer"}, seen=mark(seen), now=NOON)
    assert stale.value.current["tag"] == "spring"
    assert source_terms(world)["tag"] == "spring"
    again = {**stale.value.current, "tag": "summer"}
    catalogue_sources.edit(world.admin, world.source_id, again, seen=mark(stale.value.current), now=NOON)
    assert source_terms(world)["tag"] == "summer"


def test_two_who_edit_different_pages_of_a_campaign_do_not_meet(world):
    settings, found = campaign_terms(world), row(Campaign, world.campaign_id)
    fields = catalogue_campaigns.schema_terms(found)
    schema = found.schema["fields"][:-1]
    less = type(found)(schema={"fields": schema})
    wanted = catalogue_campaigns.Schema.from_json(catalogue_campaigns.schema_terms(less)["schema"])
    assert catalogue_campaigns.edit_schema(world.admin, world.campaign_id, wanted, seen=mark(fields), now=NOON)
    changed = {**settings, "time_budget_ms": 900}
    catalogue_campaigns.edit(world.admin, world.campaign_id, changed, seen=mark(settings), now=NOON)


def test_only_staff_may_edit(world, contract_id):
    cara = Actor(world.tenant_id, Role.PUBLISHER, uuid4(), world.publisher_id)
    bob = Actor(world.tenant_id, Role.BUYER, uuid4(), uuid4())
    for actor in (cara, bob):
        with pytest.raises(NotAllowed):
            catalogue_verticals.edit(actor, world.vertical_id, VERTICAL, seen="", now=NOON)
        with pytest.raises(NotAllowed):
            catalogue_campaigns.set_status(actor, world.campaign_id, "paused", now=NOON)
        with pytest.raises(NotAllowed):
            catalogue_sources.edit(actor, world.source_id, {}, seen="", now=NOON)
        with pytest.raises(NotAllowed):
            catalogue_offers.detach(actor, world.offer_id, contract_id, now=NOON)


def test_another_tenants_things_are_no_such_things(world, contract_id):
    other = World()
    with pytest.raises(NoSuchThing):
        catalogue_verticals.edit(other.admin, world.vertical_id, VERTICAL, seen="", now=NOON)
    with pytest.raises(NoSuchThing):
        catalogue_offers.attach(other.admin, other.offer_id, contract_id, 1, now=NOON)
    enter_tenant(other.tenant_id)
    wanted = {**campaign_terms(other), "offer_id": str(world.offer_id)}
    with pytest.raises(Faulty):
        catalogue_campaigns.edit(other.admin, other.campaign_id, wanted, seen="", now=NOON)


def test_a_vertical_is_added_and_removed_only_while_nothing_stands_in_it(world):
    vertical_id = catalogue_verticals.add(world.admin, "solar", VERTICAL, now=NOON)
    with pytest.raises(Faulty, match="key"):
        catalogue_verticals.add(world.admin, "solar", VERTICAL, now=NOON)
    catalogue_verticals.remove(world.admin, vertical_id, now=NOON)
    assert entry("vertical.removed").subject_id == vertical_id
    with pytest.raises(Refused, match="stand in"):
        catalogue_verticals.remove(world.admin, world.vertical_id, now=NOON)


@pytest.mark.parametrize("key", ["", "Solar", "solar--panels", "-solar", "solar panels", "s" * 41])
def test_a_key_is_plain(world, key):
    with pytest.raises(Faulty):
        catalogue_verticals.add(world.admin, key, VERTICAL, now=NOON)


@pytest.mark.parametrize(
    ("terms", "where"),
    [
        ({"name": " "}, "name"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"allowed_ips": ["10.0.0.1/8"]}, "allowed_ips"),
        ({"allowed_ips": ["300.1.1.1"]}, "allowed_ips"),
        ({"floor_minor": -1}, "floor_minor"),
        ({"payout": {"kind": "fixed", "percent": "0", "amount_minor": None}}, "payout.amount"),
        ({"payout": {"kind": "percent", "percent": "101", "amount_minor": None}}, "payout.percent"),
        ({"payout": {"kind": "percent", "percent": "NaN", "amount_minor": None}}, "payout.percent"),
        ({"caps": [{"measure": "count", "period": "concurrent", "limit": 1, "zone": "UTC"}]}, "c.0.period"),
        ({"caps": [{"measure": "count", "period": "day", "limit": -1, "zone": "UTC"}]}, "c.0.limit"),
        ({"caps": [{"measure": "count", "period": "day", "limit": 1, "zone": "UTC"}] * 2}, "c.1.period"),
        ({"schedule": [{"weekdays": [], "opens": "09:00", "closes": "17:00"}]}, "schedule"),
    ],
)
def test_a_source_that_could_not_be_is_refused_beside_its_field(world, terms, where):
    current = source_terms(world)
    with pytest.raises(Faulty) as refused:
        catalogue_sources.edit(world.admin, world.source_id, {**current, **terms}, seen=mark(current), now=NOON)
    assert faults_of(refused) == [where]


@pytest.mark.parametrize(
    ("terms", "where"),
    [
        ({"country": "XX"}, "country"),
        ({"traffic_type": "pigeon"}, "traffic_type"),
        ({"time_budget_ms": 100}, "time_budget_ms"),
        ({"offer_id": str(uuid4())}, "offer_id"),
        ({"consent_rule": {"token_required": False, "max_age_hours": -5}}, "consent.max_age"),
    ],
)
def test_a_campaign_that_could_not_be_is_refused_beside_its_field(world, terms, where):
    current = campaign_terms(world)
    with pytest.raises(Faulty) as refused:
        catalogue_campaigns.edit(world.admin, world.campaign_id, {**current, **terms}, seen=mark(current), now=NOON)
    assert faults_of(refused) == [where]


@pytest.mark.parametrize(
    ("terms", "where"),
    [
        ({"mode": "loudest"}, "mode"),
        ({"seats": "shared", "seat_count": 0}, "seat_count"),
        ({"min_margin_percent": "100"}, "min_margin_percent"),
        ({"levels": [{"level": 0, "mode": "priority"}]}, "l.0.level"),
        ({"levels": [{"level": 1, "mode": "priority"}] * 2}, "l.1.level"),
    ],
)
def test_an_offer_that_could_not_be_is_refused_beside_its_field(world, terms, where):
    current = offer_terms(world)
    with pytest.raises(Faulty) as refused:
        catalogue_offers.edit(world.admin, world.offer_id, {**current, **terms}, seen=mark(current), now=NOON)
    assert faults_of(refused) == [where]


def test_attaching_and_detaching_move_the_contracts_version_and_are_kept(world, contract_id):
    version = row(Contract, contract_id).version
    catalogue_offers.detach(world.admin, world.offer_id, contract_id, now=NOON)
    kept = entry("contract.changed")
    assert (kept.before, kept.after) == ({"offers": [{"offer_id": str(world.offer_id), "level": 1}]}, {"offers": []})
    with pytest.raises(Refused, match="any more"):
        catalogue_offers.detach(world.admin, world.offer_id, contract_id, now=NOON)
    catalogue_offers.attach(world.admin, world.offer_id, contract_id, 2, now=NOON)
    with pytest.raises(Refused, match="already"):
        catalogue_offers.attach(world.admin, world.offer_id, contract_id, 1, now=NOON)
    assert row(Contract, contract_id).version == version + 2


def test_a_place_is_set_only_on_the_contract_that_was_seen(world, contract_id):
    [place] = offer_queries.places(world.admin, world.offer_id)
    new = Place(contract_id, place.version, 2, 5, 3)
    assert catalogue_offers.arrange(world.admin, world.offer_id, [new], now=NOON) == 1
    with pytest.raises(StaleContract):
        catalogue_offers.arrange(world.admin, world.offer_id, [Place(contract_id, place.version, 1, 1, 1)], now=NOON)
    [after] = offer_queries.places(world.admin, world.offer_id)
    assert (after.level, after.rank, after.weight) == (2, 5, 3)
