"""Everything about one lead, cut to what the actor may know.

Publishers see neutral reasons and their payout, never a buyer or a price; buyers see their own
contracts, deliveries and price, never the publisher, the payout or another buyer. The cutting is done
here, so that no face can forget it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from app.db import db
from app.domain.actor import Actor, Role
from app.models.contracts import Contract
from app.models.parties import Buyer
from app.models.sales import LedgerEntry, Sale
from app.queries import deliveries, scope, traces, webhooks
from app.queries.lead_facts import LeadFacts, facts_of
from app.queries.traces import Round

__all__ = ["LeadPage", "Line", "Round", "SaleFacts", "opened"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the books that the actor may read."""

    posting_id: UUID
    kind: str
    account: str
    amount: int
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class SaleFacts:
    """One sale; what the actor may not know is None. Amounts in minor units of ``currency``."""

    id: UUID
    state: str
    currency: str
    contract: str | None
    buyer: str | None
    price: int | None
    payout: int | None
    margin: int | None
    price_rule: str | None
    reserved_at: datetime
    sold_at: datetime | None
    released_at: datetime | None
    reference: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class LeadPage:
    """A lead with everything that happened to it."""

    lead: LeadFacts
    rounds: tuple[Round, ...]
    sales: tuple[SaleFacts, ...]
    deliveries: tuple[deliveries.DeliveryPage, ...]
    messages: tuple[webhooks.MessagePage, ...]


def opened(actor: Actor, lead_id: UUID) -> LeadPage | None:
    """The lead's page in five statements, or None when it is not the actor's to see."""
    lead = facts_of(actor, lead_id)
    if lead is None:
        return None
    publisher = actor.role is Role.PUBLISHER
    return LeadPage(
        lead=lead,
        rounds=() if publisher else _rounds(actor, lead_id),
        sales=_sales(actor, lead_id),
        deliveries=() if publisher else deliveries.of_lead(actor, lead_id),
        messages=webhooks.of_lead(actor, lead_id),
    )


def _rounds(actor: Actor, lead_id: UUID) -> tuple[Round, ...]:
    found = (_round(actor, one) for one in traces.of_lead(actor.tenant_id, lead_id))
    return tuple(one for one in found if one.entries or scope.sees_all(actor))


def _round(actor: Actor, one: Round) -> Round:
    if scope.sees_all(actor):
        return one
    return replace(one, entries=tuple(entry for entry in one.entries if entry.buyer_id == actor.owner_id))


def _sales(actor: Actor, lead_id: UUID) -> tuple[SaleFacts, ...]:
    rows = db.session.execute(
        select(Sale, Contract.name.label("contract"), Buyer.name.label("buyer"), LedgerEntry)
        .join(Contract, (Contract.tenant_id == Sale.tenant_id) & (Contract.id == Sale.contract_id))
        .join(Buyer, (Buyer.tenant_id == Sale.tenant_id) & (Buyer.id == Sale.buyer_id))
        .outerjoin(LedgerEntry, (LedgerEntry.tenant_id == Sale.tenant_id) & (LedgerEntry.sale_id == Sale.id))
        .where(scope.sales(actor), Sale.lead_id == lead_id)
        .order_by(Sale.reserved_at, Sale.slot, Sale.id, LedgerEntry.posted_at, LedgerEntry.id)
    )
    grouped: dict[UUID, list[Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        grouped.setdefault(row[0].id, []).append(row)
    return tuple(_sale(actor, of_sale) for of_sale in grouped.values())


def _sale(actor: Actor, rows: Sequence[Row[*tuple[Any, ...]]]) -> SaleFacts:
    sale: Sale = rows[0][0]
    publisher, buyer = actor.role is Role.PUBLISHER, actor.role is Role.BUYER
    return SaleFacts(
        id=sale.id,
        state=sale.state,
        currency=sale.currency,
        contract=None if publisher else rows[0].contract,
        buyer=None if publisher else rows[0].buyer,
        price=None if publisher else sale.price_minor,
        payout=None if buyer else sale.payout_minor,
        margin=sale.margin_minor if scope.sees_all(actor) else None,
        price_rule=None if publisher else sale.price_rule,
        reserved_at=sale.reserved_at,
        sold_at=sale.sold_at,
        released_at=sale.released_at,
        reference=None if publisher else sale.buyer_reference,
        lines=tuple(_line(row.LedgerEntry) for row in rows if _may_read(actor, row.LedgerEntry)),
    )


def _may_read(actor: Actor, entry: LedgerEntry | None) -> bool:
    return entry is not None and (scope.sees_all(actor) or entry.owner_id == actor.owner_id)


def _line(entry: LedgerEntry) -> Line:
    return Line(entry.posting_id, entry.kind, entry.account, entry.amount_minor, entry.posted_at)
