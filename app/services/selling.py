"""Selling: seat, caps, balance, books, debt and news in one transaction, or nothing at all.

Locks are taken in one order everywhere: lead, caps by id, buyers by id, persons, contracts. Whoever
finds a place gone rolls back and sifts again; nobody waits for a lock while waiting for a network.
How a sale ends is in ``services.sales``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, update

from app.db import UtcDateTime, connection
from app.domain.auction import Winner
from app.domain.dedupe import buyer_claims
from app.domain.ids import new_id
from app.domain.states import SaleState
from app.gateways.kit import kit
from app.models.contracts import Contract
from app.models.sales import Sale
from app.services import caps, delivery_rows, ledger, news, screening
from app.services.book_facts import Book
from app.services.news import Purchase
from app.services.outcomes import SoldTo
from app.services.windows import places_of


@dataclass(frozen=True, slots=True)
class LeadToSell:
    """A lead on its way through routing."""

    id: UUID
    publisher_id: UUID
    source_id: UUID
    vertical_id: UUID
    vertical_key: str
    dialect: str
    sub_id: str | None
    facts: dict[str, Any]
    digests: dict[str, bytes]


def sell(book: Book, lead: LeadToSell, winners: Sequence[Winner], *, now: datetime) -> tuple[SoldTo, ...]:
    """Write the sales of these winners in the current transaction, and answer them.

    Raises caps.Full, ledger.InsufficientBalance or screening.Taken when something was taken meanwhile;
    the caller rolls back and sifts again.
    """
    tenant_id = book.tenant.id
    asked = {winner.slot: _places(winner, now) for winner in winners}
    caps.take(tenant_id, [place for places in asked.values() for place in places])
    for winner in sorted(winners, key=lambda one: one.candidate.contract.buyer_id):
        ledger.charge(tenant_id, winner.candidate.contract.buyer_id, winner.candidate.price.minor)
        _take_person(book, lead, winner.candidate.contract.buyer_id, now)
    sold = tuple(
        _write_sale(book, lead, winner, [place.to_json() for place in asked[winner.slot]], now) for winner in winners
    )
    _note_turn(tenant_id, [winner.candidate.contract.id for winner in winners], now)
    return sold


def _places(winner: Winner, now: datetime) -> tuple[caps.Place, ...]:
    candidate = winner.candidate
    return places_of(candidate.all_caps, 1, candidate.price.minor, now)


def _take_person(book: Book, lead: LeadToSell, buyer_id: UUID, now: datetime) -> None:
    """A buyer is never sold the same person twice within its own window, over all its contracts."""
    days = book.buyers[buyer_id].person_window_days
    if days:
        wanted = buyer_claims(buyer_id, lead.digests)
        screening.claim(book.tenant.id, lead.id, wanted, timedelta(days=days), now=now)


def _write_sale(book: Book, lead: LeadToSell, winner: Winner, places: list[Any], now: datetime) -> SoldTo:
    """The sale's row, its lines in the books, and what follows: a debt, or the news of a portal's buyer."""
    tenant_id, currency = book.tenant.id, book.tenant.currency
    contract, settlement = winner.candidate.contract, winner.candidate.settlement
    in_portal = contract.setup_id in book.portal_setups
    state = SaleState.SOLD if in_portal else SaleState.RESERVED
    row = _row(lead, winner, now) | {"tenant_id": tenant_id, "state": str(state), "currency": currency}
    sale_id: UUID = row["id"]
    connection().execute(_INSERT, row | {"sold_at": now if in_portal else None, "cap_places": places})
    lines = ledger.sale_lines(contract.buyer_id, lead.publisher_id, settlement.price, settlement.payout)
    ledger.post(tenant_id, "sale", lines, currency=currency, now=now, sale_id=sale_id)
    if in_portal:
        news.lead_purchased(tenant_id, _purchase(lead, winner, sale_id), now=now)
    else:
        delivery_rows.owe(tenant_id, sale_id, lead.id, contract.buyer_id, contract.setup_id, now=now)
    price, payout = row["price_minor"], row["payout_minor"]
    return SoldTo(sale_id, contract.buyer_id, contract.id, price, payout, currency, str(state))


def _row(lead: LeadToSell, winner: Winner, now: datetime) -> dict[str, Any]:
    """What the sale is, apart from how it stands."""
    contract, settlement = winner.candidate.contract, winner.candidate.settlement
    return {
        "id": new_id(now, kit().rng),
        "lead_id": lead.id,
        "slot": winner.slot,
        "contract_id": contract.id,
        "buyer_id": contract.buyer_id,
        "publisher_id": lead.publisher_id,
        "vertical_id": lead.vertical_id,
        "price_minor": settlement.price.minor,
        "payout_minor": settlement.payout.minor,
        "margin_minor": settlement.margin.minor,
        "price_rule": winner.candidate.quote.rule or None,
        "reserved_at": now,
    }


_INSERT = insert(cast("Table", Sale.__table__))


def _purchase(lead: LeadToSell, winner: Winner, sale_id: UUID) -> Purchase:
    contract, settlement = winner.candidate.contract, winner.candidate.settlement
    return Purchase(
        sale_id=sale_id,
        lead_id=lead.id,
        publisher_id=lead.publisher_id,
        buyer_id=contract.buyer_id,
        buyer_name=contract.buyer_name,
        contract_id=contract.id,
        vertical_key=lead.vertical_key,
        sub_id=lead.sub_id,
        price=settlement.price,
        payout=settlement.payout,
    )


def _note_turn(tenant_id: UUID, contract_ids: Sequence[UUID], now: datetime) -> None:
    """Remember the sale for whoever routes by longest wait; in id order, like every lock."""
    rows = [{"tenant": tenant_id, "contract": contract_id, "at": now} for contract_id in sorted(contract_ids)]
    connection().execute(_TURN, rows)


_TURN = (
    update(cast("Table", Contract.__table__))
    .where(Contract.tenant_id == bindparam("tenant"), Contract.id == bindparam("contract"))
    .values(last_sold_at=bindparam("at", type_=UtcDateTime()))
)
