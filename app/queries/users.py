"""Everybody of a tenant, as admins read them: the list over all companies, one person, where they are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, select

from app.db import db
from app.domain.actor import Actor
from app.models.parties import Buyer, Publisher
from app.models.people import User, UserSession
from app.queries import scope
from app.queries.page import Cursor, Page, after, cut
from app.queries.sessions import SessionRow


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which people; empty fields mean "any". ``name``: a part of a name; ``owner_id``: their buyer or publisher."""

    name: str = ""
    role: str = ""
    status: str = ""
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody. ``company``: their buyer or publisher. ``second_factor_since``: None without one.

    ``signed_in_at``: when they last came through the door; ``seen_at``: when they last did anything here.
    """

    id: UUID
    name: str
    email: str
    role: str
    status: str
    owner_id: UUID | None
    company: str | None
    created_at: datetime
    second_factor_since: datetime | None
    signed_in_at: datetime | None
    seen_at: datetime | None


def listed(actor: Actor, wanted: UserFilter, cursor: Cursor | None = None, limit: int = 50) -> Page[PersonRow]:
    """One page of people, who came last first; one statement. Nothing but for staff."""
    at, row_id = User.created_at, User.id
    statement = _rows(actor).where(*_conditions(wanted), *after(cursor, at, row_id))
    rows = db.session.execute(statement.order_by(at.desc(), row_id.desc()).limit(limit + 1)).all()
    return cut([PersonRow(*row) for row in rows], limit, lambda row: Cursor(row.created_at, row.id))


def one(actor: Actor, user_id: UUID) -> PersonRow | None:
    """One person, if they are the actor's to see."""
    row = db.session.execute(_rows(actor).where(User.id == user_id)).first()
    return PersonRow(*row) if row else None


def named(actor: Actor, limit: int = 500) -> tuple[tuple[UUID, str], ...]:
    """Ids and names of people to choose from, by name; those of the tenant that came last where there are more."""
    if not scope.sees_all(actor):
        return ()
    mine = select(User.id, User.name).where(User.tenant_id == actor.tenant_id)
    rows = db.session.execute(mine.order_by(User.created_at.desc()).limit(limit))
    return tuple(sorted(((row.id, row.name) for row in rows), key=lambda pair: pair[1].casefold()))


def sessions(actor: Actor, user_id: UUID, now: datetime) -> tuple[SessionRow, ...]:
    """Where somebody is signed in, the last used first; their own addresses are shown to staff alone."""
    if not scope.sees_all(actor):
        return ()
    rows = db.session.execute(
        select(UserSession.id, UserSession.ip, UserSession.user_agent, UserSession.created_at, UserSession.seen_at)
        .where(
            UserSession.tenant_id == actor.tenant_id,
            UserSession.user_id == user_id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > now,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
        .limit(50)
    )
    return tuple(SessionRow(*row) for row in rows)


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    mine = User.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()
    return (
        select(
            User.id, User.name, User.email, User.role, User.status, User.owner_id,
            func.coalesce(Buyer.name, Publisher.name).label("company"), User.created_at, User.totp_confirmed_at,
            _newest(UserSession.created_at).label("signed_in_at"), _newest(UserSession.seen_at).label("seen_at"),
        )
        .outerjoin(Buyer, (Buyer.tenant_id == User.tenant_id) & (Buyer.id == User.owner_id))
        .outerjoin(Publisher, (Publisher.tenant_id == User.tenant_id) & (Publisher.id == User.owner_id))
        .where(mine)
    )  # fmt: skip


def _newest(moment: Any) -> Any:
    return (
        select(func.max(moment))
        .where(UserSession.tenant_id == User.tenant_id, UserSession.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )


def _conditions(wanted: UserFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.role:
        found.append(User.role == wanted.role)
    if wanted.status:
        found.append(User.status == wanted.status)
    if wanted.owner_id:
        found.append(User.owner_id == wanted.owner_id)
    if wanted.name:
        found.append(User.name.icontains(wanted.name, autoescape=True))
    return found
