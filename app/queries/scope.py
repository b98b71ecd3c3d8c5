"""What an actor may see of each kind of row, as SQL conditions. Every query of ours begins here."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.actor import Actor, Role
from app.domain.states import SaleState
from app.models.contracts import Contract
from app.models.deliveries import Delivery
from app.models.leads import Lead
from app.models.sales import Sale
from app.models.webhooks import Endpoint

BOUGHT = (SaleState.SOLD.value, SaleState.RETURNED.value)
"""Sale states in which the lead is the buyer's to look at: before that it may still be another's."""

S = TypeVar("S", bound=Select[*tuple[object, ...]])


def leads(actor: Actor) -> ColumnElement[bool]:
    """Admins see all, publishers what they sent, buyers what was sold to them."""
    mine = Lead.tenant_id == actor.tenant_id
    if sees_all(actor):
        return mine
    if actor.role is Role.PUBLISHER:
        return mine & _owned(Lead.publisher_id, actor)
    bought = exists(
        select(Sale.id).where(
            Sale.tenant_id == Lead.tenant_id,
            Sale.lead_id == Lead.id,
            _owned(Sale.buyer_id, actor),
            Sale.state.in_(BOUGHT),
        )
    )
    return mine & (bought if actor.role is Role.BUYER else false())


def sales(actor: Actor) -> ColumnElement[bool]:
    """Admins see all, publishers and buyers those they are a party to."""
    mine = Sale.tenant_id == actor.tenant_id
    if sees_all(actor):
        return mine
    if actor.role is Role.PUBLISHER:
        return mine & _owned(Sale.publisher_id, actor)
    return mine & (_owned(Sale.buyer_id, actor) if actor.role is Role.BUYER else false())


def deliveries(actor: Actor) -> ColumnElement[bool]:
    """Admins see all, buyers those that go to them; publishers have none."""
    mine = Delivery.tenant_id == actor.tenant_id
    if sees_all(actor):
        return mine
    return mine & (_owned(Delivery.buyer_id, actor) if actor.role is Role.BUYER else false())


def contracts(actor: Actor) -> ColumnElement[bool]:
    """Admins see all, buyers their own; publishers have none."""
    mine = Contract.tenant_id == actor.tenant_id
    if sees_all(actor):
        return mine
    return mine & (_owned(Contract.buyer_id, actor) if actor.role is Role.BUYER else false())


def endpoints(actor: Actor) -> ColumnElement[bool]:
    """Admins see all, publishers and buyers their own; the tenant's own endpoints are the admins'."""
    mine = Endpoint.tenant_id == actor.tenant_id
    if sees_all(actor):
        return mine
    own_kind = Endpoint.owner_kind == actor.role.value
    return mine & own_kind & _owned(Endpoint.owner_id, actor)


def owned(
    actor: Actor, tenant: InstrumentedAttribute[UUID], owner: InstrumentedAttribute[UUID | None]
) -> ColumnElement[bool]:
    """For rows with one owner column, such as API keys."""
    return (tenant == actor.tenant_id) & (true() if sees_all(actor) else _owned(owner, actor))


def sees_all(actor: Actor) -> bool:
    """Whether the whole tenant is theirs to look at."""
    return actor.is_admin or actor.role is Role.SYSTEM


def _owned(
    column: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None], actor: Actor
) -> ColumnElement[bool]:
    """The column names the actor's own company; nobody's when they have none."""
    return column == actor.owner_id if actor.owner_id is not None else or_(false())
