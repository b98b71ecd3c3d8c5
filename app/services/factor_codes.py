"""What counts as a second factor, and that it counts once.

A step of the app is used up by one guarded UPDATE, a recovery code by another: of two uses at once one wins. The
secret is stored sealed, recovery codes as SHA-256 (79 random bits each need no slow hash).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from app.adapters import one_time_codes
from app.db import db
from app.domain.second_factor import ALPHABET, CODES, LENGTH, read
from app.gateways.kit import kit
from app.gateways.secret_box import CannotOpen
from app.models.people import User


def check(tenant_id: UUID, user_id: UUID, code: str, *, now: datetime) -> str | None:
    """Use a code up in the current transaction: "code" or "recovery_code" says what it was, None that it was none."""
    user, typed = load(tenant_id, user_id), read(code)
    if user.totp_confirmed_at is None:
        return None
    if typed.digits:
        found = opened(user)
        step = one_time_codes.step_of(found[0], typed.digits, now) if found else None
        return "code" if step is not None and _step_taken(user, step) else None
    return "recovery_code" if typed.recovery and _recovery_taken(user, typed.recovery) else None


def load(tenant_id: UUID, user_id: UUID) -> User:
    """The person as they are stored now."""
    return db.session.scalars(
        select(User).where(User.tenant_id == tenant_id, User.id == user_id).execution_options(populate_existing=True)
    ).one()


def sealed(user: User, secret: str, now: datetime) -> bytes:
    """The app's secret and when it was made, for this person's row alone."""
    plain = json.dumps({"secret": secret, "at": now.isoformat()}).encode()
    return kit().secrets.seal(plain, *_place(user))


def opened(user: User) -> tuple[str, datetime] | None:
    """The secret and when it was made; None without one, and when its key is gone from the ring."""
    try:
        found = json.loads(kit().secrets.open(user.totp_sealed or b"", *_place(user)))
    except CannotOpen:
        return None
    return found["secret"], datetime.fromisoformat(found["at"])


def fresh() -> tuple[str, ...]:
    """Recovery codes, as they are typed."""
    return tuple("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(CODES))


def digest(code: str) -> str:
    """What is kept of a recovery code."""
    return hashlib.sha256(code.encode()).hexdigest()


def _step_taken(user: User, step: int) -> bool:
    """A step before the last one that counted is over too (RFC 6238, section 5.2)."""
    newer = or_(User.totp_last_step.is_(None), User.totp_last_step < step)
    return _changed(user, newer, totp_last_step=step)


def _recovery_taken(user: User, code: str) -> bool:
    """Only from the list as it was read; when another code was used meanwhile, the list is read again."""
    gone = digest(code)
    while gone in (known := list(load(user.tenant_id, user.id).recovery_digests)):
        left = [one for one in known if one != gone]
        if _changed(user, User.recovery_digests == known, recovery_digests=left):
            return True
    return False


def _changed(user: User, guard: ColumnElement[bool], **values: Any) -> bool:
    changed = db.session.scalars(
        update(User)
        .where(User.tenant_id == user.tenant_id, User.id == user.id, User.totp_confirmed_at.is_not(None), guard)
        .values(**values)
        .returning(User.id)
        .execution_options(synchronize_session=False)
    ).first()
    return changed is not None


def _place(user: User) -> tuple[str, ...]:
    return str(user.tenant_id), "users", "totp_sealed", str(user.id)
