"""Reading a tenant's configuration out of the tables, once a version. Who keeps it: ``services.book``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from app.db import Base, db
from app.domain.caps import Cap, Measure, Owner, Period
from app.domain.consent import ConsentRule
from app.domain.dedupe import DuplicateRule
from app.domain.eligibility import Terms
from app.domain.fields import Schema
from app.domain.hours import rows_from_json
from app.domain.money import Money
from app.domain.offers import DeclinePolicy, Mode, Offer, Seats
from app.domain.panel import Panel
from app.domain.pricing import Floors, PayoutTerms
from app.domain.scoring import ScoreModel
from app.models import catalogue, contracts, leads, parties
from app.models.tenants import Tenant
from app.services.book_contracts import Ground, by_offer, demand_of
from app.services.book_facts import (
    Book,
    BuyerFacts,
    CampaignFacts,
    KeyFacts,
    PublisherFacts,
    SourceFacts,
    TenantFacts,
    VerticalFacts,
)

Row = TypeVar("Row", bound=Base)


def read_book(tenant_id: UUID, version: int) -> Book:
    """Read everything of one tenant; raises LookupError when there is no such tenant."""
    tenant = _tenant(tenant_id)
    caps = _caps(_all(contracts.Cap, tenant_id), tenant.currency)
    verticals = {row.id: _vertical(row) for row in _all(catalogue.Vertical, tenant_id)}
    campaigns = {row.id: _campaign(row, verticals) for row in _all(catalogue.Campaign, tenant_id)}
    sources = {row.id: _source(row, campaigns, caps, tenant.currency) for row in _all(catalogue.Source, tenant_id)}
    lists = _all(leads.SuppressionList, tenant_id)
    values = {row.name: frozenset(row.entries) for row in _all(contracts.ValueList, tenant_id)}
    buyers = _buyers(_all(parties.Buyer, tenant_id), lists)
    by_offers = by_offer(
        _all(contracts.Contract, tenant_id),
        _all(contracts.OfferContract, tenant_id),
        Ground(tenant.currency, buyers, caps, values),
    )
    offers = {row.id: _offer(row, tenant.currency) for row in _all(catalogue.Offer, tenant_id)}
    return Book(
        version=version,
        tenant=tenant,
        keys={row.id: _key(row) for row in _all(parties.ApiKey, tenant_id)},
        publishers={row.id: _publisher(row) for row in _all(parties.Publisher, tenant_id)},
        verticals={one.key: one for one in verticals.values()},
        campaigns=campaigns,
        sources=sources,
        buyers=buyers,
        offers=offers,
        panels={offer_id: Panel(offer, by_offers.get(offer_id, ())) for offer_id, offer in offers.items()},
        demands={offer_id: demand_of(some) for offer_id, some in by_offers.items()},
        portal_setups=frozenset(row.id for row in _all(contracts.DeliverySetup, tenant_id) if row.kind == "portal"),
        suppression_lists={row.id: row.name for row in lists if row.buyer_id is None},
        by_vertical=_by_vertical(sources.values()),
    )


def _all(model: type[Row], tenant_id: UUID) -> list[Row]:
    """Every row of a table, oldest first; fresh from the database."""
    table = model.__table__
    found = db.session.scalars(
        select(model)
        .where(table.c.tenant_id == tenant_id)
        .order_by(table.c.id)
        .execution_options(populate_existing=True)
    )
    return list(found)


def _tenant(tenant_id: UUID) -> TenantFacts:
    row = db.session.get(Tenant, tenant_id, populate_existing=True)
    if row is None:
        message = "no such tenant"
        raise LookupError(message)
    return TenantFacts(row.id, row.slug, row.name, row.currency, row.zone, row.status, row.webhook_prefix)


def _key(row: parties.ApiKey) -> KeyFacts:
    return KeyFacts(
        id=row.id,
        kind=row.kind,
        role=row.role,
        owner_id=row.owner_id,
        name=row.name,
        scopes=frozenset(row.scopes),
        requests_per_minute=row.requests_per_minute,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def _publisher(row: parties.Publisher) -> PublisherFacts:
    return PublisherFacts(row.id, row.name, row.status, row.requests_per_minute)


def _vertical(row: catalogue.Vertical) -> VerticalFacts:
    model = ScoreModel.from_json(row.score_model)
    return VerticalFacts(row.id, row.key, row.name, row.base_price_minor, row.floor_minor, model)


def _campaign(row: catalogue.Campaign, verticals: Mapping[UUID, VerticalFacts]) -> CampaignFacts:
    return CampaignFacts(
        id=row.id,
        name=row.name,
        vertical=verticals[row.vertical_id],
        offer_id=row.offer_id,
        country=row.country,
        status=row.status,
        traffic_type=row.traffic_type,
        time_budget_ms=row.time_budget_ms,
        wait_for_buyer=row.wait_for_buyer,
        schema=Schema.from_json(row.schema),
        duplicate_rule=DuplicateRule.from_json(row.duplicate_rule),
        consent_rule=ConsentRule.from_json(row.consent_rule),
    )


def _source(
    row: catalogue.Source,
    campaigns: Mapping[UUID, CampaignFacts],
    caps: Mapping[tuple[str, UUID], tuple[Cap, ...]],
    currency: str,
) -> SourceFacts:
    return SourceFacts(
        id=row.id,
        publisher_id=row.publisher_id,
        campaign=campaigns[row.campaign_id],
        name=row.name,
        tag=row.tag,
        status=row.status,
        terms=_terms(row, campaigns[row.campaign_id].vertical, currency),
        schedule=rows_from_json(row.schedule, currency),
        zone=row.zone,
        allowed_ips=tuple(row.allowed_ips),
        caps=caps.get(("source", row.id), ()),
    )


def _terms(row: catalogue.Source, vertical: VerticalFacts, currency: str) -> Terms:
    floors = Floors(
        base=Money.from_minor(vertical.base_price_minor, currency),
        vertical=Money.from_minor(vertical.floor_minor, currency),
        source=Money.from_minor(row.floor_minor, currency),
        allow_loss=row.allow_loss,
    )
    return Terms(PayoutTerms.from_json(row.payout, currency), floors)


def _by_vertical(sources: Iterable[SourceFacts]) -> dict[tuple[UUID, str], SourceFacts]:
    """A publisher's entry into a vertical by direct post; of several, an active one, then the oldest."""
    found: dict[tuple[UUID, str], SourceFacts] = {}
    for source in sources:
        if source.campaign.traffic_type != "direct":
            continue
        place = (source.publisher_id, source.campaign.vertical.key)
        held = found.get(place)
        if held is None or (held.status != "active" and source.status == "active"):
            found[place] = source
    return found


