"""From a secret to an Actor: API keys.

Only digests are stored. The lookup finds the tenant before anything else is known; from then on the
transaction is fenced to that tenant.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from app.clock import tick
from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.parties import ApiKey
from app.models.tenants import Lookup
from app.services import book as books
from app.services.book_facts import Book, KeyFacts, PublisherFacts, TenantFacts

LOOKED_AT_TWICE = frozenset({"ingest"})
"""Kinds of keys whose every lead asks ``still_good`` in the transaction that stores it."""

TOUCH_EVERY = 60.0
"""Seconds between two notes of a key's last use, a process: exact use is not worth a write a lead."""


class Refused(Exception):
    """The key opens nothing; ``code`` is missing, unknown or revoked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Access:
    """A good key and whom it speaks for."""

    actor: Actor
    key: KeyFacts
    book: Book

    @property
    def tenant(self) -> TenantFacts:
        """The tenant that the key belongs to."""
        return self.book.tenant

    @property
    def publisher(self) -> PublisherFacts | None:
        """The publisher that the key speaks for, if it speaks for one."""
        return self.book.publishers.get(self.actor.owner_id) if self.actor.owner_id else None


_FOUND: dict[str, tuple[UUID, UUID]] = {}
_TOUCHED: dict[UUID, float] = {}


def digest_of(secret: str) -> str:
    """SHA-256 in hex. Keys hold 256 random bits: a slow hash would only add load."""
    return hashlib.sha256(secret.encode()).hexdigest()


def by_key(kind: str, secret: str | None, now: datetime) -> Access:
    """Open with a key of that kind, or raise Refused; makes its tenant the tenant of this context.

    Nobody is refused from memory: what a book of the last second does not grant, the current one is
    asked for, so that a key made or a publisher resumed in another process counts at once. Nor is
    anybody let in from memory, but where the key is looked at again before anything is stored.
    """
    if not secret:
        raise Refused("missing")
    tenant_id, key_id = _find(digest_of(secret))
    enter_tenant(tenant_id)
    try:
        access = _open(books.recent(tenant_id), key_id, kind, now) if kind in LOOKED_AT_TWICE else None
    except Refused:
        access = None
    if access is None or _paused(access):
        access = _open(books.current(tenant_id), key_id, kind, now)
    return access


def still_good(access: Access, book: Book, now: datetime) -> Access:
    """The same access under a newer book; raises Refused when the key was revoked meanwhile."""
    if book is access.book:
        return access
    return _open(book, access.key.id, access.key.kind, now, access.actor.request_id)


def is_use_noted(access: Access) -> bool:
    """Whether this process wrote down within the last minute that the key is used."""
    return tick() - _TOUCHED.get(access.key.id, -TOUCH_EVERY) < TOUCH_EVERY


def note_use(access: Access, now: datetime) -> None:
    """Write down that the key was used, at most once a minute a process; in the current transaction."""
    if is_use_noted(access):
        return
    _TOUCHED[access.key.id] = tick()
    db.session.execute(
        update(ApiKey)
        .where(ApiKey.tenant_id == access.tenant.id, ApiKey.id == access.key.id)
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )


def _find(digest: str) -> tuple[UUID, UUID]:
    """Tenant and key of a digest. Rows are never changed, so a hit may be remembered."""
    found = _FOUND.get(digest)
    if found is None:
        row = db.session.execute(
            select(Lookup.tenant_id, Lookup.subject_id).where(Lookup.kind == "api_key", Lookup.digest == digest)
        ).first()
        if row is None:
            raise Refused("unknown")
        found = _FOUND[digest] = (row.tenant_id, row.subject_id)
    return found


def _paused(access: Access) -> bool:
    return access.publisher is not None and access.publisher.status != "active"


def _open(book: Book, key_id: UUID, kind: str, now: datetime, request_id: str = "") -> Access:
    key = book.keys.get(key_id)
    if key is None or key.kind != kind or book.tenant.status != "active":
        raise Refused("unknown")
    if not key.works_at(now):
        raise Refused("revoked")
    actor = Actor(
        tenant_id=book.tenant.id,
        role=Role(key.role),
        principal_id=key.id,
        owner_id=key.owner_id,
        kind="api_key",
        scopes=key.scopes,
        request_id=request_id,
    )
    return Access(actor, key, book)


def forget() -> None:
    """Drop what was remembered, for tests that empty the database."""
    _FOUND.clear()
    _TOUCHED.clear()
