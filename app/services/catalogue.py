"""What comes in and how it is sold: verticals, offers, campaigns, sources; added.

A wish holds a thing's whole configuration in the domain's own types, so that what cannot be sold by
cannot be stored. They are changed in ``catalogue_verticals`` and its neighbours, where two editors are noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.domain.actor import Actor
from app.domain.consent import ConsentRule
from app.domain.dedupe import DuplicateRule
from app.domain.fields import Schema
from app.domain.hours import ScheduleRow
from app.domain.ids import new_id
from app.domain.offers import DeclinePolicy, Mode, Seats
from app.domain.pricing import PayoutKind, PayoutTerms
from app.gateways.kit import kit
from app.models.catalogue import Campaign, Offer, Source, Vertical
from app.services.changes import Refused, added

LEAST_BUDGET_MS, MOST_BUDGET_MS = 200, 30_000
STANDARD = PayoutTerms(PayoutKind.STANDARD)


@dataclass(frozen=True, slots=True)
class VerticalWish:
    """A line of business; prices in minor units, an empty score model is the default one."""

    key: str
    name: str
    base_price_minor: int
    floor_minor: int = 0
    score_model: Mapping[str, Any] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """As its row holds it; raises Refused."""
        if self.base_price_minor < 0 or self.floor_minor < 0:
            raise Refused("Prices cannot be negative.")
        return {
            "key": self.key, "name": self.name, "base_price_minor": self.base_price_minor,
            "floor_minor": self.floor_minor, "score_model": dict(self.score_model),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfferWish:
    """How leads are sold: mode, seats, floors. ``levels``: level -> a mode of its own."""

    vertical_id: UUID
    name: str
    mode: Mode
    seats: Seats = Seats.EXCLUSIVE
    seat_count: int = 1
    levels: Mapping[int, Mode] = field(default_factory=dict)
    floor_minor: int = 0
    min_margin_minor: int = 0
    min_margin_percent: Decimal = Decimal(0)
    decline_policy: DeclinePolicy = DeclinePolicy.NEXT

    def columns(self) -> dict[str, Any]:
        """As its row holds it; raises Refused for an offer that no lead could be sold by."""
        if self.seat_count < 1 or (self.seats is Seats.EXCLUSIVE and self.seat_count != 1):
            raise Refused("An exclusive offer has one seat; any other has at least one.")
        if not 0 <= self.min_margin_percent < 100:  # noqa: PLR2004 - a share of the price, in hundredths
            raise Refused("The least margin is 0 to under 100 per cent of the price.")
        return {
            "vertical_id": self.vertical_id, "name": self.name, "mode": self.mode.value, "seats": self.seats.value,
            "seat_count": self.seat_count, "floor_minor": self.floor_minor, "min_margin_minor": self.min_margin_minor,
            "levels": [{"level": level, "mode": mode.value} for level, mode in sorted(self.levels.items())],
            "min_margin_percent": str(self.min_margin_percent), "decline_policy": self.decline_policy.value,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class CampaignWish:
    """How leads of one vertical come in; it sells through one offer."""

    vertical_id: UUID
    offer_id: UUID
    name: str
    country: str
    schema: Schema
    duplicate_rule: DuplicateRule = field(default_factory=DuplicateRule)
    consent_rule: ConsentRule = field(default_factory=ConsentRule)
    time_budget_ms: int = 2000
    wait_for_buyer: bool = False
    traffic_type: str = "direct"
    status: str = "active"

    def columns(self) -> dict[str, Any]:
        """As its row holds it; raises Refused."""
        if not LEAST_BUDGET_MS <= self.time_budget_ms <= MOST_BUDGET_MS:
            raise Refused(f"The time budget is {LEAST_BUDGET_MS} to {MOST_BUDGET_MS} ms.")
        return {
            "vertical_id": self.vertical_id, "offer_id": self.offer_id, "name": self.name, "country": self.country,
            "schema": self.schema.to_json(), "duplicate_rule": self.duplicate_rule.to_json(),
            "consent_rule": self.consent_rule.to_json(), "time_budget_ms": self.time_budget_ms,
            "wait_for_buyer": self.wait_for_buyer, "traffic_type": self.traffic_type, "status": self.status,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceWish:
    """One publisher's entry into one campaign. ``allowed_ips``: address ranges, none means any."""

    publisher_id: UUID
    campaign_id: UUID
    name: str
    zone: str
    tag: str = ""
    payout: PayoutTerms = STANDARD
    floor_minor: int = 0
    allow_loss: bool = False
    schedule: tuple[ScheduleRow, ...] = ()
    allowed_ips: tuple[str, ...] = ()
    status: str = "active"

    def columns(self) -> dict[str, Any]:
        """As its row holds it."""
        return {
            "publisher_id": self.publisher_id, "campaign_id": self.campaign_id, "name": self.name, "tag": self.tag,
            "payout": self.payout.to_json(), "floor_minor": self.floor_minor, "allow_loss": self.allow_loss,
            "schedule": [row.to_json() for row in self.schedule], "zone": self.zone,
            "allowed_ips": list(self.allowed_ips), "status": self.status,
        }  # fmt: skip


def add_vertical(actor: Actor, wish: VerticalWish, *, now: datetime) -> UUID:
    """A new line of business."""
    return added(actor, Vertical(**_new(actor, now), **wish.columns()), "vertical", now=now)


def add_offer(actor: Actor, wish: OfferWish, *, now: datetime) -> UUID:
    """A new way of selling; contracts attach to it."""
    return added(actor, Offer(**_new(actor, now), **wish.columns()), "offer", now=now)


def add_campaign(actor: Actor, wish: CampaignWish, *, now: datetime) -> UUID:
    """A new way in; sources attach to it."""
    return added(actor, Campaign(**_new(actor, now), **wish.columns()), "campaign", now=now)


def add_source(actor: Actor, wish: SourceWish, *, now: datetime) -> UUID:
    """A publisher's new entry into a campaign."""
    return added(actor, Source(**_new(actor, now), **wish.columns()), "source", now=now)


def _new(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"tenant_id": actor.tenant_id, "id": new_id(now, kit().rng), "created_at": now}
