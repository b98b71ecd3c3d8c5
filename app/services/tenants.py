"""Tenants: made once, listed for the sweepers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.tenants import Tenant


def create(slug: str, name: str, *, currency: str, zone: str, now: datetime) -> UUID:
    """A new tenant with nothing in it; the rest of the transaction belongs to it."""
    tenant_id = new_id(now, kit().rng)
    db.session.add(Tenant(id=tenant_id, slug=slug, name=name, currency=currency, zone=zone, created_at=now))
    db.session.flush()
    enter_tenant(tenant_id)
    return tenant_id


def by_slug(slug: str) -> UUID | None:
    """The tenant of that short name."""
    return db.session.scalar(select(Tenant.id).where(Tenant.slug == slug))


def all_ids() -> list[UUID]:
    """Every tenant, oldest first; sweepers visit them one by one, each inside its own fence."""
    session: Session = db.session()
    return list(session.scalars(select(Tenant.id).order_by(Tenant.created_at, Tenant.id)))


def own_hands(tenant_id: UUID, now: datetime) -> Actor:
    """Our own workers and programs, acting inside a tenant."""
    return Actor(tenant_id, Role.SYSTEM, principal_id=new_id(now, kit().rng), kind="system")
