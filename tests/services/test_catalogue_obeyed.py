"""What is changed in the catalogue holds from the very next lead on."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db import db, enter_tenant
from app.domain.fields import Field, Schema
from app.domain.reading import Type
from app.models.catalogue import Campaign, Offer, Source, Vertical
from app.models.sales import Sale
from app.queries import offers as offer_queries
from app.services import (
    catalogue_campaigns,
    catalogue_offers,
    catalogue_sources,
    catalogue_verticals,
    intake,
    vertical_prices,
)
from app.services.catalogue_edits import mark
from app.services.catalogue_offers import Place
from app.transaction import transaction
from tests.support.world import NOON, World, submission

DAY = [{"measure": "count", "period": "day", "limit": 1, "zone": "Europe/London"}]


@pytest.fixture
def world(app) -> World:
    return World()


@pytest.fixture
def buyers(world) -> tuple[UUID, UUID]:
    """Northgate pays 50.00 and Fenwick 45.00; answers their contracts."""
    return world.contract(world.buyer("Northgate"), 5000), world.contract(world.buyer("Fenwick"), 4500)


def send(world: World, number: int, **values):
    moment = NOON + timedelta(minutes=number)
    return intake.submit(world.access(moment), submission(number, **values), now=moment)


def contract_of(world: World, lead_id: UUID) -> UUID | None:
    enter_tenant(world.tenant_id)
    return db.session.scalar(select(Sale.contract_id).where(Sale.lead_id == lead_id))


def row(model, row_id):
    return db.session.scalars(select(model).where(model.id == row_id)).one()


def edit(services, model, world: World, row_id: UUID, **terms):
    """Change some terms of a thing as its page does."""
    with transaction():
        enter_tenant(world.tenant_id)
        found = row(model, row_id)
        current = services.terms_in(found) if model is Campaign else (
            services.terms_of(world.admin, found) if model is Source else services.terms_of(found)
        )  # fmt: skip
        return services.edit(world.admin, row_id, {**current, **terms}, seen=mark(current), now=NOON)


def test_a_higher_base_price_shuts_out_whom_it_said(world, buyers):
    northgate, fenwick = buyers
    told = vertical_prices.effect(world.admin, world.vertical_id, 4800, 0)
    assert [one.contract_id for one in told.lost] == [fenwick]
    edit(catalogue_verticals, Vertical, world, world.vertical_id, base_price_minor=4800)
    assert contract_of(world, send(world, 1).lead_id) == northgate
    edit(catalogue_verticals, Vertical, world, world.vertical_id, base_price_minor=5100)
    assert send(world, 2).state == "unsold"
    back = vertical_prices.effect(world.admin, world.vertical_id, 3800, 0)
    assert {one.contract_id for one in back.won} == {northgate, fenwick}


def test_a_floor_shuts_out_whom_it_said(world, buyers):
    told = vertical_prices.effect(world.admin, world.vertical_id, 3800, 5001)
    assert {one.contract_id for one in told.lost} == set(buyers)
    edit(catalogue_verticals, Vertical, world, world.vertical_id, floor_minor=5001)
    assert send(world, 1).state == "unsold"


def test_a_new_mode_decides_who_goes_first(world, buyers):
    northgate, fenwick = buyers
    assert contract_of(world, send(world, 1).lead_id) == northgate
    edit(catalogue_offers, Offer, world, world.offer_id, mode="priority")
    versions = {one.contract_id: one.version for one in offer_queries.places(world.admin, world.offer_id)}
    with transaction():
        places = [Place(northgate, versions[northgate], 1, 20, 1), Place(fenwick, versions[fenwick], 1, 10, 1)]
        assert catalogue_offers.arrange(world.admin, world.offer_id, places, now=NOON) == 2
    assert contract_of(world, send(world, 2).lead_id) == fenwick


def test_shared_seats_sell_a_lead_twice(world, buyers):
    edit(catalogue_offers, Offer, world, world.offer_id, seats="shared", seat_count=2)
    lead_id = send(world, 1).lead_id
    enter_tenant(world.tenant_id)
    sold = set(db.session.scalars(select(Sale.contract_id).where(Sale.lead_id == lead_id)))
    assert sold == set(buyers)


def test_a_detached_contract_is_not_asked_and_an_attached_one_is(world, buyers):
    northgate, fenwick = buyers
    with transaction():
        catalogue_offers.detach(world.admin, world.offer_id, northgate, now=NOON)
    assert contract_of(world, send(world, 1).lead_id) == fenwick
    with transaction():
        catalogue_offers.attach(world.admin, world.offer_id, northgate, 1, now=NOON)
    assert contract_of(world, send(world, 2).lead_id) == northgate


def test_a_new_required_field_refuses_leads_without_it(world, buyers):
    assert send(world, 1).state == "sold"
    with transaction():
        enter_tenant(world.tenant_id)
        found = row(Campaign, world.campaign_id)
        current = catalogue_campaigns.schema_terms(found)
        more = Field("loan_purpose", Type.ENUM, required_on_post=True, enum=("home", "let"))
        schema = Schema.from_json(current["schema"]).with_fields(more)
        catalogue_campaigns.edit_schema(world.admin, world.campaign_id, schema, seen=mark(current), now=NOON)
    refused = send(world, 2)
    assert (refused.state, refused.reason) == ("rejected", "schema_validation_failed")
    assert send(world, 3, loan_purpose="Home").state == "sold"


def test_copies_are_taken_once_the_rule_says_so(world, buyers):
    send(world, 1)
    assert send(world, 1).reason == "duplicate"
    rule = {"fields": [], "match": "any", "days": 30, "scope": "publisher", "base": "accepted"}
    edit(catalogue_campaigns, Campaign, world, world.campaign_id, duplicate_rule=rule)
    assert send(world, 1).state != "rejected"


def test_consent_that_is_too_old_is_refused(world, buyers):
    rule = {"token_required": True, "max_age_hours": 24}
    edit(catalogue_campaigns, Campaign, world, world.campaign_id, consent_rule=rule)
    assert send(world, 1).reason == "consent_too_old"
    assert send(world, 2, consent_at="2026-11-20T11:00:00Z").state == "sold"
    assert send(world, 3, consent_at="2026-11-20T11:00:00Z", consent_token=None).reason == "consent_missing"


@pytest.mark.parametrize(("what", "code"), [("campaign", "campaign_inactive"), ("source", "source_inactive")])
def test_a_paused_door_refuses_until_it_is_resumed(world, buyers, what, code):
    services = {"campaign": catalogue_campaigns, "source": catalogue_sources}[what]
    row_id = world.campaign_id if what == "campaign" else world.source_id
    with transaction():
        assert services.set_status(world.admin, row_id, "paused", now=NOON)
    assert send(world, 1).reason == code
    with transaction():
        assert services.set_status(world.admin, row_id, "active", now=NOON)
        assert not services.set_status(world.admin, row_id, "active", now=NOON)
    assert send(world, 2).state == "sold"


def test_a_sources_cap_fills_and_keeps_its_count_when_it_is_raised(world, buyers):
    edit(catalogue_sources, Source, world, world.source_id, caps=DAY)
    assert send(world, 1).state == "sold"
    assert send(world, 2).reason == "source_cap_reached"
    edit(catalogue_sources, Source, world, world.source_id, caps=[{**DAY[0], "limit": 2}])
    assert send(world, 3).state == "sold"
    assert send(world, 4).reason == "source_cap_reached"
    edit(catalogue_sources, Source, world, world.source_id, caps=[])
    assert send(world, 5).state == "sold"


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"allowed_ips": ["203.0.113.0/24"]}, "ip_not_allowed"),
        ({"schedule": [{"weekdays": [5, 6], "opens": "09:00", "closes": "17:00"}]}, "source_closed"),
    ],
)
def test_a_source_is_open_to_whom_and_when_it_says(world, buyers, terms, code):
    edit(catalogue_sources, Source, world, world.source_id, **terms)
    assert send(world, 1).reason == code


def test_new_payout_terms_are_paid(world, buyers):
    payout = {"kind": "fixed", "percent": "0", "amount_minor": 1234}
    edit(catalogue_sources, Source, world, world.source_id, payout=payout)
    lead_id = send(world, 1).lead_id
    enter_tenant(world.tenant_id)
    assert db.session.scalar(select(Sale.payout_minor).where(Sale.lead_id == lead_id)) == 1234
