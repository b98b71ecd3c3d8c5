"""What a contract is put together from: offers to buy through, a buyer's ways of delivery, and what it buys a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from app.db import db
from app.domain.actor import Actor
from app.models.catalogue import Offer, Vertical
from app.models.contracts import Contract, DeliverySetup
from app.models.parties import Buyer
from app.models.sales import Sale
from app.queries import scope

WEEK = timedelta(days=7)


class OfferChoice(NamedTuple):
    """An offer, with the vertical that it sells in."""

    id: UUID
    name: str
    vertical: str
    mode: str
    vertical_id: UUID


class SetupChoice(NamedTuple):
    """A buyer's way of delivery."""

    id: UUID
    name: str
    kind: str
    url: str


class BuyerCard(NamedTuple):
    """A buyer as contracts need it."""

    id: UUID
    name: str
    status: str
    zone: str
    permissions: Mapping[str, Any]


def offers(actor: Actor) -> tuple[OfferChoice, ...]:
    """Every offer of the tenant, by vertical and name."""
    rows = db.session.execute(
        select(Offer.id, Offer.name, Vertical.name, Offer.mode, Vertical.id)
        .join(Vertical, (Vertical.tenant_id == Offer.tenant_id) & (Vertical.id == Offer.vertical_id))
        .where(Offer.tenant_id == actor.tenant_id)
        .order_by(Vertical.name, Offer.name, Offer.id)
    )
    return tuple(OfferChoice(*row) for row in rows)


def setups(actor: Actor, buyer_id: UUID) -> tuple[SetupChoice, ...]:
    """How this buyer can be handed leads; for admins."""
    rows = db.session.execute(
        select(DeliverySetup.id, DeliverySetup.name, DeliverySetup.kind, DeliverySetup.url)
        .where(scope.owned(actor, DeliverySetup.tenant_id, DeliverySetup.buyer_id))
        .where(DeliverySetup.buyer_id == buyer_id)
        .order_by(DeliverySetup.name, DeliverySetup.id)
    )
    return tuple(SetupChoice(*row) for row in rows)


def buyer(actor: Actor, buyer_id: UUID) -> BuyerCard | None:
    """One buyer, if it is the actor's to see."""
    row = db.session.execute(
        select(Buyer.id, Buyer.name, Buyer.status, Buyer.zone, Buyer.permissions)
        .where(scope.owned(actor, Buyer.tenant_id, Buyer.id))
        .where(Buyer.id == buyer_id)
    ).first()
    return BuyerCard(*row) if row else None


def exists(actor: Actor, contract_id: UUID) -> bool:
    """Whether the tenant has such a contract, whoever's it is."""
    found = select(Contract.id).where(Contract.tenant_id == actor.tenant_id, Contract.id == contract_id)
    return db.session.scalar(found) is not None


def bought_a_week(actor: Actor, contract_id: UUID, now: datetime) -> int:
    """Leads that the contract took in the last seven days."""
    found = select(func.count()).where(
        scope.sales(actor), Sale.contract_id == contract_id, Sale.reserved_at >= now - WEEK
    )
    return db.session.execute(found).scalar_one()
