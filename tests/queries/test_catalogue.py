"""The catalogue as lists: what stands in each thing, who may read it, and how leads are counted."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from app import clock
from app.domain.actor import Actor, Role
from app.queries import campaigns, offers, sources, verticals, week
from app.queries.campaigns import CampaignFilter
from app.queries.offers import OfferFilter
from app.queries.page import Page
from app.queries.sources import SourceFilter
from app.services import catalogue_sources, catalogue_verticals
from app.transaction import transaction
from tests.queries.conftest import send
from tests.support.world import World

ZONE = "Europe/London"


def cara(world: World) -> Actor:
    return Actor(world.tenant_id, Role.PUBLISHER, uuid4(), world.publisher_id)


def bob(world: World, buyer_id: UUID) -> Actor:
    return Actor(world.tenant_id, Role.BUYER, uuid4(), buyer_id)


def test_a_vertical_counts_what_stands_in_it(world: World, northgate: UUID):
    world.contract(northgate, 5000, status="paused")
    [row] = verticals.listed(world.admin).rows
    assert (row.campaigns, row.active_campaigns, row.offers, row.contracts) == (1, 1, 1, 1)
    assert verticals.one(world.admin, world.vertical_id) == row
    assert verticals.listed(world.admin, "MORT").rows == (row,)
    assert verticals.listed(world.admin, "%").rows == ()


def test_an_offer_counts_its_contracts_and_campaigns(world: World, northgate: UUID):
    paused = world.contract(northgate, 5000, status="paused", level=2)
    [row] = offers.listed(world.admin, OfferFilter(mode="highest_bid", vertical_id=world.vertical_id)).rows
    assert (row.contracts, row.active, row.campaigns) == (2, 1, 1)
    assert [place.level for place in offers.places(world.admin, world.offer_id)] == [1, 2]
    assert offers.to_attach(world.admin, world.offer_id) == ()
    assert paused in {place.contract_id for place in offers.places(world.admin, world.offer_id)}
    assert offers.listed(world.admin, OfferFilter(mode="priority")).rows == ()


def test_filters_narrow_campaigns_and_sources(world: World):
    for wanted, count in ((CampaignFilter(status="paused"), 0), (CampaignFilter(offer_id=world.offer_id), 1)):
        assert len(campaigns.listed(world.admin, wanted)) == count
    for found, many in (
        (SourceFilter(name="ap"), 1),
        (SourceFilter(publisher_id=uuid4()), 0),
        (SourceFilter(campaign_id=world.campaign_id, status="active"), 1),
    ):
        assert len(sources.listed(world.admin, found, now=world.now)) == many


def test_a_source_shows_what_is_taken_under_its_caps(world: World, northgate: UUID):
    with transaction():
        from_row = sources.one(world.admin, world.source_id, now=world.now)
        assert from_row is not None
        terms = {name: getattr(from_row, name) for name in catalogue_sources.COLUMNS}
        cap = {"measure": "count", "period": "total", "limit": 5, "zone": ZONE}
        payout = catalogue_sources.payout_terms(from_row.payout)
        wanted = {**terms, "payout": payout, "caps": [cap], "name": "Capped"}
        source_id = catalogue_sources.add(world.admin, world.publisher_id, world.campaign_id, wanted, now=world.now)
    [row] = [one for one in sources.listed(world.admin, SourceFilter(), now=world.now).rows if one.id == source_id]
    assert [(bar.used, bar.cap.limit) for bar in row.bars] == [(0, 5)]


def test_leads_are_counted_by_each_column_and_no_further_than_a_bound(
    world: World, northgate: UUID, monkeypatch: pytest.MonkeyPatch
):
    for number in range(3):
        send(world, number)
    now = clock.now()
    for column, row_id in (("vertical_id", world.vertical_id), ("source_id", world.source_id)):
        assert week.leads(world.admin, column, ZONE, now)[row_id] == 3
    assert week.leads(world.admin, "campaign_id", ZONE, now)[uuid4()] == 0
    monkeypatch.setattr(week, "MOST", 2)
    sampled = week.leads(world.admin, "campaign_id", ZONE, now)
    assert (sampled[world.campaign_id], sampled.sampled) == (2, True)


def test_nobody_but_staff_reads_the_catalogue(world: World, northgate: UUID):
    for actor in (cara(world), bob(world, northgate), World().admin):
        assert verticals.one(actor, world.vertical_id) is None
        assert offers.one(actor, world.offer_id) is None
        assert campaigns.one(actor, world.campaign_id) is None
        assert sources.one(actor, world.source_id, now=world.now) is None
        assert offers.campaigns_by(actor, world.offer_id) == ()
    for actor in (cara(world), bob(world, northgate)):
        assert not verticals.listed(actor).rows
        assert campaigns.offers_in(actor) == ()
        assert not sources.listed(actor, SourceFilter(), now=world.now).rows


def test_a_publisher_reads_the_fields_of_campaigns_that_it_has_a_source_in(world: World, northgate: UUID):
    assert campaigns.to_post_to(cara(world), world.campaign_id) is not None
    assert campaigns.to_post_to(world.admin, world.campaign_id) is not None
    assert campaigns.to_post_to(bob(world, northgate), world.campaign_id) is None
    assert campaigns.to_post_to_all(cara(world)) == ((world.campaign_id, "UK mortgages"),)
    stranger = Actor(world.tenant_id, Role.PUBLISHER, uuid4(), uuid4())
    assert campaigns.to_post_to(stranger, world.campaign_id) is None
    assert campaigns.to_post_to_all(stranger) == ()


def test_pages_follow_one_another(world: World):
    for number in range(5):
        terms = {"name": f"V {number}", "base_price_minor": 1, "floor_minor": 0}
        with transaction():
            catalogue_verticals.add(world.admin, f"v-{number}", terms, now=world.now)
    seen: list[UUID] = []
    page: Page[verticals.VerticalRow] = verticals.listed(world.admin, limit=2)
    while True:
        seen += [row.id for row in page.rows]
        if page.next is None:
            break
        page = verticals.listed(world.admin, cursor=page.next, limit=2)
    assert (len(seen), len(set(seen))) == (6, 6)
