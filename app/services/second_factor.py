"""A person's second factor: set up, switched off, its recovery codes, and undone by an admin for who lost theirs.

Whether a code counts is decided in ``services.factor_codes``. Nobody does any of this in another's place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from app.adapters import one_time_codes
from app.db import db
from app.domain.actor import Actor, Role
from app.domain.second_factor import grouped, read
from app.models.people import User
from app.models.tenants import Tenant
from app.services import audit, factor_codes, letters, mails, proof, sessions, throttle
from app.services.changes import NoSuchThing, NotAllowed, Refused, in_person
from app.transaction import transaction

PATIENCE = timedelta(minutes=15)
"""How long a secret that was shown may wait for its first code."""


class WrongCode(ValueError):
    """Not a code that counts now: mistyped, too old, or used before."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody has: since when, and how many recovery codes are left."""

    since: datetime | None
    codes_left: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A secret that waits for its first code; ``address`` is what the QR picture says."""

    secret: str
    address: str


def standing(actor: Actor) -> Standing:
    """The actor's own second factor."""
    user = _own(actor)
    return Standing(user.totp_confirmed_at, len(user.recovery_digests) if user.totp_confirmed_at else 0)


def begin(actor: Actor, password: str, *, now: datetime) -> None:
    """Make a secret, to be shown until its first code is typed; commits. Raises WrongPassword, SlowDown, Refused."""
    proof.password(actor, password, now=now)
    with transaction():
        user = _own(actor)
        if user.totp_confirmed_at is not None:
            raise Refused("Your second factor is on already.")
        sealed = factor_codes.sealed(user, one_time_codes.fresh_secret(), now)
        _while_off(user, totp_sealed=sealed)  # one that another tab has just switched on stays as it is


def waiting(actor: Actor, now: datetime) -> Waiting | None:
    """The secret that waits for its first code; None when there is none, or it has waited too long."""
    user = _own(actor)
    found = factor_codes.opened(user)
    if found is None or user.totp_confirmed_at is not None:
        return None
    secret, made_at = found
    if now - made_at > PATIENCE:
        return None
    issuer = db.session.scalars(select(Tenant.name).where(Tenant.id == actor.tenant_id)).one()
    return Waiting(secret, one_time_codes.address(secret, user.email, issuer))


def confirm(actor: Actor, code: str, *, keep: UUID | None = None, now: datetime) -> tuple[str, ...]:
    """Switch it on with the first code; answers the recovery codes, this once. Raises WrongCode.

    Every other session ends: one that was opened without the second factor must not outlive it (ADR 8).
    """
    in_person(actor)
    found, user = waiting(actor, now), _own(actor)
    step = one_time_codes.step_of(found.secret, read(code).digits, now) if found else None
    if step is None:
        raise WrongCode
    codes = factor_codes.fresh()
    kept = [factor_codes.digest(one) for one in codes]
    switched = _while_off(
        user, User.totp_sealed == user.totp_sealed, totp_confirmed_at=now, totp_last_step=step, recovery_digests=kept
    )
    if not switched:  # two tabs: the other one has the recovery codes
        raise WrongCode
    sessions.end_all(actor, user.id, but=keep, now=now)
    _tell(actor, user, "second_factor_on", now)
    return tuple(grouped(one) for one in codes)


def switch_off(actor: Actor, password: str, code: str, *, now: datetime) -> None:
    """Leave the password alone to guard the account. Raises WrongPassword, WrongCode, SlowDown; commits."""
    _prove(actor, password, code, now)
    with transaction():
        user = _own(actor)
        _wipe(user)
        _tell(actor, user, "second_factor_off", now)


def fresh_codes(actor: Actor, password: str, code: str, *, now: datetime) -> tuple[str, ...]:
    """New recovery codes; the old ones end. Raises WrongPassword, WrongCode, SlowDown; commits."""
    _prove(actor, password, code, now)
    codes = factor_codes.fresh()
    with transaction():
        user = _own(actor)
        user.recovery_digests = [factor_codes.digest(one) for one in codes]
        audit.record(actor, "user.recovery_codes_made", ("user", user.id), now=now)
    return tuple(grouped(one) for one in codes)


def reset(actor: Actor, user_id: UUID, *, now: datetime) -> None:
    """Staff take away the second factor of somebody who lost it; every session of theirs ends, and they are told.

    Raises NotAllowed, NoSuchThing, Refused.
    """
    if not actor.is_admin:
        raise NoSuchThing(str(user_id))
    if user_id == actor.principal_id:
        raise Refused("Your own is switched off on your account page, with a code.")
    user = db.session.scalars(
        select(User).where(User.tenant_id == actor.tenant_id, User.id == user_id).with_for_update()
    ).one_or_none()
    if user is None:
        raise NoSuchThing(str(user_id))
    if user.role == Role.SUPERADMIN and actor.role is not Role.SUPERADMIN:
        raise NotAllowed
    if user.totp_confirmed_at is None:
        raise Refused("They have no second factor.")
    _wipe(user)
    sessions.end_all(actor, user.id, now=now)
    _tell(actor, user, "second_factor_reset", now)


def _prove(actor: Actor, password: str, code: str, now: datetime) -> None:
    proof.password(actor, password, now=now)
    gate = proof.gate("code", actor.principal_id)
    proof.take(gate, now=now)
    with transaction():
        if factor_codes.check(actor.tenant_id, actor.principal_id, code, now=now) is None:
            raise WrongCode
        throttle.forget(gate)


def _while_off(user: User, *guards: ColumnElement[bool], **values: Any) -> bool:
    """Set these columns of somebody who has no second factor; False when they have one by now."""
    changed = db.session.scalars(
        update(User)
        .where(User.tenant_id == user.tenant_id, User.id == user.id, User.totp_confirmed_at.is_(None), *guards)
        .values(**values)
        .returning(User.id)
        .execution_options(synchronize_session=False)
    ).first()
    return changed is not None


def _wipe(user: User) -> None:
    user.totp_sealed, user.totp_confirmed_at, user.totp_last_step, user.recovery_digests = None, None, None, []
    db.session.flush()


def _tell(actor: Actor, user: User, kind: str, now: datetime) -> None:
    """Audit, and the mail that the person gets whoever did it."""
    tenant = db.session.scalars(select(Tenant.name).where(Tenant.id == actor.tenant_id)).one()
    words = {"name": user.name, "tenant": tenant}
    mails.owe(
        actor.tenant_id, kind, to=user.email, now=now,
        subject=letters.filled(letters.SUBJECTS[kind], **words), body=letters.filled(letters.FACTORS[kind], **words),
    )  # fmt: skip
    audit.record(actor, f"user.{kind}", ("user", user.id), now=now)


def _own(actor: Actor) -> User:
    return factor_codes.load(actor.tenant_id, actor.principal_id)
