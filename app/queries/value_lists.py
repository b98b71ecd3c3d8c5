"""Value lists and what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.db import db
from app.domain.actor import Actor
from app.models.contracts import ValueList
from app.queries import scope

MOST = 500


@dataclass(frozen=True, slots=True)
class ValueListRow:
    """One list with its values, as filters compare them."""

    id: UUID
    name: str
    values: tuple[str, ...]
    created_at: datetime


def listed(actor: Actor) -> tuple[ValueListRow, ...]:
    """Every list of the tenant by name; nothing for anybody but staff."""
    if not scope.sees_all(actor):
        return ()
    rows = db.session.scalars(
        select(ValueList)
        .where(ValueList.tenant_id == actor.tenant_id)
        .order_by(func.lower(ValueList.name), ValueList.id)
        .limit(MOST)
    )
    return tuple(_row(row) for row in rows)


def one(actor: Actor, list_id: UUID) -> ValueListRow | None:
    """One list, if the actor may see it."""
    if not scope.sees_all(actor):
        return None
    row = db.session.scalars(
        select(ValueList).where(ValueList.tenant_id == actor.tenant_id, ValueList.id == list_id)
    ).one_or_none()
    return _row(row) if row else None


def _row(row: ValueList) -> ValueListRow:
    return ValueListRow(row.id, row.name, tuple(row.entries), row.created_at)
