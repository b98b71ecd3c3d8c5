"""A contract that is not stored (yet) as routing would judge it: for estimates and for trying single leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.domain.caps import Cap, Measure, Owner, Period
from app.domain.contract_terms import Terms
from app.domain.eligibility import Contract
from app.models import contracts as tables
from app.services.book_contracts import Ground, contract_of
from app.services.book_facts import Book
from app.services.contract_faults import value_lists

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Draft:
    """Whole terms of a buyer's contract; ``contract_id`` is None for one that was never stored."""

    buyer_id: UUID
    terms: Terms
    created_at: datetime
    contract_id: UUID | None = None


def by_offer(actor: Actor, book: Book, draft: Draft) -> dict[UUID, Contract]:
    """The draft at each of its offers, switched on: what it would do is asked while it is paused, too."""
    levels = {UUID(one["offer_id"]): one["level"] for one in draft.terms["offers"]}
    return {
        offer_id: contract(actor, book, draft, level) for offer_id, level in levels.items() if offer_id in book.offers
    }


def contract(actor: Actor, book: Book, draft: Draft, level: int = 1) -> Contract:
    """The draft as routing would judge it; raises ValueError, KeyError or TypeError for terms that cannot be read."""
    terms = draft.terms
    row = tables.Contract(
        id=draft.contract_id or NOBODY, buyer_id=draft.buyer_id, delivery_setup_id=NOBODY, status="active",
        created_at=draft.created_at,
        **{name: terms[name] for name in (
            "name", "filters", "price_minor", "price_rules", "rank", "weight", "multiplier", "minimum_score",
            "schedule", "zone", "seats",
        )},
    )  # fmt: skip
    ground = Ground(book.tenant.currency, book.buyers, {}, value_lists(actor))
    return contract_of(row, (*_own_caps(book, draft), *_buyer_caps(actor, book, draft.buyer_id)), level, ground)


def _own_caps(book: Book, draft: Draft) -> tuple[Cap, ...]:
    return tuple(
        Cap(
            uuid5(NOBODY, f"{cap['measure']} {cap['period']}"),
            Owner.CONTRACT,
            Measure(cap["measure"]),
            Period(cap["period"]),
            cap["limit"],
            cap["zone"],
            book.tenant.currency,
        )
        for cap in draft.terms["caps"]
    )


def _buyer_caps(actor: Actor, book: Book, buyer_id: UUID) -> tuple[Cap, ...]:
    table = tables.Cap
    rows = db.session.scalars(
        select(table).where(
            table.tenant_id == actor.tenant_id, table.owner_kind == Owner.BUYER.value, table.owner_id == buyer_id
        )
    )
    return tuple(
        Cap(
            row.id,
            Owner.BUYER,
            Measure(row.measure),
            Period(row.period),
            row.limit_value,
            row.zone,
            book.tenant.currency,
        )
        for row in rows
    )
