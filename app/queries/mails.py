"""The mail outbox as a list; the text of one is opened by ``services.mails``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, select

from app.db import db
from app.domain.actor import Actor
from app.models.people import Mail
from app.queries import scope
from app.queries.page import Cursor, Page, cut


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail without its text."""

    id: UUID
    kind: str
    to: str
    subject: str
    state: str
    attempt: int
    next_at: datetime
    sent_at: datetime | None
    error: str | None
    created_at: datetime


def listed(actor: Actor, state: str, cursor: Cursor | None, limit: int) -> Page[MailRow]:
    """The tenant's mail, newest first; nothing to anybody but staff. Ids are in the order of writing."""
    mine = Mail.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()
    chosen: Select[*tuple[Any, ...]] = select(
        Mail.id, Mail.kind, Mail.to_email, Mail.subject, Mail.state, Mail.attempt, Mail.next_at, Mail.sent_at,
        Mail.error, Mail.created_at,
    ).where(mine)  # fmt: skip
    if cursor is not None:
        chosen = chosen.where(Mail.id < cursor.id)
    if state:
        chosen = chosen.where(Mail.state == state)
    chosen = chosen.order_by(Mail.id.desc()).limit(limit + 1)
    rows = [MailRow(*row) for row in db.session.execute(chosen)]
    return cut(rows, limit, lambda row: Cursor(row.created_at, row.id))
