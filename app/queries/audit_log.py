"""The audit log as admins read it: newest first, narrowed to a person, an action, a thing, a period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, select, union_all
from sqlalchemy.orm import aliased

from app.db import db
from app.domain.actor import Actor
from app.models.catalogue import Campaign, Offer, Source, Vertical
from app.models.contracts import Contract, DeliverySetup, ValueList
from app.models.leads import Lead, SuppressionList
from app.models.parties import ApiKey, Buyer, Publisher
from app.models.people import AuditEntry, User
from app.models.tenancy import TenantRow
from app.queries import scope
from app.queries.page import Cursor, Page, after, cut

NAMED: Mapping[str, tuple[type[TenantRow], Any]] = {
    "publisher": (Publisher, Publisher.name), "buyer": (Buyer, Buyer.name), "user": (User, User.name),
    "contract": (Contract, Contract.name), "api_key": (ApiKey, ApiKey.name), "source": (Source, Source.name),
    "campaign": (Campaign, Campaign.name), "offer": (Offer, Offer.name), "vertical": (Vertical, Vertical.name),
    "delivery_setup": (DeliverySetup, DeliverySetup.name), "lead": (Lead, Lead.short_id),
    "suppression_list": (SuppressionList, SuppressionList.name), "value_list": (ValueList, ValueList.name),
}  # fmt: skip
"""Kinds of things that have a name, and where it stands."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; empty fields mean "any". ``until`` is exclusive.

    ``who``: a user or API key, whether they acted themselves or somebody acted in their place.
    """

    who: UUID | None = None
    action: str = ""
    kind: str = ""
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry. ``acting_as``: the name of the person in whose place it was done.

    ``actor`` is None for our own workers and for people who are gone; ``subject`` for things without a name.
    """

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor: str | None
    acting_as: str | None
    action: str
    kind: str
    subject_id: UUID | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    request_id: str
    subject: str | None = None


def listed(actor: Actor, wanted: AuditFilter, cursor: Cursor | None = None, limit: int = 50) -> Page[AuditRow]:
    """One page of the log; two statements whatever its length. Nothing but for staff."""
    at, row_id = AuditEntry.at, AuditEntry.id
    statement = _rows(actor).where(*_conditions(wanted), *after(cursor, at, row_id))
    rows = db.session.execute(statement.order_by(at.desc(), row_id.desc()).limit(limit + 1)).all()
    page = cut(rows, limit, lambda row: Cursor(row.at, row.id))
    names = names_of(actor, ((row.subject_kind, row.subject_id) for row in page.rows))
    return Page(tuple(_row(row, names) for row in page.rows), page.next)


def of_subject(actor: Actor, kind: str, subject_id: UUID, limit: int = 8) -> tuple[AuditRow, ...]:
    """The newest entries about one thing; one statement."""
    wanted = _conditions(AuditFilter(kind=kind, subject_id=subject_id))
    statement = _rows(actor).where(*wanted).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    return tuple(_row(row, {}) for row in db.session.execute(statement))


def actions(actor: Actor) -> tuple[str, ...]:
    """Every action that the log knows, by name: a walk from one to the next in the index, not over the log."""
    if not scope.sees_all(actor):
        return ()
    mine = AuditEntry.tenant_id == actor.tenant_id
    first = select(func.min(AuditEntry.action).label("action")).where(mine)
    walk = first.cte("walk", recursive=True)
    later = select(func.min(AuditEntry.action)).where(mine, AuditEntry.action > walk.c.action).scalar_subquery()
    walk = walk.union_all(select(later).where(walk.c.action.is_not(None)))
    found = select(walk.c.action).where(walk.c.action.is_not(None))
    return tuple(db.session.scalars(found))


def names_of(actor: Actor, things: Iterable[tuple[str, UUID | None]]) -> dict[tuple[str, UUID], str]:
    """The names of these things, by kind and id; one statement, none when nothing has a name."""
    wanted: dict[str, set[UUID]] = {}
    for kind, thing_id in things:
        if kind in NAMED and thing_id is not None:
            wanted.setdefault(kind, set()).add(thing_id)
    parts = [_names(actor, kind, ids) for kind, ids in sorted(wanted.items())]
    if not parts:
        return {}
    return {(kind, thing_id): name for kind, thing_id, name in db.session.execute(union_all(*parts))}


def _names(actor: Actor, kind: str, ids: set[UUID]) -> Select[*tuple[Any, ...]]:
    model, name = NAMED[kind]
    return select(literal(kind).label("kind"), model.id.label("id"), name.label("name")).where(
        model.tenant_id == actor.tenant_id, model.id.in_(ids)
    )


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    one, shown = aliased(User), aliased(User)
    mine = AuditEntry.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()
    return (
        select(
            AuditEntry.id, AuditEntry.at, AuditEntry.actor_kind, AuditEntry.actor_id,
            func.coalesce(one.name, ApiKey.name).label("actor"), shown.name.label("acting_as"), AuditEntry.action,
            AuditEntry.subject_kind, AuditEntry.subject_id, AuditEntry.before, AuditEntry.after, AuditEntry.request_id,
        )
        .outerjoin(one, and_(one.tenant_id == AuditEntry.tenant_id, one.id == AuditEntry.actor_id))
        .outerjoin(shown, and_(shown.tenant_id == AuditEntry.tenant_id, shown.id == AuditEntry.acting_as))
        .outerjoin(ApiKey, and_(ApiKey.tenant_id == AuditEntry.tenant_id, ApiKey.id == AuditEntry.actor_id))
        .where(mine)
    )  # fmt: skip


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.who:
        found.append((AuditEntry.actor_id == wanted.who) | (AuditEntry.acting_as == wanted.who))
    if wanted.action:
        found.append(AuditEntry.action == wanted.action)
    if wanted.kind:
        found.append(AuditEntry.subject_kind == wanted.kind)
    if wanted.subject_id:
        found.append(AuditEntry.subject_id == wanted.subject_id)
    if wanted.since:
        found.append(AuditEntry.at >= wanted.since)
    if wanted.until:
        found.append(AuditEntry.at < wanted.until)
    return found


def _row(row: Any, names: Mapping[tuple[str, UUID], str]) -> AuditRow:
    return AuditRow(
        row.id, row.at, row.actor_kind, row.actor_id, row.actor, row.acting_as, row.action, row.subject_kind,
        row.subject_id, row.before or {}, row.after or {}, row.request_id,
        names.get((row.subject_kind, row.subject_id)),
    )  # fmt: skip
