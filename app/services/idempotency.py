"""First answers, kept for whoever asks again with the same Idempotency-Key.

The row of a key is written in the transaction of the work itself, so it exists exactly when the work
does; the answer is added when it is known. Of simultaneous requests with one key exactly one may insert the
row: the others wait at it on PostgreSQL, take turns on SQLite, and then find it there.

No lock runs out while the first is at work: a second run cannot start, however long the first takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from app.db import db
from app.domain.actor import Actor
from app.gateways.kit import kit
from app.models.idempotency import IdempotencyKey
from app.models.upsert import insert_into

KEPT_FOR = timedelta(hours=48)
"""At least 24 hours are promised; the rest covers clients that try again on the next day."""


class Taken(Exception):
    """Another request holds this key: it runs, or it has run."""


class PayloadDiffers(Exception):
    """The key was used with another payload."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One key of one principal on one route; ``fingerprint`` is a digest of the payload."""

    principal_id: UUID
    route: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """What the first left: ``status`` and ``body`` of its answer, or neither while there is none yet."""

    status: int | None
    body: bytes | None
    lead_id: UUID | None
    since: datetime

    @property
    def answered(self) -> bool:
        """Whether there is an answer to replay."""
        return self.status is not None and self.body is not None


def claim(tenant_id: UUID, claim: Claim, *, lead_id: UUID | None, now: datetime) -> None:
    """Take the key in the current transaction, or raise Taken; a key that ran out may be taken again."""
    session = db.session()
    fresh = {
        "fingerprint": claim.fingerprint,
        "lead_id": lead_id,
        "status": None,
        "body": None,
        "created_at": now,
        "expires_at": now + KEPT_FOR,
    }
    statement = insert_into(session, IdempotencyKey).values(**_name(tenant_id, claim), **fresh)
    statement = statement.on_conflict_do_update(
        index_elements=["tenant_id", "principal_id", "route", "key"],
        set_=fresh,
        where=IdempotencyKey.expires_at <= now,
    )
    if session.connection().execute(statement).rowcount != 1:
        raise Taken


def first_answer(actor: Actor, claim: Claim, now: datetime) -> Stored | None:
    """What is known of an earlier request with this key; raises PayloadDiffers when it was another one."""
    row = db.session.execute(
        select(
            IdempotencyKey.fingerprint,
            IdempotencyKey.status,
            IdempotencyKey.body,
            IdempotencyKey.lead_id,
            IdempotencyKey.created_at,
        )
        .filter_by(**_name(actor.tenant_id, claim))
        .where(IdempotencyKey.expires_at > now)
    ).first()
    if row is None:
        return None
    if row.fingerprint != claim.fingerprint:
        raise PayloadDiffers
    body = kit().secrets.open(row.body, *_place(actor.tenant_id, claim)) if row.body is not None else None
    return Stored(row.status, body, row.lead_id, row.created_at)


def keep(actor: Actor, claim: Claim, status: int, body: bytes, now: datetime) -> Stored:
    """Store the answer unless there is one; what comes back is the answer that counts.

    Bodies are sealed: some hold a secret that is shown once. ``now`` is the time of the answer.
    """
    sealed = kit().secrets.seal(body, *_place(actor.tenant_id, claim))
    db.session.connection().execute(
        update(IdempotencyKey.__table__)  # type: ignore[arg-type]
        .filter_by(**_name(actor.tenant_id, claim))
        .where(IdempotencyKey.status.is_(None))
        .values(status=status, body=sealed)
    )
    stored = first_answer(actor, claim, now)
    return stored if stored is not None and stored.answered else Stored(status, body, None, now)


def forget_expired(tenant_id: UUID, *, now: datetime) -> int:
    """Delete the keys that ran out; how many."""
    done = db.session.connection().execute(
        delete(IdempotencyKey.__table__).where(  # type: ignore[arg-type]
            IdempotencyKey.tenant_id == tenant_id, IdempotencyKey.expires_at <= now
        )
    )
    return int(done.rowcount)


def _name(tenant_id: UUID, claim: Claim) -> dict[str, object]:
    """The row's primary key."""
    return {"tenant_id": tenant_id, "principal_id": claim.principal_id, "route": claim.route, "key": claim.key}


def _place(tenant_id: UUID, claim: Claim) -> tuple[str, ...]:
    """What a sealed body is bound to."""
    return ("idempotency_keys", "body", str(tenant_id), str(claim.principal_id), claim.route, claim.key)
