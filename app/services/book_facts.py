"""What the book holds: one tenant's configuration as frozen values. How it is kept: ``services.book``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.domain.caps import Cap, Period
from app.domain.consent import ConsentRule
from app.domain.dedupe import DuplicateRule
from app.domain.eligibility import Contract, Terms
from app.domain.fields import Schema
from app.domain.hours import ScheduleRow
from app.domain.money import Money
from app.domain.offers import Offer
from app.domain.panel import Panel
from app.domain.pricing import Floors, PayoutKind, PayoutTerms
from app.domain.scoring import ScoreModel


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """The tenant's own settings that money and times depend on."""

    id: UUID
    slug: str
    name: str
    currency: str
    zone: str
    status: str
    webhook_prefix: str


@dataclass(frozen=True, slots=True)
class PublisherFacts:
    """A publisher as intake needs it."""

    id: UUID
    name: str
    status: str
    requests_per_minute: int


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """An API key; whether it is good depends on the moment."""

    id: UUID
    kind: str
    role: str
    owner_id: UUID | None
    name: str
    scopes: frozenset[str]
    requests_per_minute: int | None
    expires_at: datetime | None
    revoked_at: datetime | None

    def works_at(self, now: datetime) -> bool:
        """Neither revoked nor past the end of a rotation's overlap."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class VerticalFacts:
    """A line of business: prices in minor units, the score model."""

    id: UUID
    key: str
    name: str
    base_price_minor: int
    floor_minor: int
    score_model: ScoreModel


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """How leads of one vertical come in."""

    id: UUID
    name: str
    vertical: VerticalFacts
    offer_id: UUID
    country: str
    status: str
    traffic_type: str
    time_budget_ms: int
    wait_for_buyer: bool
    schema: Schema
    duplicate_rule: DuplicateRule
    consent_rule: ConsentRule


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A publisher's entry into a campaign."""

    id: UUID
    publisher_id: UUID
    campaign: CampaignFacts
    name: str
    tag: str
    status: str
    terms: Terms
    schedule: tuple[ScheduleRow, ...]
    zone: str
    allowed_ips: tuple[str, ...]
    caps: tuple[Cap, ...]


_NOTHING = Money.zero("XTS")
UNROUTED = Terms(PayoutTerms(PayoutKind.STANDARD), Floors(_NOTHING, _NOTHING, _NOTHING))
"""The terms of a source whose leads are looked at and never sold (ISO 4217 keeps XTS for trials)."""


@dataclass(frozen=True, slots=True)
class BuyerFacts:
    """A buyer as routing needs it."""

    id: UUID
    name: str
    status: str
    person_window_days: int
    suppression_lists: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Demand:
    """What all contracts of an offer together could ask: read for every lead, worked out once a version.

    ``most``: the dearest price in minor units. ``windows``: the distinct (period, zone) of their caps.
    ``row_capped``: the contracts whose schedule rows carry caps.
    """

    most: int
    windows: frozenset[tuple[Period, str]]
    row_capped: tuple[Contract, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """One tenant's configuration at one version.

    ``kept_sheets``: those of the panels' sheets of which this process knows that they are stored.
    """

    version: int
    tenant: TenantFacts
    keys: Mapping[UUID, KeyFacts]
    publishers: Mapping[UUID, PublisherFacts]
    verticals: Mapping[str, VerticalFacts]
    campaigns: Mapping[UUID, CampaignFacts]
    sources: Mapping[UUID, SourceFacts]
    buyers: Mapping[UUID, BuyerFacts]
    offers: Mapping[UUID, Offer]
    panels: Mapping[UUID, Panel]
    demands: Mapping[UUID, Demand]
    portal_setups: frozenset[UUID]
    suppression_lists: Mapping[UUID, str]
    by_vertical: Mapping[tuple[UUID, str], SourceFacts] = field(repr=False)
    kept_sheets: set[UUID] = field(default_factory=set, repr=False)

    def buyer_of_scope(self, scope: str) -> BuyerFacts | None:
        """The buyer whose purchases a scope of fingerprints counts (domain.dedupe.buyer_claims)."""
        kind, _, name = scope.partition(":")
        return self.buyers.get(UUID(name)) if kind == "buyer" else None

    def ingest_source(self, publisher_id: UUID, vertical_key: str) -> SourceFacts | None:
        """The publisher's own entry into that vertical by direct post."""
        return self.by_vertical.get((publisher_id, vertical_key))
