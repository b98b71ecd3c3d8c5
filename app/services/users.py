"""People who sign in: adding them, and their passwords."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from app.db import db, enter_tenant
from app.domain.actor import EVERYBODY, Actor, Role
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.people import User
from app.models.tenants import Lookup
from app.services import audit, passwords, proof, sessions
from app.transaction import read_only, transaction

SIGN_IN_NAME = "user_email"  # kind of lookup row


class EmailTaken(ValueError):
    """Somebody signs in with this address already, here or in another tenant."""


class WeakPassword(ValueError):
    """The new password will not do; the message says why."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whoever an address belongs to; nothing is proved yet."""

    tenant_id: UUID
    user_id: UUID
    role: Role
    password_hash: str
    active: bool
    has_factor: bool = False


def add(
    actor: Actor, *, role: Role, email: str, name: str, password: str, owner_id: UUID | None = None, now: datetime
) -> UUID:
    """Somebody new in the actor's tenant; ``owner_id`` is their buyer or publisher.

    Raises EmailTaken, WeakPassword, and ValueError for a role without its owner.
    """
    if role not in EVERYBODY or (owner_id is None) == (role in {Role.BUYER, Role.PUBLISHER}):
        raise ValueError(f"a {role} needs the right owner")
    address = tidy(email)
    if fault := passwords.fault_of(password, address):
        raise WeakPassword(fault)
    if _lookup(address) is not None:
        raise EmailTaken(address)
    user_id = new_id(now, kit().rng)
    db.session.add(Lookup(kind=SIGN_IN_NAME, digest=digest_of(address), tenant_id=actor.tenant_id, subject_id=user_id))
    db.session.add(
        User(
            tenant_id=actor.tenant_id, id=user_id, role=role.value, email=address, name=name.strip(),
            password_hash=passwords.hashed(password), owner_id=owner_id, created_at=now,
        )
    )  # fmt: skip
    db.session.flush()
    audit.record(actor, "user.added", ("user", user_id), now=now, after={"role": role.value})
    return user_id


def by_email(email: str) -> Candidate | None:
    """Whoever signs in with that address; makes their tenant the tenant of this context."""
    found = _lookup(tidy(email))
    if found is None:
        return None
    tenant_id, user_id = found
    enter_tenant(tenant_id)
    try:
        return _candidate(_load(tenant_id, user_id))
    except NoResultFound:
        return None


def is_unchanged(candidate: Candidate) -> bool:
    """Whether everything is still as it was when the password was compared, and stays so until the transaction ends.

    Comparing takes a while: a session that begins after a new password, or a second factor, has ended them all must
    not rest on what stood before.
    """
    user = db.session.scalars(
        select(User)
        .where(User.tenant_id == candidate.tenant_id, User.id == candidate.user_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return user is not None and _candidate(user) == candidate


def change_password(actor: Actor, *, old: str, new: str, now: datetime) -> None:
    """Set the actor's own password and end every session of theirs; commits.

    Raises WrongPassword, WeakPassword, SlowDown.
    """
    proof.password(actor, old, now=now)
    with read_only():
        email = _load(actor.tenant_id, actor.principal_id).email
    if fault := passwords.fault_of(new, email):
        raise WeakPassword(fault)
    hashed = passwords.hashed(new)
    with transaction():
        user = _load(actor.tenant_id, actor.principal_id)
        user.password_hash = hashed
        sessions.end_all(actor, user.id, now=now)
        audit.record(actor, "user.password_changed", ("user", user.id), now=now)


def tidy(email: str) -> str:
    """A sign-in name as it is compared: no spaces around it, small letters."""
    return email.strip().lower()


def digest_of(email: str) -> str:
    """What the lookup table knows of a sign-in name."""
    return hashlib.sha256(tidy(email).encode()).hexdigest()


def _lookup(email: str) -> tuple[UUID, UUID] | None:
    row = db.session.execute(
        select(Lookup.tenant_id, Lookup.subject_id).where(
            Lookup.kind == SIGN_IN_NAME, Lookup.digest == digest_of(email)
        )
    ).first()
    return (row.tenant_id, row.subject_id) if row else None


def _candidate(user: User) -> Candidate:
    has_factor, is_active = user.totp_confirmed_at is not None, user.status == "active"
    return Candidate(user.tenant_id, user.id, Role(user.role), user.password_hash, is_active, has_factor)


def _load(tenant_id: UUID, user_id: UUID) -> User:
    return db.session.execute(select(User).where(User.tenant_id == tenant_id, User.id == user_id)).scalar_one()
