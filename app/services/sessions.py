"""Signed-in browsers: server-side sessions, found by the SHA-256 of a random token.

A session ends at once everywhere when its row says so: sign-out, a changed password and a disabled
user are one UPDATE. Nothing about a person is in the cookie.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, update

from app.db import db, enter_tenant
from app.domain.actor import STAFF, Actor, Role
from app.domain.ids import new_id
from app.domain.second_factor import is_required
from app.gateways.kit import kit
from app.models.parties import Buyer, Publisher
from app.models.people import User, UserSession
from app.models.tenants import Lookup, Tenant
from app.services import session_tokens
from app.services.session_tokens import KIND, digest_of

IDLE = timedelta(hours=8)
LIFE = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Until when somebody acts as a person who is switched off: what was asked for as them is not done as the admin."""


@dataclass(frozen=True, slots=True)
class Acting:
    """The admin behind somebody else's view of the portal, until when, and for which company that one works."""

    admin_id: UUID
    admin_name: str
    until: datetime
    company: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever sits at the browser, and the tenant they are in.

    ``acting`` is set while an admin looks at the portal as this person. ``must_enrol``: the operator asks for a
    second factor that they do not have yet.
    """

    session_id: UUID
    user_id: UUID
    tenant_id: UUID
    role: Role
    owner_id: UUID | None
    name: str
    email: str
    tenant_name: str
    currency: str
    zone: str
    seen_at: datetime
    must_enrol: bool = False
    acting: Acting | None = None

    def actor(self, request_id: str) -> Actor:
        """The same person as the first argument of use cases; an admin who acts as them stays who they are."""
        if self.acting is None:
            return Actor(self.tenant_id, self.role, self.user_id, self.owner_id, request_id=request_id)
        return Actor(
            self.tenant_id, self.role, self.acting.admin_id, self.owner_id, request_id=request_id,
            acting_as=self.user_id,
        )  # fmt: skip


def begin(tenant_id: UUID, user_id: UUID, *, ip: str, user_agent: str, now: datetime) -> str:
    """A new session; the token is handed out this once. Lookups of the person's dead sessions are swept."""
    token = secrets.token_urlsafe(32)
    session_id = new_id(now, kit().rng)
    digest = digest_of(token)
    _sweep(tenant_id, user_id, now)
    db.session.add(
        UserSession(
            tenant_id=tenant_id, id=session_id, user_id=user_id, digest=digest, created_at=now, seen_at=now,
            expires_at=now + LIFE, user_agent=user_agent[:200], ip=ip,
        )
    )  # fmt: skip
    db.session.add(Lookup(kind=KIND, digest=digest, tenant_id=tenant_id, subject_id=session_id))
    db.session.flush()
    return token


def visitor(token: str, now: datetime) -> Visitor | None:
    """Who holds the token, if it still opens anything; makes their tenant the tenant of this context."""
    place = session_tokens.find(digest_of(token))
    if place is None:
        return None
    tenant_id, session_id = place
    enter_tenant(tenant_id)
    mine = (UserSession.tenant_id == tenant_id, UserSession.id == session_id, UserSession.digest == digest_of(token))
    row = db.session.execute(_WHO.where(*mine)).first()
    if row is None or not _is_open(row, now):
        enter_tenant(None)
        return None
    role = Role(row.role)
    must_enrol = row.totp_confirmed_at is None and is_required(row.choices.get("require_second_factor"), role)
    found = Visitor(
        session_id, row.user_id, tenant_id, role, row.owner_id, row.name, row.email, row.tenant_name,
        row.currency, row.zone, row.seen_at, must_enrol,
    )  # fmt: skip
    return found if row.acting_as is None else _in_place_of(found, row.acting_as, row.acting_until)


def _in_place_of(admin: Visitor, user_id: UUID, until: datetime) -> Visitor:
    """The admin as the person they act as; where that one may no longer sign in, acting is over."""
    row = db.session.execute(_ACTED.where(User.tenant_id == admin.tenant_id, User.id == user_id)).first()
    if row is None or row.status != "active" or admin.role not in STAFF or Role(row.role) in STAFF:
        over = Acting(admin.user_id, admin.name, LONG_AGO, "")
        return replace(admin, user_id=user_id, name=row.name if row else "somebody", acting=over)
    acting = Acting(admin.user_id, admin.name, until, row.company or "")
    return replace(
        admin, user_id=user_id, role=Role(row.role), owner_id=row.owner_id, name=row.name, email=row.email,
        acting=acting,
    )  # fmt: skip


