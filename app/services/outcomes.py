"""What became of a lead, as every face tells it in its own words."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.ids import short_id
from app.domain.reasons import No
from app.domain.states import SEAT_TAKEN, LeadState, SaleState
from app.models.catalogue import Campaign
from app.models.leads import Lead
from app.models.sales import Sale

_UNANSWERED = frozenset({SaleState.RESERVED, SaleState.POSTING})


@dataclass(frozen=True, slots=True)
class SoldTo:
    """One live sale of the lead."""

    sale_id: UUID
    buyer_id: UUID
    contract_id: UUID
    price_minor: int
    payout_minor: int
    currency: str
    state: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a lead stands. ``settled``: all that its request waits for has happened."""

    lead_id: UUID
    short_id: str
    state: LeadState
    reason: str | None = None
    detail: str = ""
    problems: tuple[tuple[str, str], ...] = ()
    first_lead_id: UUID | None = None
    sales: tuple[SoldTo, ...] = ()
    settled: bool = True


def refused(
    lead_id: UUID, refusal: No | None, problems: tuple[tuple[str, str], ...], first_lead_id: UUID | None
) -> Outcome:
    """A refusal at intake."""
    return Outcome(
        lead_id=lead_id,
        short_id=short_id(lead_id),
        state=LeadState.REJECTED,
        reason=refusal.code if refusal else None,
        detail=refusal.sentence if refusal else "",
        problems=problems,
        first_lead_id=first_lead_id,
    )


def of_lead(tenant_id: UUID, lead_id: UUID) -> Outcome:
    """Read where a lead stands; raises LookupError when the tenant has no such lead.

    Where its campaign waits for the buyer, a sale settles the lead only once the buyer has answered or the answer
    was lost, which is for a person to settle.
    """
    row = db.session.execute(
        select(
            Lead.state, Lead.reason, Lead.problems, Lead.first_lead_id, Lead.route_until, Campaign.wait_for_buyer
        )
        .select_from(Lead)
        .outerjoin(Campaign, (Campaign.tenant_id == Lead.tenant_id) & (Campaign.id == Lead.campaign_id))
        .where(Lead.tenant_id == tenant_id, Lead.id == lead_id)
    ).first()  # fmt: skip
    if row is None:
        raise LookupError(str(lead_id))
    sales = _live_sales(tenant_id, lead_id)
    waits = row.wait_for_buyer and any(sale.state in _UNANSWERED for sale in sales)
    return Outcome(
        lead_id=lead_id,
        short_id=short_id(lead_id),
        state=LeadState(row.state),
        reason=row.reason,
        problems=tuple((name, message) for name, message in row.problems),
        first_lead_id=row.first_lead_id,
        sales=sales,
        settled=row.route_until is None and not waits,
    )


def _live_sales(tenant_id: UUID, lead_id: UUID) -> tuple[SoldTo, ...]:
    rows = db.session.execute(
        select(Sale.id, Sale.buyer_id, Sale.contract_id, Sale.price_minor, Sale.payout_minor, Sale.currency, Sale.state)
        .where(Sale.tenant_id == tenant_id, Sale.lead_id == lead_id)
        .where(Sale.state.in_([str(state) for state in SEAT_TAKEN]))
        .order_by(Sale.slot)
    )
    return tuple(SoldTo(*row) for row in rows)
