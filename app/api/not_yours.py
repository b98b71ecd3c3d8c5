"""What is another's, by API: 404 as for what is not there, and that it was asked for is in the audit log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.domain.actor import Actor
from app.services import audit
from app.transaction import transaction


class NotYours(Exception):
    """Somebody asked for what is another's, or for what is not there: they are told the same."""

    def __init__(self, kind: str, subject_id: UUID | None) -> None:
        super().__init__(kind)
        self.subject = (kind, subject_id)


def write_down(actor: Actor, refusal: NotYours, asked: str, now: datetime) -> None:
    """Keep it as ``<kind>.not_theirs``; an admin who mistyped an id looked for nobody's secrets."""
    if actor.is_admin:
        return
    kind = refusal.subject[0]
    with transaction():
        audit.record(actor, f"{kind}.not_theirs", refusal.subject, now=now, after={"asked": asked})
