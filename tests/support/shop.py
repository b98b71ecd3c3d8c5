"""A small shop made through the services that people use: a tenant, publishers with keys, buyers with contracts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app import clock
from app.db import db
from app.domain.actor import Actor, Role
from app.domain.caps import Measure, Owner, Period
from app.domain.ids import new_id
from app.domain.offers import Mode, Seats
from app.domain.presets import direct
from app.factory import create_app
from app.services import api_keys, catalogue, contracts, parties, tenants
from app.services.api_keys import Wish
from app.services.catalogue import CampaignWish, OfferWish, SourceWish, VerticalWish
from app.services.contracts import CapWish, ContractWish, SetupWish
from app.services.parties import BuyerWish
from app.settings import Settings
from app.transaction import transaction

ZONE = "Europe/London"
BASE_PRICE = 3800
PLENTY = 10_000_000_00  # minor units
NO_LIMIT = 10_000_000  # requests a minute


@dataclass(frozen=True)
class ShopPublisher:
    """A publisher and its ingest key."""

    id: UUID
    key: str


@dataclass(frozen=True)
class ShopBuyer:
    """A buyer with one contract."""

    id: UUID
    setup_id: UUID
    contract_id: UUID
    cap_ids: tuple[UUID, ...]


@dataclass
class Shop:
    """What was made."""

    actor: Actor
    vertical_id: UUID
    offer_id: UUID
    campaign_id: UUID
    zone: str
    publishers: list[ShopPublisher] = field(default_factory=list)
    buyers: list[ShopBuyer] = field(default_factory=list)

    @property
    def tenant_id(self) -> UUID:
        """The tenant."""
        return self.actor.tenant_id


def open_shop(
    now: datetime,
    *,
    publishers: int = 1,
    mode: Mode = Mode.HIGHEST_BID,
    seats: int = 1,
    zone: str = ZONE,
    **campaign: Any,
) -> Shop:
    """A tenant that sells mortgage leads; to be called in a transaction of an application's context."""
    rng = random.Random(now.isoformat())
    slug = f"shop-{rng.getrandbits(32):08x}"
    tenant_id = tenants.create(slug, "The Shop", currency="GBP", zone=zone, now=now)
    actor = Actor(tenant_id, Role.SYSTEM, new_id(now, rng), kind="system")
    vertical_id = catalogue.add_vertical(actor, VerticalWish("mortgages", "Mortgages", BASE_PRICE), now=now)
    kind = Seats.SHARED if seats > 1 else Seats.EXCLUSIVE
    offer = OfferWish(vertical_id, "Mortgages", mode, seats=kind, seat_count=seats)
    offer_id = catalogue.add_offer(actor, offer, now=now)
    wish = CampaignWish(vertical_id, offer_id, "Mortgages UK", "GB", direct("mortgages"), **campaign)
    shop = Shop(actor, vertical_id, offer_id, catalogue.add_campaign(actor, wish, now=now), zone)
    for number in range(publishers):
        shop.publishers.append(add_publisher(shop, f"Publisher {number + 1}", now))
    return shop


def add_publisher(shop: Shop, name: str, now: datetime, per_minute: int = NO_LIMIT) -> ShopPublisher:
    """A publisher with a source in the campaign and an ingest key."""
    publisher_id = parties.add_publisher(shop.actor, name, requests_per_minute=per_minute, now=now)
    source = SourceWish(publisher_id, shop.campaign_id, name, shop.zone)
    catalogue.add_source(shop.actor, source, now=now)
    made = api_keys.create(shop.actor, Wish("ingest", Role.PUBLISHER, publisher_id, name), now=now)
    return ShopPublisher(publisher_id, made.secret)


def add_buyer(
    shop: Shop,
    name: str,
    now: datetime,
    *,
    url: str = "",
    price_minor: int = 4500,
    daily: Sequence[int] = (),
    funds_minor: int = PLENTY,
    **contract: Any,
) -> ShopBuyer:
    """A buyer with one contract attached to the offer, handed leads at ``url`` or else in the portal."""
    buyer_id = parties.add_buyer(shop.actor, BuyerWish(name, shop.zone), now=now)
    if funds_minor:
        parties.top_up(shop.actor, buyer_id, funds_minor, now=now)
    setup = SetupWish(buyer_id, name, "http" if url else "portal", url)
    setup_id = contracts.add_setup(shop.actor, setup, now=now)
    wish = ContractWish(buyer_id, setup_id, f"{name} mortgages", price_minor, shop.zone, **contract)
    contract_id = contracts.add_contract(shop.actor, wish, now=now)
    contracts.attach(shop.actor, shop.offer_id, contract_id, now=now)
    owner = (Owner.CONTRACT, contract_id)
    caps = tuple(
        contracts.add_cap(shop.actor, owner, CapWish(Measure.COUNT, Period.DAY, limit), zone=shop.zone, now=now)
        for limit in daily
    )
    made = ShopBuyer(buyer_id, setup_id, contract_id, caps)
    shop.buyers.append(made)
    return made


AREAS = (
    "B", "BN", "BS", "CB", "CF", "E", "EH", "EX", "G", "L", "LS", "M", "N", "NE", "NG", "NR", "NW", "OX", "PL", "S",
    "SE", "SO", "SW", "W", "YO",
)  # fmt: skip
"""Postcode areas among which the contracts of a big shop are shared out."""


def big_shop(settings: Settings, *, publishers: int, contracts: int) -> Shop:
    """For benchmarks: many capped contracts, each for one postcode area, behind an address that nobody calls.

    Every lead is judged against all of them; with 200, eight want it, and one of those gets it by lot.
    """
    app = create_app(settings)
    with app.app_context():
        now = clock.now()
        with transaction():
            shop = open_shop(now, publishers=publishers, mode=Mode.WEIGHTED)
            for number in range(contracts):
                area = AREAS[number % len(AREAS)]
                wants = {"field": "postal_code", "op": "postcode_prefix", "value": [area]}
                url = f"http://127.0.0.1:9/buyers/{number}/post"
                add_buyer(
                    shop, f"Buyer {number}", now, url=url, price_minor=4500 + number, daily=(1_000_000,), wants=wants
                )
        db.session.remove()
        db.engine.dispose()
    return shop
