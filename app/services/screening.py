"""Duplicates and suppression: has this person been sent before, and may they be sold at all.

A fingerprint is taken by one statement that overwrites only a row older than the window: of
simultaneous copies exactly one passes, whatever the isolation level, on both databases.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, select

from app.db import UtcDateTime, connection, db
from app.domain.dedupe import Claim
from app.models.leads import Fingerprint, Suppression
from app.models.upsert import Guarded


class Taken(Exception):
    """Somebody holds this person; ``lead_id`` is the first lead, which the caller may be told."""

    def __init__(self, claim: Claim, lead_id: UUID) -> None:
        super().__init__(claim.kind)
        self.claim = claim
        self.lead_id = lead_id


def claim(tenant_id: UUID, lead_id: UUID, claims: Sequence[Claim], window: timedelta, *, now: datetime) -> None:
    """Take every claim in the current transaction, or raise Taken; the caller then rolls back.

    The order is fixed (kind by kind, as the domain lists them): two leads that share both e-mail and
    phone meet at the first and never wait for each other in a ring.
    """
    rows = [
        {
            "tenant_id": tenant_id,
            "scope": one.scope,
            "kind": one.kind,
            "digest": one.digest,
            "lead_id": lead_id,
            "claimed_at": now,
            "stale": now - window,
        }
        for one in claims
    ]
    if _CLAIM.run(rows) != len(rows):
        raise Taken(*_holder(tenant_id, lead_id, claims))


_CLAIM = Guarded(
    Fingerprint,
    lambda insert: insert.values(
        {name: bindparam(name) for name in ("tenant_id", "scope", "kind", "digest", "lead_id", "claimed_at")}
    ).on_conflict_do_update(
        index_elements=["tenant_id", "scope", "kind", "digest"],
        set_={"lead_id": insert.excluded.lead_id, "claimed_at": insert.excluded.claimed_at},
        where=Fingerprint.claimed_at <= bindparam("stale", type_=UtcDateTime()),
    ),
)


def _holder(tenant_id: UUID, lead_id: UUID, claims: Sequence[Claim]) -> tuple[Claim, UUID]:
    """The first of these claims that another lead holds, and that lead."""
    found = _first(tenant_id, claims, Fingerprint.lead_id != lead_id)
    if found is not None:
        return found
    raise LookupError(str(lead_id))


def held(tenant_id: UUID, claims: Sequence[Claim], window: timedelta, *, now: datetime) -> tuple[Claim, UUID] | None:
    """The first of these claims that could not be taken now, and the lead that holds it; nothing is taken."""
    return _first(tenant_id, claims, Fingerprint.claimed_at > now - window)


def _first(tenant_id: UUID, claims: Sequence[Claim], stands: ColumnElement[bool]) -> tuple[Claim, UUID] | None:
    for one in claims:
        holder = db.session.scalar(
            select(Fingerprint.lead_id).where(
                Fingerprint.tenant_id == tenant_id,
                Fingerprint.scope == one.scope,
                Fingerprint.kind == one.kind,
                Fingerprint.digest == one.digest,
                stands,
            )
        )
        if holder is not None:
            return one, holder
    return None


def let_go(tenant_id: UUID, lead_id: UUID, claims: Sequence[Claim]) -> None:
    """Free what this lead holds: a refused or unsold lead is no reason to refuse the next."""
    if not claims:
        return
    connection().execute(
        delete(Fingerprint.__table__).where(  # type: ignore[arg-type]
            Fingerprint.tenant_id == tenant_id,
            Fingerprint.scope.in_({one.scope for one in claims}),
            Fingerprint.kind.in_({one.kind for one in claims}),
            Fingerprint.digest.in_({one.digest for one in claims}),
            Fingerprint.lead_id == lead_id,
        )
    )


def suppressed_on(tenant_id: UUID, hashes: Sequence[bytes]) -> frozenset[UUID]:
    """The lists on which this person stands."""
    if not hashes:
        return frozenset()
    found = connection().scalars(_SUPPRESSED, {"tenant": tenant_id, "digests": list(hashes)})
    return frozenset(found)


_SUPPRESSED = select(Suppression.list_id).where(
    Suppression.tenant_id == bindparam("tenant"), Suppression.digest.in_(bindparam("digests", expanding=True))
)
