"""Verticals as admins read them: the list with what stands in each, and one with its terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, select

from app.db import db
from app.domain.actor import Actor
from app.models.catalogue import Campaign, Offer, Vertical
from app.models.contracts import Contract, OfferContract
from app.queries import scope
from app.queries.page import Cursor, Page, after, cut


@dataclass(frozen=True, slots=True)
class VerticalRow:
    """One vertical. ``contracts``: active ones on its offers; ``campaigns``: all; prices in minor units."""

    id: UUID
    key: str
    name: str
    base_price_minor: int
    floor_minor: int
    score_model: Mapping[str, Any]
    created_at: datetime
    campaigns: int
    active_campaigns: int
    offers: int
    contracts: int


def listed(actor: Actor, name: str = "", cursor: Cursor | None = None, limit: int = 50) -> Page[VerticalRow]:
    """One page, newest first, in one statement; ``name``: a part of the name or key."""
    at, row_id = Vertical.created_at, Vertical.id
    statement = _rows(actor).where(*after(cursor, at, row_id))
    if name:
        fits = Vertical.name.icontains(name, autoescape=True) | Vertical.key.icontains(name, autoescape=True)
        statement = statement.where(fits)
    rows = db.session.execute(statement.order_by(at.desc(), row_id.desc()).limit(limit + 1)).all()
    return cut([VerticalRow(*row) for row in rows], limit, lambda row: Cursor(row.created_at, row.id))


def one(actor: Actor, vertical_id: UUID) -> VerticalRow | None:
    """One vertical, if it is the actor's to see."""
    row = db.session.execute(_rows(actor).where(Vertical.id == vertical_id)).first()
    return VerticalRow(*row) if row else None


def visible(actor: Actor) -> ColumnElement[bool]:
    """Staff see all of their tenant; nobody else looks at verticals here."""
    return Vertical.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    here = (Campaign.tenant_id == Vertical.tenant_id, Campaign.vertical_id == Vertical.id)
    contracts = (
        select(func.count(func.distinct(Contract.id)))
        .join(
            OfferContract,
            (OfferContract.tenant_id == Contract.tenant_id) & (OfferContract.contract_id == Contract.id),
        )
        .join(Offer, (Offer.tenant_id == OfferContract.tenant_id) & (Offer.id == OfferContract.offer_id))
        .where(Offer.tenant_id == Vertical.tenant_id, Offer.vertical_id == Vertical.id, Contract.status == "active")
        .correlate(Vertical)
        .scalar_subquery()
    )
    return select(
        Vertical.id, Vertical.key, Vertical.name, Vertical.base_price_minor, Vertical.floor_minor,
        Vertical.score_model, Vertical.created_at,
        _count(Campaign, *here), _count(Campaign, *here, Campaign.status == "active"),
        _count(Offer, Offer.tenant_id == Vertical.tenant_id, Offer.vertical_id == Vertical.id), contracts,
    ).where(visible(actor))  # fmt: skip


def _count(table: type[Campaign | Offer], *conditions: ColumnElement[bool]) -> Any:
    return select(func.count(table.id)).where(*conditions).correlate(Vertical).scalar_subquery()
