"""Applications as admins read them: the queue, and one with what there is to know about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import false, func, select, tuple_

from app.db import db
from app.domain.actor import Actor
from app.models.applications import Application
from app.models.people import User
from app.queries import scope
from app.queries.page import Cursor, Page, after, cut

OPEN = "open"
STATES = {"new": ("new",), "asked": ("asked",), "approved": ("approved",), "rejected": ("rejected",)}
_GROUPS = {OPEN: ("new", "asked"), **STATES, "all": tuple(STATES)}


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One application. ``checks``: [{name, passed, sentence}]; ``decided_by``: the admin's name."""

    id: UUID
    company: str
    website: str
    contact_name: str
    email: str
    phone: str
    country: str
    verticals: tuple[str, ...]
    monthly_leads: int
    traffic: str
    checks: tuple[dict[str, Any], ...]
    status: str
    message: str
    publisher_id: UUID | None
    decided_by: str | None
    decided_at: datetime | None
    ip: str
    created_at: datetime
    version: int

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.status in _GROUPS[OPEN]

    @property
    def failed(self) -> tuple[dict[str, Any], ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check["passed"])


def listed(actor: Actor, group: str, text: str, cursor: Cursor | None, limit: int) -> Page[ApplicationRow]:
    """What waits, the longest waiting first; what is decided, newest first. Nothing to anybody but staff.

    ``text``: part of a company's name or of an e-mail address; empty for all.
    """
    states = _GROUPS[group]
    mine = _mine(actor) & Application.status.in_(states)
    if text:
        mine &= Application.company.icontains(text, autoescape=True) | Application.email.icontains(
            text, autoescape=True
        )
    at, row_id = Application.created_at, Application.id
    if group in {OPEN, "new", "asked"}:
        types = (at.type, row_id.type)
        later = (tuple_(at, row_id, types=types) > tuple_(cursor.at, cursor.id, types=types),) if cursor else ()
        chosen = _ROWS.where(mine, *later).order_by(at, row_id)
    else:
        chosen = _ROWS.where(mine, *after(cursor, at, row_id)).order_by(at.desc(), row_id.desc())
    rows = [_row(row[0], row.decider) for row in db.session.execute(chosen.limit(limit + 1))]
    return cut(rows, limit, lambda row: Cursor(row.created_at, row.id))


def counts(actor: Actor) -> dict[str, int]:
    """How many there are of each state."""
    rows = db.session.execute(select(Application.status, func.count()).where(_mine(actor)).group_by(Application.status))
    found = {status: number for status, number in rows}  # noqa: C416 - rows are no pairs to the type checker
    return {group: sum(found.get(state, 0) for state in states) for group, states in _GROUPS.items()}


def one(actor: Actor, application_id: UUID) -> ApplicationRow | None:
    """One application, if it is the actor's to see."""
    row = db.session.execute(_ROWS.where(_mine(actor), Application.id == application_id)).first()
    return _row(row[0], row.decider) if row else None


def next_open(actor: Actor, but: UUID) -> UUID | None:
    """The one that waits longest beside ``but``, to go on with."""
    found: UUID | None = db.session.scalar(
        select(Application.id)
        .where(_mine(actor), Application.status.in_(_GROUPS[OPEN]), Application.id != but)
        .order_by(Application.created_at, Application.id)
        .limit(1)
    )
    return found


def _mine(actor: Actor) -> Any:
    return Application.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()


_ROWS = select(Application, User.name.label("decider")).outerjoin(
    User, (User.tenant_id == Application.tenant_id) & (User.id == Application.decided_by)
)


def _row(row: Application, decider: str | None) -> ApplicationRow:
    return ApplicationRow(
        row.id, row.company, row.website, row.contact_name, row.email, row.phone, row.country, tuple(row.verticals),
        row.monthly_leads, row.traffic, tuple(row.checks), row.status, row.message, row.publisher_id, decider,
        row.decided_at, row.ip, row.created_at, row.version,
    )  # fmt: skip
