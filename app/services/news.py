"""What is worth telling about leads and sales: who is told, and in which words. The outbox keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.money import Money
from app.gateways.kit import kit
from app.services import outbox
from app.services.outbox import NewEvent
from app.transaction import after_commit


@dataclass(frozen=True, slots=True)
class Purchase:
    """A sale that its buyer accepted, as its publisher and the tenant hear of it."""

    sale_id: UUID
    lead_id: UUID
    publisher_id: UUID
    buyer_id: UUID
    buyer_name: str
    contract_id: UUID
    vertical_key: str
    sub_id: str | None
    price: Money
    payout: Money


def lead_purchased(tenant_id: UUID, bought: Purchase, *, now: datetime) -> None:
    """Once per sale, after the buyer's acceptance: ``lead.purchased``, ``lead.new``, ``lead.sold``."""
    told: dict[str, Any] = {
        "vertical": bought.vertical_key,
        "buyer_id": str(bought.buyer_id),
        "buyer_name": bought.buyer_name,
        "payout_minor": bought.payout.minor,
        "currency": bought.payout.currency,
        "sub_id": bought.sub_id,
        "at": now.isoformat(),
    }
    whole = told | {"contract_id": str(bought.contract_id), "price_minor": bought.price.minor}
    for_buyer = {"at": now.isoformat()}
    ids = (bought.lead_id, bought.sale_id)
    news = (
        NewEvent("lead.purchased", "publisher", bought.publisher_id, told, *ids),
        NewEvent("lead.new", "buyer", bought.buyer_id, for_buyer, *ids),
        NewEvent("lead.sold", "tenant", None, whole, *ids),
    )
    outbox.tell_each(tenant_id, news, now=now)


def lead_rejected(
    tenant_id: UUID, lead_id: UUID, publisher_id: UUID | None, *, dialect: str, reason: str, now: datetime
) -> None:
    """Refused or unsold: the publisher hears its reason, the tenant too."""
    told = {"reason": reason, "dialect": dialect, "at": now.isoformat()}
    news = (
        NewEvent("lead.rejected", "publisher", publisher_id, told, lead_id),
        NewEvent("lead.rejected", "tenant", None, told, lead_id),
    )
    outbox.tell_each(tenant_id, news, now=now)


def show(tenant_id: UUID, lead_id: UUID, publisher_id: UUID | None, kind: str, **ids: object) -> None:
    """Put a line on the live feed once the transaction has committed; ids and codes only."""
    payload = {"lead_id": lead_id, "publisher_id": publisher_id or "", **ids}
    after_commit(lambda: kit().feed.publish(tenant_id, kind, payload))
