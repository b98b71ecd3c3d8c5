"""API keys: made, rotated, revoked. A key is shown once, to whoever makes it; only its SHA-256 is kept.

Opening with a key is ``services.access``.
"""

from __future__ import annotations

import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.parties import ApiKey
from app.models.tenants import Lookup
from app.services import audit
from app.services import book as books
from app.services.access import digest_of
from app.services.changes import NoSuchThing, Refused, in_person, only_staff

LOOKUP = "api_key"
PREFIXES = {"ingest": "pk_live_", "router": "rk_live_", "buyer": "bk_live_", "intake": "wsk_"}
LONGEST_OVERLAP = timedelta(days=7)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BODY, _CHECK = 43, 6  # base62 digits for 256 bits, and for a CRC-32
_ROLES = {
    "ingest": {Role.PUBLISHER},
    "router": set(Role),
    "buyer": {Role.BUYER},
    "intake": {Role.ADMIN, Role.PUBLISHER},
}


@dataclass(frozen=True, slots=True)
class Made:
    """A new key; ``secret`` is shown now and never again."""

    id: UUID
    secret: str
    prefix: str
    last4: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a key shall be. ``owner_id``: the publisher, buyer or source it speaks for; None for admins."""

    kind: str
    role: Role
    owner_id: UUID | None
    name: str
    scopes: tuple[str, ...] = ()
    requests_per_minute: int | None = None


def create(actor: Actor, wish: Wish, *, now: datetime) -> Made:
    """Make a key. Only admins make keys for anybody; others rotate the one they were given.

    Raises NotAllowed for people who may not, Refused for a kind and role that do not fit.
    """
    in_person(actor)
    only_staff(actor)
    if wish.role not in _ROLES.get(wish.kind, set()) or _is_above(actor, wish.role):
        raise Refused(f"There is no {wish.kind} key for the role {wish.role}.")
    if wish.role in {Role.BUYER, Role.PUBLISHER} and wish.owner_id is None:
        raise Refused(f"A key of the role {wish.role} speaks for one {wish.role}.")
    made = _insert(actor.tenant_id, wish, now)
    audit.record(actor, "api_key.created", ("api_key", made.id), now=now, after={"kind": wish.kind, "role": wish.role})
    return made


def rotate(actor: Actor, key_id: UUID, *, overlap: timedelta = timedelta(0), now: datetime) -> Made:
    """A new key in the place of an old one, which ends now, or after the overlap.

    Raises NoSuchThing for somebody else's key, Refused for one that has ended and for a wrong overlap.
    """
    in_person(actor)
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Refused("The overlap is at least 0 and at most 7 days.")
    old = _mine(actor, key_id)
    if _ended(old, now):
        raise Refused("This key has been revoked; it cannot be rotated.")
    if overlap:
        ends = now + overlap
        old.expires_at = min(old.expires_at, ends) if old.expires_at else ends
    else:
        old.revoked_at = now
    made = _insert(actor.tenant_id, _same(old), now)
    audit.record(actor, "api_key.rotated", ("api_key", key_id), now=now, after={"new_id": str(made.id)})
    return made


def revoke(actor: Actor, key_id: UUID, *, now: datetime) -> None:
    """End a key at once, in every process; ending it again changes nothing. Raises NoSuchThing."""
    key = _mine(actor, key_id)
    if key.revoked_at is not None:
        return
    key.revoked_at = now
    db.session.flush()
    books.touch(actor.tenant_id)
    audit.record(actor, "api_key.revoked", ("api_key", key_id), now=now)


def has_form(secret: str, kind: str) -> bool:
    """Whether a text can be a key of that kind: its check characters tell a typing error from a wrong key."""
    prefix = PREFIXES[kind]
    body = secret.removeprefix(prefix)
    if not secret.startswith(prefix) or len(body) != _BODY + _CHECK:
        return False
    return _check(prefix + body[:_BODY]) == body[_BODY:]


def _insert(tenant_id: UUID, wish: Wish, now: datetime) -> Made:
    """The key's row and its lookup; every process hears of it through the book's version."""
    secret = _new_secret(PREFIXES[wish.kind])
    key_id = new_id(now, kit().rng)
    digest, prefix, last4 = digest_of(secret), PREFIXES[wish.kind], secret[-4:]
    db.session.add(
        ApiKey(
            tenant_id=tenant_id, id=key_id, kind=wish.kind, role=str(wish.role), owner_id=wish.owner_id,
            name=wish.name, prefix=prefix, last4=last4, digest=digest, scopes=list(wish.scopes),
            requests_per_minute=wish.requests_per_minute, created_at=now,
        )
    )  # fmt: skip
    db.session.add(Lookup(kind=LOOKUP, digest=digest, tenant_id=tenant_id, subject_id=key_id))
    db.session.flush()
    books.touch(tenant_id)
    return Made(key_id, secret, prefix, last4)


def _same(old: ApiKey) -> Wish:
    return Wish(old.kind, Role(old.role), old.owner_id, old.name, tuple(old.scopes), old.requests_per_minute)


def _mine(actor: Actor, key_id: UUID) -> ApiKey:
    """The key, locked, if the actor may touch it."""
    key = db.session.scalars(
        select(ApiKey).where(ApiKey.tenant_id == actor.tenant_id, ApiKey.id == key_id).with_for_update()
    ).one_or_none()
    if key is None or not actor.may_see(key.owner_id) or _is_above(actor, Role(key.role)):
        raise NoSuchThing(str(key_id))
    return key


def _is_above(actor: Actor, role: Role) -> bool:
    """Whether a key of that role would let the actor do more than it may: an admin holds no superadmin's key."""
    return role is Role.SUPERADMIN and actor.role not in {Role.SUPERADMIN, Role.SYSTEM}


def _ended(key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now)


def _new_secret(prefix: str) -> str:
    """Prefix, 256 random bits, check characters. The system's own source of chance, never a seeded one."""
    head = prefix + _base62(int.from_bytes(secrets.token_bytes(32)), _BODY)
    return head + _check(head)


def _check(head: str) -> str:
    return _base62(zlib.crc32(head.encode()), _CHECK)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[rest])
    return "".join(reversed(digits))