def _caps(rows: Iterable[contracts.Cap], currency: str) -> dict[tuple[str, UUID], tuple[Cap, ...]]:
    found: dict[tuple[str, UUID], tuple[Cap, ...]] = {}
    for row in rows:
        cap = Cap(
            row.id, Owner(row.owner_kind), Measure(row.measure), Period(row.period), row.limit_value, row.zone, currency
        )
        owner = (row.owner_kind, row.owner_id)
        found[owner] = (*found.get(owner, ()), cap)
    return found


def _buyers(rows: Iterable[parties.Buyer], lists: Iterable[leads.SuppressionList]) -> dict[UUID, BuyerFacts]:
    own: dict[UUID, set[UUID]] = {}
    for one in lists:
        if one.buyer_id is not None:
            own.setdefault(one.buyer_id, set()).add(one.id)
    return {
        row.id: BuyerFacts(row.id, row.name, row.status, row.person_window_days, frozenset(own.get(row.id, ())))
        for row in rows
    }


def _offer(row: catalogue.Offer, currency: str) -> Offer:
    return Offer(
        id=row.id,
        mode=Mode(row.mode),
        seats=Seats(row.seats),
        seat_count=row.seat_count,
        floor=Money.from_minor(row.floor_minor, currency),
        min_margin=Money.from_minor(row.min_margin_minor, currency),
        min_margin_percent=Decimal(row.min_margin_percent),
        levels={int(level["level"]): Mode(level["mode"]) for level in row.levels},
        decline_policy=DeclinePolicy(row.decline_policy),
    )
