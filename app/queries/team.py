"""The people who may sign in, as their colleagues see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from app.db import db
from app.domain.actor import Actor
from app.models.parties import Buyer, Publisher
from app.models.people import User, UserSession
from app.queries import scope

MOST = 500


@dataclass(frozen=True, slots=True)
class UserRow:
    """Somebody. ``company``: their buyer or publisher; ``seen_at``: when they last did anything here."""

    id: UUID
    name: str
    email: str
    role: str
    status: str
    company: str | None
    seen_at: datetime | None
    created_at: datetime


def listed(actor: Actor) -> tuple[UserRow, ...]:
    """Everybody of the tenant for staff, the own company's people for others; by name."""
    rows = db.session.execute(_rows(actor).order_by(func.lower(User.name), User.id).limit(MOST))
    return tuple(UserRow(*row) for row in rows)


def one(actor: Actor, user_id: UUID) -> UserRow | None:
    """One person, if the actor may see them."""
    row = db.session.execute(_rows(actor).where(User.id == user_id)).first()
    return UserRow(*row) if row else None


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    seen = (
        select(func.max(UserSession.seen_at))
        .where(UserSession.tenant_id == User.tenant_id, UserSession.user_id == User.id)
        .scalar_subquery()
    )
    return (
        select(
            User.id, User.name, User.email, User.role, User.status,
            func.coalesce(Buyer.name, Publisher.name).label("company"), seen.label("seen_at"), User.created_at,
        )
        .outerjoin(Buyer, (Buyer.tenant_id == User.tenant_id) & (Buyer.id == User.owner_id))
        .outerjoin(Publisher, (Publisher.tenant_id == User.tenant_id) & (Publisher.id == User.owner_id))
        .where(scope.owned(actor, User.tenant_id, User.owner_id))
    )  # fmt: skip