def is_stale(visitor: Visitor, now: datetime) -> bool:
    """Whether ``seen_at`` should be written again; once a minute is exact enough for the idle limit."""
    return now - visitor.seen_at >= TOUCH_EVERY


def touch(visitor: Visitor, now: datetime) -> None:
    """Write down that the person is still there."""
    db.session.execute(
        update(UserSession)
        .where(UserSession.tenant_id == visitor.tenant_id, UserSession.id == visitor.session_id)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def renew(visitor: Visitor, **values: Any) -> str:
    """A new token for the same session, with these columns set; the old one opens nothing from now on."""
    token = secrets.token_urlsafe(32)
    mine = (UserSession.tenant_id == visitor.tenant_id) & (UserSession.id == visitor.session_id)
    quietly = {"synchronize_session": False}
    old = select(UserSession.digest).where(mine)
    db.session.execute(delete(Lookup).where(Lookup.kind == KIND, Lookup.digest.in_(old)).execution_options(**quietly))
    digest = digest_of(token)
    db.session.execute(update(UserSession).where(mine).values(digest=digest, **values).execution_options(**quietly))
    db.session.add(Lookup(kind=KIND, digest=digest, tenant_id=visitor.tenant_id, subject_id=visitor.session_id))
    db.session.flush()
    return token


def end(actor: Actor, session_id: UUID, now: datetime) -> bool:
    """End one session of the actor's own; False when there is none such."""
    enter_tenant(actor.tenant_id)
    return _revoke(actor.tenant_id, actor.principal_id, now, only=session_id) == 1


def end_all(actor: Actor, user_id: UUID, *, but: UUID | None = None, now: datetime) -> int:
    """End every session of a user, except perhaps the one they are using; how many ended."""
    return _revoke(actor.tenant_id, user_id, now, but=but)


def _revoke(tenant_id: UUID, user_id: UUID, now: datetime, *, only: UUID | None = None, but: UUID | None = None) -> int:
    statement = update(UserSession).where(
        UserSession.tenant_id == tenant_id, UserSession.user_id == user_id, UserSession.revoked_at.is_(None)
    )
    if only is not None:
        statement = statement.where(UserSession.id == only)
    if but is not None:
        statement = statement.where(UserSession.id != but)
    ended = statement.values(revoked_at=now).returning(UserSession.digest)
    digests = list(db.session.scalars(ended.execution_options(synchronize_session=False)))
    db.session.execute(delete(Lookup).where(Lookup.kind == KIND, Lookup.digest.in_(digests)))
    return len(digests)


def _sweep(tenant_id: UUID, user_id: UUID, now: datetime) -> None:
    dead = select(UserSession.digest).where(
        UserSession.tenant_id == tenant_id, UserSession.user_id == user_id, UserSession.expires_at <= now
    )
    db.session.execute(
        delete(Lookup).where(Lookup.kind == KIND, Lookup.digest.in_(dead)).execution_options(synchronize_session=False)
    )


_WHO = (
    select(
        UserSession.user_id, UserSession.seen_at, UserSession.expires_at, UserSession.revoked_at,
        UserSession.acting_as, UserSession.acting_until, User.role, User.owner_id, User.name, User.email,
        User.status.label("user_status"), User.totp_confirmed_at, Tenant.name.label("tenant_name"), Tenant.currency,
        Tenant.zone, Tenant.choices, Tenant.status.label("tenant_status"),
    )
    .join(User, (User.tenant_id == UserSession.tenant_id) & (User.id == UserSession.user_id))
    .join(Tenant, Tenant.id == UserSession.tenant_id)
)  # fmt: skip

_ACTED = (
    select(
        User.role, User.owner_id, User.name, User.email, User.status,
        func.coalesce(Buyer.name, Publisher.name).label("company"),
    )
    .outerjoin(Buyer, (Buyer.tenant_id == User.tenant_id) & (Buyer.id == User.owner_id))
    .outerjoin(Publisher, (Publisher.tenant_id == User.tenant_id) & (Publisher.id == User.owner_id))
)  # fmt: skip


def _is_open(row: Row[*tuple[Any, ...]], now: datetime) -> bool:
    """Not revoked, inside both limits, and neither person nor tenant switched off."""
    in_time = now < row.expires_at and now - row.seen_at < IDLE
    switched_on = row.user_status == "active" and row.tenant_status == "active"
    return row.revoked_at is None and in_time and switched_on
