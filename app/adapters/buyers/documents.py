"""What a lead looks like when a buyer has no field mapping of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.domain.ids import exchange_delivery, lead_public
from app.domain.money import Money


@dataclass(frozen=True, slots=True)
class LeadCard:
    """The lead as a buyer may see it. ``vertical`` is its key; ``extra`` is the publisher's own object."""

    id: UUID
    vertical: str
    fields: Mapping[str, Any]
    extra: Mapping[str, Any]
    score: int | None
    tier: str | None
    received_at: datetime
    test: bool = False


@dataclass(frozen=True, slots=True)
class SaleCard:
    """The sale as its buyer may see it: what they pay, never what the publisher gets."""

    delivery_id: UUID
    price: Money


def default_body(lead: LeadCard, sale: SaleCard) -> dict[str, Any]:
    """The default JSON delivery.

    Both ids stay the same however often it is sent. ``extra_fields`` is handed on verbatim. The price is a
    decimal in text, as money is everywhere outside.
    """
    return {
        "lead_id": lead_public(lead.id),
        "delivery_id": exchange_delivery(sale.delivery_id),
        "vertical": lead.vertical,
        "received_at": lead.received_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "test": lead.test,
        "price": sale.price.as_text(),
        "currency": sale.price.currency,
        "score": lead.score,
        "score_tier": lead.tier,
        "fields": dict(lead.fields),
        "extra_fields": dict(lead.extra),
    }
