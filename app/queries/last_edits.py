"""Who changed a thing of the catalogue last."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.models.people import AuditEntry, User
from app.queries.contract_changes import LastEdit


def of(actor: Actor, kind: str, subject_id: UUID) -> LastEdit | None:
    """Who put it into its present form; None for what never changed."""
    row = db.session.execute(
        select(User.name, AuditEntry.at)
        .outerjoin(User, (User.tenant_id == AuditEntry.tenant_id) & (User.id == AuditEntry.actor_id))
        .where(AuditEntry.tenant_id == actor.tenant_id, AuditEntry.subject_id == subject_id)
        .where(AuditEntry.action == f"{kind}.changed")
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(1)
    ).first()
    return LastEdit(row.name, row.at) if row else None
