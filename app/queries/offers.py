"""Offers as admins read them: the list, one with its terms, and the contracts that buy through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, select

from app.db import db
from app.domain.actor import Actor
from app.models.catalogue import Campaign, Offer, Vertical
from app.models.contracts import Contract, OfferContract
from app.models.parties import Buyer
from app.queries import scope
from app.queries.page import Cursor, Page, after, cut


@dataclass(frozen=True, slots=True)
class OfferFilter:
    """Which offers; empty fields mean "any". ``name``: a part of it, in any case."""

    name: str = ""
    mode: str = ""
    vertical_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One offer; amounts in minor units. ``contracts``: attached, ``active``: of those; ``campaigns``: by it."""

    id: UUID
    name: str
    mode: str
    levels: Sequence[Any]
    seats: str
    seat_count: int
    floor_minor: int
    min_margin_minor: int
    min_margin_percent: str
    decline_policy: str
    created_at: datetime
    vertical_id: UUID
    vertical: str
    contracts: int
    active: int
    campaigns: int


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A contract that buys through an offer, with its place there."""

    contract_id: UUID
    name: str
    buyer_id: UUID
    buyer: str
    buyer_status: str
    status: str
    price_minor: int
    seats: str
    level: int
    rank: int
    weight: int
    multiplier: str
    version: int


def listed(actor: Actor, wanted: OfferFilter, cursor: Cursor | None = None, limit: int = 50) -> Page[OfferRow]:
    """One page, newest first, in one statement; for staff."""
    at, row_id = Offer.created_at, Offer.id
    statement = _rows(actor).where(*_conditions(wanted), *after(cursor, at, row_id))
    rows = db.session.execute(statement.order_by(at.desc(), row_id.desc()).limit(limit + 1)).all()
    return cut([OfferRow(*row) for row in rows], limit, lambda row: Cursor(row.created_at, row.id))


def one(actor: Actor, offer_id: UUID) -> OfferRow | None:
    """One offer, for staff."""
    row = db.session.execute(_rows(actor).where(Offer.id == offer_id)).first()
    return OfferRow(*row) if row else None


def places(actor: Actor, offer_id: UUID) -> tuple[PlaceRow, ...]:
    """The contracts attached, by level, then rank, then age."""
    statement: Select[*tuple[Any, ...]] = (
        select(
            Contract.id, Contract.name, Buyer.id, Buyer.name, Buyer.status, Contract.status, Contract.price_minor,
            Contract.seats, OfferContract.level, Contract.rank, Contract.weight, Contract.multiplier, Contract.version,
        )
        .join(
            OfferContract,
            (OfferContract.tenant_id == Contract.tenant_id) & (OfferContract.contract_id == Contract.id),
        )
        .join(Buyer, (Buyer.tenant_id == Contract.tenant_id) & (Buyer.id == Contract.buyer_id))
        .where(scope.contracts(actor), OfferContract.offer_id == offer_id)
        .order_by(OfferContract.level, Contract.rank, Contract.created_at, Contract.id)
    )  # fmt: skip
    return tuple(PlaceRow(*row) for row in db.session.execute(statement))


def to_attach(actor: Actor, offer_id: UUID) -> tuple[tuple[UUID, str], ...]:
    """Contracts that do not buy through it: id, and "buyer: contract"; by that name."""
    attached = select(OfferContract.contract_id).where(
        OfferContract.tenant_id == actor.tenant_id, OfferContract.offer_id == offer_id
    )
    rows = db.session.execute(
        select(Contract.id, Buyer.name.label("buyer"), Contract.name)
        .join(Buyer, (Buyer.tenant_id == Contract.tenant_id) & (Buyer.id == Contract.buyer_id))
        .where(scope.contracts(actor), Contract.id.not_in(attached))
        .order_by(Buyer.name, Contract.name, Contract.id)
    )
    return tuple((row.id, f"{row.buyer}: {row.name}") for row in rows)


def campaigns_by(actor: Actor, offer_id: UUID) -> tuple[tuple[UUID, str, str], ...]:
    """The campaigns that sell through it: id, name, status."""
    rows = db.session.execute(
        select(Campaign.id, Campaign.name, Campaign.status)
        .where(_staff(actor), Campaign.tenant_id == actor.tenant_id, Campaign.offer_id == offer_id)
        .order_by(Campaign.name, Campaign.id)
    )
    return tuple((row.id, row.name, row.status) for row in rows)


def _staff(actor: Actor) -> ColumnElement[bool]:
    return Campaign.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()


def _conditions(wanted: OfferFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.mode:
        found.append(Offer.mode == wanted.mode)
    if wanted.vertical_id:
        found.append(Offer.vertical_id == wanted.vertical_id)
    if wanted.name:
        found.append(Offer.name.icontains(wanted.name, autoescape=True))
    return found


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    attached = (
        select(func.count(OfferContract.id))
        .join(Contract, (Contract.tenant_id == OfferContract.tenant_id) & (Contract.id == OfferContract.contract_id))
        .where(OfferContract.tenant_id == Offer.tenant_id, OfferContract.offer_id == Offer.id)
    )
    campaigns = select(func.count(Campaign.id)).where(
        Campaign.tenant_id == Offer.tenant_id, Campaign.offer_id == Offer.id
    )
    return (
        select(
            Offer.id, Offer.name, Offer.mode, Offer.levels, Offer.seats, Offer.seat_count, Offer.floor_minor,
            Offer.min_margin_minor, Offer.min_margin_percent, Offer.decline_policy, Offer.created_at, Vertical.id,
            Vertical.name, attached.correlate(Offer).scalar_subquery(),
            attached.where(Contract.status == "active").correlate(Offer).scalar_subquery(),
            campaigns.correlate(Offer).scalar_subquery(),
        )
        .join(Vertical, (Vertical.tenant_id == Offer.tenant_id) & (Vertical.id == Offer.vertical_id))
        .where(Offer.tenant_id == actor.tenant_id if scope.sees_all(actor) else false())
    )  # fmt: skip
