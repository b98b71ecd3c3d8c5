"""How a sale ends: accepted, released, or left unknown. How it begins is in ``services.selling``."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.dedupe import buyer_claims
from app.domain.money import Money
from app.domain.reasons import Reason
from app.domain.states import SEAT_TAKEN, LeadState, SaleState, move
from app.models.catalogue import Vertical
from app.models.leads import Lead
from app.models.parties import Buyer
from app.models.sales import Sale
from app.services import caps, lead_rows, ledger, news, screening
from app.services.news import Purchase
from app.services.windows import concurrency_of


def mark(tenant_id: UUID, sale_id: UUID, state: SaleState, *, now: datetime) -> None:
    """Move a sale to posting or unknown; raises ImpossibleTransition. ``now`` is when it happened."""
    _ = now
    sale = _locked(tenant_id, sale_id)
    if sale.state != str(state):
        sale.state = str(move(SaleState, sale.state, state))
        db.session.flush()


def accept(tenant_id: UUID, sale_id: UUID, *, reference: str | None, now: datetime) -> None:
    """The buyer took the lead: the sale stands and everybody concerned is told. Twice changes nothing."""
    sale = _locked(tenant_id, sale_id)
    if sale.state == SaleState.SOLD:
        return
    if sale.state == SaleState.RESERVED:
        sale.state = str(SaleState.POSTING)
    sale.state = str(move(SaleState, sale.state, SaleState.SOLD))
    sale.sold_at, sale.buyer_reference = now, reference
    done = concurrency_of(sale.cap_places)
    caps.give_back(tenant_id, done)
    sale.cap_places = [place for place in sale.cap_places if place not in done]
    db.session.flush()
    news.lead_purchased(tenant_id, _purchase_of(tenant_id, sale), now=now)
    news.show(tenant_id, sale.lead_id, sale.publisher_id, "sold", sale_id=sale_id, buyer_id=sale.buyer_id)


def release(tenant_id: UUID, sale_id: UUID, *, reason: Reason, now: datetime) -> None:
    """Undo a sale that its buyer did not take: places, money and person go back, and the lead goes on.

    The lead owes routing again: whoever called this rings or routes. Twice changes nothing.
    """
    lead_id = db.session.scalars(select(Sale.lead_id).where(Sale.tenant_id == tenant_id, Sale.id == sale_id)).one()
    lead_was = _lock_lead(tenant_id, lead_id)
    sale = _locked(tenant_id, sale_id)
    if sale.state == SaleState.RELEASED:
        return
    sale.state = str(move(SaleState, sale.state, SaleState.RELEASED))
    sale.released_at = now
    db.session.flush()
    caps.give_back(tenant_id, sale.cap_places)
    ledger.charge(tenant_id, sale.buyer_id, -sale.price_minor)
    price, payout = (Money.from_minor(minor, sale.currency) for minor in (sale.price_minor, sale.payout_minor))
    lines = ledger.sale_lines(sale.buyer_id, sale.publisher_id, price, payout, undo=True)
    ledger.post(tenant_id, "release", lines, currency=sale.currency, now=now, sale_id=sale_id)
    _let_person_go(tenant_id, sale)
    lead_is = _state_after_release(tenant_id, lead_id)
    if lead_is != lead_was:
        move(LeadState, lead_was, lead_is)
    lead_rows.owe_routing(tenant_id, lead_id, state=lead_is, now=now)
    news.show(tenant_id, lead_id, sale.publisher_id, "declined", sale_id=sale_id, reason=reason.code)


def _state_after_release(tenant_id: UUID, lead_id: UUID) -> LeadState:
    """A shared lead with another live sale stays sold; else it waits in the queue for the next in line."""
    others = db.session.scalars(
        select(Sale.id).where(
            Sale.tenant_id == tenant_id, Sale.lead_id == lead_id, Sale.state.in_([str(one) for one in SEAT_TAKEN])
        )
    ).first()
    return LeadState.SOLD if others else LeadState.QUEUED


def _let_person_go(tenant_id: UUID, sale: Sale) -> None:
    row = db.session.execute(
        select(Lead.email_key, Lead.phone_key).where(Lead.tenant_id == tenant_id, Lead.id == sale.lead_id)
    ).one()
    marks = {kind: key for kind, key in (("email", row.email_key), ("phone", row.phone_key)) if key}
    screening.let_go(tenant_id, sale.lead_id, buyer_claims(sale.buyer_id, marks))


def _lock_lead(tenant_id: UUID, lead_id: UUID) -> str:
    """Lock it, and answer the state that it is in."""
    held = select(Lead.state).where(Lead.tenant_id == tenant_id, Lead.id == lead_id)
    return db.session.scalars(held.with_for_update(key_share=True)).one()


def _locked(tenant_id: UUID, sale_id: UUID) -> Sale:
    return db.session.scalars(
        select(Sale)
        .where(Sale.tenant_id == tenant_id, Sale.id == sale_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _purchase_of(tenant_id: UUID, sale: Sale) -> Purchase:
    """The facts of a sale that is accepted later, read back."""
    row = db.session.execute(
        select(Lead.sub_id, Vertical.key, Buyer.name)
        .select_from(Lead)
        .join(Vertical, (Vertical.tenant_id == tenant_id) & (Vertical.id == sale.vertical_id))
        .join(Buyer, (Buyer.tenant_id == tenant_id) & (Buyer.id == sale.buyer_id))
        .where(Lead.tenant_id == tenant_id, Lead.id == sale.lead_id)
    ).one()
    return Purchase(
        sale_id=sale.id,
        lead_id=sale.lead_id,
        publisher_id=sale.publisher_id,
        buyer_id=sale.buyer_id,
        buyer_name=row.name,
        contract_id=sale.contract_id,
        vertical_key=row.key,
        sub_id=row.sub_id,
        price=Money.from_minor(sale.price_minor, sale.currency),
        payout=Money.from_minor(sale.payout_minor, sale.currency),
    )
