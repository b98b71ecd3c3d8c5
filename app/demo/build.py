"""Building the demo's tenants out of their data, through the services that people use. Commits nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from app.demo import shelf
from app.domain.actor import Actor
from app.domain.caps import Owner
from app.domain.offers import Mode
from app.domain.presets import direct
from app.domain.pricing import PayoutKind, PayoutTerms
from app.services import catalogue, contracts, parties, suppressions, tenants
from app.services.catalogue import CampaignWish, OfferWish, SourceWish, VerticalWish
from app.services.contracts import ContractWish, SetupWish
from app.services.parties import BuyerWish

ZONE = "Europe/London"
PUBLISHER, SECOND_PUBLISHER = "QuickQuotes", "Brightpath Media"
SECOND_VERTICALS = ("mortgages", "life-insurance", "debt-help", "payday-loans")
SHARE = PayoutTerms(PayoutKind.STANDARD, percent=Decimal(80))
SECOND_SHARE = PayoutTerms(PayoutKind.STANDARD, percent=Decimal(75))
LEAST_MARGIN = Decimal(10)
OPTED_OUT = ("opted.out@example.com", "+447700900911", "never.again@example.org", "+442079460911")
"""People on the demo's list; a lead about one of them is refused as suppressed."""


@dataclass
class Built:
    """What was made."""

    actor: Actor
    publisher_id: UUID
    second_publisher_id: UUID
    buyers: dict[str, UUID] = field(default_factory=dict)

    @property
    def demo_buyer_id(self) -> UUID:
        """The buyer whose user and keys the demo hands out."""
        return self.buyers[shelf.NORTHGATE.name]


def actor_of(tenant_id: UUID, now: datetime) -> Actor:
    """Our own hands inside a tenant."""
    return tenants.own_hands(tenant_id, now)


def main_tenant(slug: str, simulator_url: str, now: datetime) -> Built:
    """The tenant that people look at."""
    tenant_id = tenants.create(slug, "Switchyard Demo", currency="GBP", zone=ZONE, now=now)
    actor = actor_of(tenant_id, now)
    first = parties.add_publisher(actor, PUBLISHER, now=now)
    second = parties.add_publisher(actor, SECOND_PUBLISHER, now=now)
    offers = {one.key: _shelf(actor, one, first, second, now) for one in shelf.SHELVES}
    built = Built(actor, first, second)
    for buyer in (shelf.NORTHGATE, *shelf.OTHERS):
        built.buyers[buyer.name] = _buyer(actor, buyer, offers, simulator_url, now)
    opted_out = suppressions.add_list(actor, "Opted out", suppressions.Purpose.OPT_OUT, now=now)
    suppressions.add(actor, opted_out, OPTED_OUT, now=now)
    return built


def second_tenant(slug: str, now: datetime) -> Built:
    """Somebody else's small business: nothing of it may ever be seen from the first."""
    tenant_id = tenants.create(slug, "Harbourside Leads", currency="USD", zone="America/New_York", now=now)
    actor = actor_of(tenant_id, now)
    publisher = parties.add_publisher(actor, "Lakeview Traffic", now=now)
    place = shelf.Shelf("mortgages", "Mortgages", 40_00, Mode.HIGHEST_BID)
    offers = {place.key: _shelf(actor, place, publisher, publisher, now)}
    built = Built(actor, publisher, publisher)
    buyer = shelf.Buyer("Elm Street Lending", "", 5_000_00, 0, (shelf.Order("mortgages", 52_00),))
    built.buyers[buyer.name] = _buyer(actor, buyer, offers, "", now)
    return built


def _shelf(actor: Actor, place: shelf.Shelf, first: UUID, second: UUID, now: datetime) -> UUID:
    """A vertical with its offer, its campaign and the publishers' sources; answers the offer."""
    vertical_id = catalogue.add_vertical(actor, VerticalWish(place.key, place.name, place.base_price), now=now)
    offer = OfferWish(
        vertical_id, f"{place.name} UK", place.mode, place.kind, place.seats, place.levels,
        min_margin_percent=LEAST_MARGIN,
    )  # fmt: skip
    offer_id = catalogue.add_offer(actor, offer, now=now)
    campaign = CampaignWish(vertical_id, offer_id, f"{place.name} UK", "GB", direct(place.key))
    campaign_id = catalogue.add_campaign(actor, campaign, now=now)
    catalogue.add_source(actor, SourceWish(first, campaign_id, f"{place.name} search", ZONE, "search", SHARE), now=now)
    if second != first and place.key in SECOND_VERTICALS:
        social = SourceWish(second, campaign_id, f"{place.name} social", ZONE, "social", SECOND_SHARE)
        catalogue.add_source(actor, social, now=now)
    return offer_id


def _buyer(actor: Actor, buyer: shelf.Buyer, offers: dict[str, UUID], simulator_url: str, now: datetime) -> UUID:
    buyer_id = parties.add_buyer(actor, BuyerWish(buyer.name, ZONE, buyer.credit), now=now)
    parties.top_up(actor, buyer_id, buyer.funds, now=now)
    setup_id = contracts.add_setup(actor, setup_of(buyer, buyer_id, simulator_url), now=now)
    for order in buyer.orders:
        _contract(actor, order, ContractWish(buyer_id, setup_id, _title(buyer, order), order.price, ZONE), offers, now)
    return buyer_id


def setup_of(buyer: shelf.Buyer, buyer_id: UUID, simulator_url: str) -> SetupWish:
    """How a demo buyer is handed leads: at the simulator, or in the portal."""
    if not buyer.path:
        return SetupWish(buyer_id, "Portal", "portal")
    return SetupWish(buyer_id, "Simulated endpoint", "http", f"{simulator_url}/buyers/{buyer.path}")


def _contract(actor: Actor, order: shelf.Order, plain: ContractWish, offers: dict[str, UUID], now: datetime) -> None:
    wish = ContractWish(
        plain.buyer_id, plain.setup_id, plain.name, plain.price_minor, plain.zone,
        wants=order.wants, premiums=order.premiums, rank=order.rank, weight=order.weight,
        minimum_score=order.minimum_score, schedule=order.schedule,
    )  # fmt: skip
    contract_id = contracts.add_contract(actor, wish, now=now)
    contracts.attach(actor, offers[order.vertical], contract_id, level=order.level, now=now)
    _caps(actor, contract_id, order.caps, now)


def _caps(actor: Actor, contract_id: UUID, wishes: Sequence[contracts.CapWish], now: datetime) -> None:
    for wish in wishes:
        contracts.add_cap(actor, (Owner.CONTRACT, contract_id), wish, zone=ZONE, now=now)


def _title(buyer: shelf.Buyer, order: shelf.Order) -> str:
    return f"{buyer.name} {order.vertical.replace('-', ' ')}"
