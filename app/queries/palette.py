"""Contracts, publishers and buyers by a part of their name: one statement, whatever the actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, String, and_, func, literal, select, union_all

from app.db import db
from app.domain.actor import Actor, Role
from app.models.contracts import Contract
from app.models.leads import Lead
from app.models.parties import Buyer, Publisher
from app.queries import scope
from app.queries.leads import Needle

MOST = 6
"""Of each kind: who sees six and not the right one types another letter."""

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Named:
    """One thing found by its name. ``kind``: contract, publisher or buyer; ``detail``: whose contract it is."""

    kind: str
    id: UUID
    name: str
    detail: str


def named(actor: Actor, text: str) -> tuple[Named, ...]:
    """What has the text in its name, in any case; names that begin with it first, then by the alphabet.

    Admins find everything of the tenant, buyers their own contracts, publishers nothing.
    """
    lowered = text.strip().lower()
    statement = _kinds(actor, lowered)
    if statement is None:
        return ()
    rows = [Named(row.kind, row.id, row.name, row.detail) for row in db.session.execute(statement)]
    return tuple(sorted(rows, key=lambda row: (not row.name.lower().startswith(lowered), row.name.lower())))


def person(actor: Actor, wanted: Needle) -> bytes | None:
    """The fingerprint behind a needle; a number that several countries could read is whose leads are here."""
    if wanted.email_key or len(wanted.phone_keys) < 2:  # noqa: PLR2004 - one reading needs no look
        return wanted.email_key or next(iter(wanted.phone_keys), None)
    statement = select(Lead.phone_key).where(scope.leads(actor), Lead.phone_key.in_(wanted.phone_keys)).limit(1)
    return db.session.execute(statement).scalar_one_or_none()


def _kinds(actor: Actor, text: str) -> Rows | CompoundSelect[*tuple[Any, ...]] | None:
    if not text or actor.role is Role.PUBLISHER:
        return None
    contracts = _contracts(actor, text)
    if not scope.sees_all(actor):
        return contracts
    parties = (_parties(actor, "publisher", Publisher, text), _parties(actor, "buyer", Buyer, text))
    return union_all(*(select(part.subquery()) for part in (contracts, *parties)))


def _contracts(actor: Actor, text: str) -> Rows:
    its_buyer = and_(Buyer.tenant_id == Contract.tenant_id, Buyer.id == Contract.buyer_id)
    kind, detail = literal("contract", String).label("kind"), Buyer.name.label("detail")
    found: Rows = select(kind, Contract.id, Contract.name, detail).join(Buyer, its_buyer)
    return _first(found.where(scope.contracts(actor)), Contract.name, text)


def _parties(actor: Actor, kind: str, model: type[Publisher | Buyer], text: str) -> Rows:
    columns = (literal(kind, String).label("kind"), model.id, model.name, literal("", String).label("detail"))
    return _first(select(*columns).where(model.tenant_id == actor.tenant_id), model.name, text)


def _first(statement: Rows, name: Any, text: str) -> Rows:
    lowered = func.lower(name)
    begins = lowered.startswith(text, autoescape=True)
    return statement.where(lowered.contains(text, autoescape=True)).order_by(begins.desc(), lowered).limit(MOST)
