"""Proving that it is still you: the password once more, before something that a stolen session must not do.

Guesses are counted for the account, in the database. Commits between stages, because hashing takes tens of
milliseconds and nobody else's write may wait for it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.models.people import User
from app.services import passwords, throttle
from app.services.changes import in_person
from app.transaction import read_only, transaction

FREE = 5
"""Wrong guesses of one account before further ones must wait."""


class WrongPassword(ValueError):
    """Not the password that is stored."""


@dataclass
class SlowDown(Exception):
    """Too many failures; try again after ``wait``."""

    wait: timedelta


def password(actor: Actor, given: str, *, now: datetime) -> None:
    """Return when ``given`` is the actor's own password. Raises NotInPerson, WrongPassword, SlowDown."""
    in_person(actor)
    take(gate("password", actor.principal_id), now=now)
    with read_only():
        stored = db.session.scalars(
            select(User.password_hash).where(User.tenant_id == actor.tenant_id, User.id == actor.principal_id)
        ).one()
    if not passwords.matches(stored, given):
        raise WrongPassword
    with transaction():
        throttle.forget(gate("password", actor.principal_id))


def take(*gates: throttle.Gate, now: datetime) -> None:
    """Count a try at every gate, whatever becomes of it. Raises SlowDown."""
    with transaction():
        wait = throttle.take(gates, now)
    if wait is not None:
        raise SlowDown(wait)


def gate(what: str, user_id: UUID) -> throttle.Gate:
    """Where wrong guesses at one account's password, or code, are counted."""
    return throttle.Gate(hashlib.sha256(f"{what}:{user_id}".encode()).hexdigest(), FREE)
