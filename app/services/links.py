"""One-time links: 256 random bits in a mail, of which only the SHA-256 is stored.

Looking at a link changes nothing, for mail scanners open whatever they find. Using one is a conditional UPDATE:
of two uses at once one wins. A new link of a purpose ends the older ones of the same person.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import delete, func, select, update

from app.db import db, enter_tenant
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.people import OneTimeLink, User
from app.models.tenants import Lookup, Tenant

KIND = "link"  # kind of lookup row
LONGEST_TOKEN = 64
REMEMBERED = timedelta(days=30)
"""How long an ended link is told from an unknown one."""

MOST_FORGOTTEN = 500


class Purpose(StrEnum):
    """What a link does: a publisher's first, which also shows the API key; a colleague's first; a new password."""

    WELCOME = "welcome"
    INVITATION = "invitation"
    RESET = "reset"


LIVES: Mapping[Purpose, timedelta] = MappingProxyType({
    Purpose.WELCOME: timedelta(days=7),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.RESET: timedelta(hours=1),
})  # fmt: skip


class Gone(Exception):
    """The link opens nothing; ``why`` is unknown, used or expired."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Link:
    """A link that still opens something, and whose it is."""

    id: UUID
    tenant_id: UUID
    tenant_name: str
    user_id: UUID
    email: str
    purpose: Purpose


def make(tenant_id: UUID, user_id: UUID, purpose: Purpose, *, now: datetime) -> str:
    """The token of a new link, to be put into a mail of the same transaction and nowhere else."""
    token = secrets.token_urlsafe(32)
    link_id, digest = new_id(now, kit().rng), _digest(token)
    _end_others(tenant_id, user_id, purpose, now)
    db.session.add(
        OneTimeLink(
            tenant_id=tenant_id, id=link_id, user_id=user_id, purpose=purpose.value, digest=digest, created_at=now,
            expires_at=now + LIVES[purpose],
        )
    )  # fmt: skip
    db.session.add(Lookup(kind=KIND, digest=digest, tenant_id=tenant_id, subject_id=link_id))
    db.session.flush()
    return token


def look(token: str, now: datetime) -> Link:
    """What a token opens; makes its tenant the tenant of this context. Raises Gone."""
    found = db.session.execute(
        select(Lookup.tenant_id, Lookup.subject_id).where(Lookup.kind == KIND, Lookup.digest == _digest(token))
    ).first()
    if found is None or len(token) > LONGEST_TOKEN:
        raise Gone("unknown")
    enter_tenant(found.tenant_id)
    row = db.session.execute(
        select(OneTimeLink, User.email, User.status, Tenant.name, Tenant.status.label("tenant_status"))
        .join(User, (User.tenant_id == OneTimeLink.tenant_id) & (User.id == OneTimeLink.user_id))
        .join(Tenant, Tenant.id == OneTimeLink.tenant_id)
        .where(OneTimeLink.tenant_id == found.tenant_id, OneTimeLink.id == found.subject_id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None or row.status == "disabled" or row.tenant_status != "active":
        raise Gone("unknown")
    link: OneTimeLink = row[0]
    if link.used_at is not None:
        raise Gone("used")
    if link.expires_at <= now:
        raise Gone("expired")
    return Link(link.id, link.tenant_id, row.name, link.user_id, row.email, Purpose(link.purpose))


def use(link: Link, now: datetime) -> None:
    """Use it up in the current transaction. Raises Gone for whoever comes second."""
    used = db.session.scalars(
        update(OneTimeLink)
        .where(
            OneTimeLink.tenant_id == link.tenant_id,
            OneTimeLink.id == link.id,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeLink.id)
        .execution_options(synchronize_session=False)
    ).first()
    if used is None:
        raise Gone("used")


def last_purpose(tenant_id: UUID, user_id: UUID) -> Purpose:
    """What the newest link of somebody who never set a password was for; an invitation when there was none."""
    found = db.session.scalar(
        select(OneTimeLink.purpose)
        .where(
            OneTimeLink.tenant_id == tenant_id,
            OneTimeLink.user_id == user_id,
            OneTimeLink.purpose != Purpose.RESET.value,
        )
        .order_by(OneTimeLink.created_at.desc())
        .limit(1)
    )
    return Purpose(found) if found else Purpose.INVITATION


def forget_old(tenant_id: UUID, now: datetime) -> int:
    """Delete reset links that ended long ago, with their lookups; how many. First links stay: they tell who came."""
    old = (
        (OneTimeLink.tenant_id == tenant_id)
        & (OneTimeLink.purpose == Purpose.RESET.value)
        & (OneTimeLink.expires_at < now - REMEMBERED)
    )
    digests = list(db.session.scalars(select(OneTimeLink.digest).where(old).limit(MOST_FORGOTTEN)))
    if digests:
        quietly = {"synchronize_session": False}
        db.session.execute(delete(OneTimeLink).where(old, OneTimeLink.digest.in_(digests)).execution_options(**quietly))
        db.session.execute(
            delete(Lookup).where(Lookup.kind == KIND, Lookup.digest.in_(digests)).execution_options(**quietly)
        )
    return len(digests)


def ever_came(tenant_id: UUID, user_id: UUID) -> bool:
    """Whether somebody has a password of their own: they used a link, or never needed one."""
    first = (
        (OneTimeLink.tenant_id == tenant_id)
        & (OneTimeLink.user_id == user_id)
        & (OneTimeLink.purpose != Purpose.RESET.value)
    )
    counts = select(func.count().label("made"), func.count(OneTimeLink.used_at).label("used")).where(first)
    found = db.session.execute(counts).one()
    return bool(found.used > 0 or found.made == 0)


def _end_others(tenant_id: UUID, user_id: UUID, purpose: Purpose, now: datetime) -> None:
    """They run out; ``used_at`` stays empty, for they were not used."""
    db.session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.tenant_id == tenant_id,
            OneTimeLink.user_id == user_id,
            OneTimeLink.purpose == purpose.value,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
