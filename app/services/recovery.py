"""A new password for somebody who cannot sign in, set by whoever runs the machine. Every session of theirs ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.models.people import User
from app.services import audit, passwords, sessions, users
from app.services.changes import NoSuchThing, Refused, only_staff


def set_password(actor: Actor, email: str, new: str, *, now: datetime) -> bool:
    """Set it, unless it is that already; answers whether anything changed. Raises NoSuchThing, Refused."""
    only_staff(actor)
    user = db.session.scalars(
        select(User).where(User.tenant_id == actor.tenant_id, User.email == users.tidy(email))
    ).one_or_none()
    if user is None:
        raise NoSuchThing(email)
    if passwords.matches(user.password_hash, new):
        return False
    if fault := passwords.fault_of(new, user.email):
        raise Refused(fault)
    user.password_hash = passwords.hashed(new)
    sessions.end_all(actor, user.id, now=now)
    audit.record(actor, "user.password_reset", ("user", user.id), now=now)
    db.session.flush()
    return True
