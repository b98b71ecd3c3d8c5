"""Suppression lists with their sizes, and on which of them somebody stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from app.db import db
from app.domain.actor import Actor
from app.domain.suppression import PersonHash
from app.models.leads import Suppression, SuppressionList
from app.models.parties import Buyer
from app.queries import scope

MOST = 500


@dataclass(frozen=True, slots=True)
class ListRow:
    """One list. ``buyer``: whose own it is, None when it bars everybody. ``size``: how many entries."""

    id: UUID
    name: str
    purpose: str
    buyer: str | None
    created_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class HitRow:
    """A list that somebody stands on, and by what: email, phone or hash."""

    list_id: UUID
    name: str
    purpose: str
    buyer: str | None
    kind: str


def listed(actor: Actor) -> tuple[ListRow, ...]:
    """Every list of the tenant, by purpose and name; nothing for anybody but staff."""
    if not scope.sees_all(actor):
        return ()
    rows = db.session.execute(
        _rows(actor).order_by(SuppressionList.purpose, func.lower(SuppressionList.name), SuppressionList.id).limit(MOST)
    )
    return tuple(ListRow(*row) for row in rows)


def one(actor: Actor, list_id: UUID) -> ListRow | None:
    """One list, if the actor may see it."""
    if not scope.sees_all(actor):
        return None
    row = db.session.execute(_rows(actor).where(SuppressionList.id == list_id)).first()
    return ListRow(*row) if row else None


def standing(actor: Actor, people: Iterable[PersonHash]) -> tuple[HitRow, ...]:
    """The lists on which any of these hashes stands, as intake and selling look them up."""
    if not scope.sees_all(actor):
        return ()
    rows = db.session.execute(
        select(SuppressionList.id, SuppressionList.name, SuppressionList.purpose, Buyer.name, Suppression.kind)
        .join(
            SuppressionList,
            (SuppressionList.tenant_id == Suppression.tenant_id) & (SuppressionList.id == Suppression.list_id),
        )
        .outerjoin(Buyer, (Buyer.tenant_id == SuppressionList.tenant_id) & (Buyer.id == SuppressionList.buyer_id))
        .where(Suppression.tenant_id == actor.tenant_id, Suppression.digest.in_([person.digest for person in people]))
        .order_by(SuppressionList.purpose, func.lower(SuppressionList.name))
    )
    return tuple(HitRow(*row) for row in rows)


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    size = (
        select(func.count())
        .where(Suppression.tenant_id == SuppressionList.tenant_id, Suppression.list_id == SuppressionList.id)
        .scalar_subquery()
    )
    return (
        select(
            SuppressionList.id, SuppressionList.name, SuppressionList.purpose, Buyer.name, SuppressionList.created_at,
            size,
        )
        .outerjoin(Buyer, (Buyer.tenant_id == SuppressionList.tenant_id) & (Buyer.id == SuppressionList.buyer_id))
        .where(SuppressionList.tenant_id == actor.tenant_id)
    )  # fmt: skip
