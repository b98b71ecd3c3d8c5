"""API keys as their owners see them: by prefix and last use, never the secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from app.db import db
from app.domain.actor import Actor
from app.models.parties import ApiKey, Buyer, Publisher
from app.queries import scope


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key. ``owner`` is the name of the company that it speaks for."""

    id: UUID
    kind: str
    role: str
    name: str
    prefix: str
    last4: str
    owner: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def state(self, now: datetime) -> str:
        """``active``, ``ending`` (an overlap runs), ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is None:
            return "active"
        return "ending" if now < self.expires_at else "expired"


def listed(actor: Actor, owner_id: UUID | None = None) -> tuple[KeyRow, ...]:
    """The actor's keys, newest first; admins see every key of the tenant, or of one company."""
    statement = _rows(actor) if owner_id is None else _rows(actor).where(ApiKey.owner_id == owner_id)
    rows = db.session.execute(statement.order_by(ApiKey.created_at.desc(), ApiKey.id.desc()).limit(500))
    return tuple(_row(row) for row in rows)


def one(actor: Actor, key_id: UUID) -> KeyRow | None:
    """One key, if it is the actor's to see."""
    row = db.session.execute(_rows(actor).where(ApiKey.id == key_id)).first()
    return _row(row) if row else None


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(ApiKey, Publisher.name.label("publisher"), Buyer.name.label("buyer"))
        .outerjoin(Publisher, (Publisher.tenant_id == ApiKey.tenant_id) & (Publisher.id == ApiKey.owner_id))
        .outerjoin(Buyer, (Buyer.tenant_id == ApiKey.tenant_id) & (Buyer.id == ApiKey.owner_id))
        .where(scope.owned(actor, ApiKey.tenant_id, ApiKey.owner_id))
    )


def _row(row: Row[*tuple[Any, ...]]) -> KeyRow:
    key: ApiKey = row[0]
    return KeyRow(
        key.id, key.kind, key.role, key.name, key.prefix, key.last4, row.publisher or row.buyer, key.created_at,
        key.expires_at, key.revoked_at, key.last_used_at,
    )  # fmt: skip
