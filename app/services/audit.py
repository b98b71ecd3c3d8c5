"""The audit log: who did what to which thing. Rows are added and never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from app.db import db
from app.domain.actor import Actor
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.people import AuditEntry


def record(
    actor: Actor,
    action: str,
    subject: tuple[str, UUID | None],
    *,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down ``action`` ("lead.revealed") on ``subject`` ("lead", id), in the current transaction.

    ``before`` and ``after`` hold ids and settings, never a person's data and never a secret.
    """
    kind, subject_id = subject
    db.session.add(
        AuditEntry(
            tenant_id=actor.tenant_id,
            id=new_id(now, kit().rng),
            actor_kind=actor.kind,
            actor_id=actor.principal_id,
            acting_as=actor.acting_as,
            action=action,
            subject_kind=kind,
            subject_id=subject_id,
            before=before,
            after=after,
            request_id=actor.request_id,
            at=now,
        )
    )
    db.session.flush()
