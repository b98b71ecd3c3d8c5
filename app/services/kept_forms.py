"""Forms that were sent after their session had ended: sealed, for their author alone, for an hour.

Nothing here sends one again: the author sees what was typed and decides.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from app.db import db, enter_tenant
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.gateways.secret_box import CannotOpen
from app.models.people import KeptForm

LIFE = timedelta(hours=1)
MOST = 5
"""Of each author; an older one makes room."""

Fields = tuple[tuple[str, str], ...]


class Author(NamedTuple):
    """Whoever was signed in when the page with the form was drawn: known without a session."""

    tenant_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: where to, and every field in its order. ``had_files``: files came too, which are not kept."""

    action: str
    fields: Fields
    had_files: bool = False


def keep(author: Author, sent: Sent, *, now: datetime) -> UUID:
    """Seal what was sent; its id. Only its author's next session opens it."""
    enter_tenant(author.tenant_id)
    _make_room(author, now)
    kept_id = new_id(now, kit().rng)
    plain = json.dumps([sent.action, sent.fields, sent.had_files]).encode()
    db.session.add(
        KeptForm(
            tenant_id=author.tenant_id, id=kept_id, user_id=author.user_id, created_at=now, expires_at=now + LIFE,
            sealed=kit().secrets.seal(plain, *_place(author, kept_id)),
        )
    )  # fmt: skip
    db.session.flush()
    return kept_id


def read(author: Author, kept_id: UUID, *, now: datetime) -> Sent | None:
    """What its author sent, while it is kept; None to anybody else."""
    sealed = db.session.scalar(select(KeptForm.sealed).where(*_own(author, kept_id), KeptForm.expires_at > now))
    if sealed is None:
        return None
    try:
        action, fields, had_files = json.loads(kit().secrets.open(sealed, *_place(author, kept_id)))
    except CannotOpen:  # sealed with a key that is no longer in the ring
        return None
    return Sent(action, tuple((name, value) for name, value in fields), had_files)


def forget(author: Author, kept_id: UUID) -> None:
    """It was sent again, or is not wanted any more."""
    db.session.execute(delete(KeptForm).where(*_own(author, kept_id)).execution_options(synchronize_session=False))


def _make_room(author: Author, now: datetime) -> None:
    mine = (KeptForm.tenant_id == author.tenant_id, KeptForm.user_id == author.user_id)
    newest = select(KeptForm.id).where(*mine, KeptForm.expires_at > now).order_by(KeptForm.created_at.desc())
    staying: Sequence[UUID] = db.session.scalars(newest.limit(MOST - 1)).all()
    gone = delete(KeptForm).where(*mine, KeptForm.id.not_in(staying))
    db.session.execute(gone.execution_options(synchronize_session=False))


def _own(author: Author, kept_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (KeptForm.tenant_id == author.tenant_id, KeptForm.user_id == author.user_id, KeptForm.id == kept_id)


def _place(author: Author, kept_id: UUID) -> tuple[str, ...]:
    return ("kept_form", str(author.tenant_id), str(author.user_id), str(kept_id))
