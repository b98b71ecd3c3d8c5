"""A small tenant for tests of faces: one publisher in two sectors, one buyer who takes everything, keys for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app import clock, models
from app.db import Base, db, enter_tenant
from app.domain.actor import Actor, Role
from app.domain.ids import new_id
from app.domain.offers import Mode
from app.domain.presets import direct
from app.gateways.kit import kit
from app.models.contracts import Contract, DeliverySetup, OfferContract
from app.services import access, api_keys, book, catalogue, parties, tenants
from app.transaction import read_only, transaction
from tests.support.world import PATIENT

ZONE = "Europe/London"
PRICE, BASE = 5000, 3800


@dataclass
class Market:
    """Ids and secrets of what was made."""

    tenant_id: UUID
    admin: Actor
    publisher_id: UUID
    buyer_id: UUID
    key: api_keys.Made
    offers: dict[str, UUID] = field(default_factory=dict)
    campaigns: dict[str, UUID] = field(default_factory=dict)
    contracts: dict[str, UUID] = field(default_factory=dict)

    def router_key(self, role: Role, owner_id: UUID | None = None) -> str:
        """The secret of a new Bearer key of the canonical API."""
        with transaction():
            enter_tenant(self.tenant_id)
            wish = api_keys.Wish("router", role, owner_id, f"{role} key")
            return api_keys.create(self.admin, wish, now=clock.now()).secret

    def change(self, work: Any) -> Any:
        """Do something as this tenant's admin, committed."""
        with transaction():
            enter_tenant(self.tenant_id)
            return work(self.admin, clock.now())


def open_market(sectors: tuple[str, ...] = ("mortgages", "life-insurance"), slug: str = "acme") -> Market:
    """Make the tenant and commit it."""
    book.forget()
    access.forget()
    now = clock.now()
    with transaction():
        tenant_id = tenants.create(slug, slug.title(), currency="GBP", zone=ZONE, now=now)
        admin = Actor(tenant_id, Role.ADMIN, new_id(now, kit().rng))
        publisher_id = parties.add_publisher(admin, "Cara's Leads", now=now)
        buyer_id = parties.add_buyer(admin, parties.BuyerWish("Bob's Loans", ZONE, 10_000_000), now=now)
        wish = api_keys.Wish("ingest", Role.PUBLISHER, publisher_id, "Website")
        market = Market(tenant_id, admin, publisher_id, buyer_id, api_keys.create(admin, wish, now=now))
        for sector in sectors:
            _sector(market, sector, now)
        book.touch(tenant_id)
    enter_tenant(None)
    return market


def _sector(market: Market, key: str, now: datetime) -> None:
    admin = market.admin
    vertical = catalogue.add_vertical(admin, catalogue.VerticalWish(key, key.title(), BASE), now=now)
    offer = catalogue.add_offer(admin, catalogue.OfferWish(vertical, key, Mode.PRIORITY), now=now)
    campaign = catalogue.add_campaign(
        admin, catalogue.CampaignWish(vertical, offer, key, "GB", direct(key), **PATIENT), now=now
    )
    catalogue.add_source(admin, catalogue.SourceWish(market.publisher_id, campaign, key, ZONE), now=now)
    market.offers[key], market.campaigns[key] = offer, campaign
    market.contracts[key] = _contract(market, offer, now)


def _contract(market: Market, offer: UUID, now: datetime) -> UUID:
    """A contract that takes everything, in the portal alone: nothing is sent anywhere."""
    made = [new_id(now, kit().rng) for _ in range(3)]
    tenant = {"tenant_id": market.tenant_id}
    setup = DeliverySetup(**tenant, id=made[0], buyer_id=market.buyer_id, name="Portal", kind="portal", created_at=now)
    contract = Contract(
        **tenant, id=made[1], buyer_id=market.buyer_id, delivery_setup_id=made[0], name="Everything",
        price_minor=PRICE, zone=ZONE, created_at=now,
    )  # fmt: skip
    for row in (setup, contract, OfferContract(**tenant, id=made[2], offer_id=offer, contract_id=made[1])):
        db.session.add(row)
        db.session.flush()
    return made[1]


def counts(tenant_id: UUID | None = None) -> dict[str, int]:
    """Rows by table, for tests that nothing was stored."""
    assert models.leads is not None
    enter_tenant(tenant_id)
    with read_only():
        return {
            name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def lead(**changes: Any) -> dict[str, Any]:
    """The documentation's own example; a value of None takes the field out."""
    body: dict[str, Any] = {
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
    return {name: value for name, value in (body | changes).items() if value is not None}


def person(number: int, **changes: Any) -> dict[str, Any]:
    """A lead of somebody else."""
    return lead(email=f"person{number}@example.co.uk", phone=f"+4477{number:08d}", **changes)
