"""Choosing what to claim so that no receiver has more requests in flight than it may.

Shared by deliveries (the limit is the setup's) and webhooks (the endpoint's). The limit's own row is locked while
its requests are counted, so two workers cannot both fill the same last place; who finds it locked passes it over.
Rows are looked for limit by limit, along an index: a dead receiver's backlog, however long, is never walked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Uuid, column, func, literal_column, select, true, values

from app.db import db

PENDING: ColumnElement[str] = literal_column("'pending'")
SENDING: ColumnElement[str] = literal_column("'sending'")
"""States as literals: a parameter would hide from the planner that a partial index fits."""


@dataclass(frozen=True, slots=True)
class Limited:
    """Rows of ``model`` to be sent, limited by ``max_in_flight`` of the ``limit`` row that ``key`` names.

    ``holds``: a condition on the limit's row for any of its rows to be sent at all.
    """

    model: Any
    key: Any
    limit: Any
    holds: ColumnElement[bool] = true()  # noqa: RUF009 - an expression, never changed


def choose(rows: Limited, tenant_id: UUID, room: int, now: datetime) -> list[UUID]:
    """Ids of up to ``room`` pending rows that are due, locked where the database can.

    Whose oldest row has waited longest comes first; nobody gets more rows than places.
    """
    if room < 1:
        return []
    free = _places(rows, tenant_id, _with_something_due(rows, tenant_id, room, now), now)
    if not free:
        return []
    if db.session.connection().dialect.name == "postgresql":
        return _at_once(rows, tenant_id, free, room, now)
    return _one_by_one(rows, tenant_id, free, room, now)


def _with_something_due(rows: Limited, tenant_id: UUID, room: int, now: datetime) -> dict[UUID, int]:
    """Limits that have free places and rows that are due, locked, with how many they may have in flight."""
    limit = rows.limit
    used = _in_flight(rows, tenant_id, now).subquery()
    oldest = _due(rows, tenant_id, limit.id, now).with_only_columns(rows.model.next_at).limit(1).scalar_subquery()
    statement = (
        select(limit.id, limit.max_in_flight)
        .outerjoin(used, used.c.key == limit.id)
        .where(limit.tenant_id == tenant_id, rows.holds, func.coalesce(used.c.used, 0) < limit.max_in_flight)
        .where(oldest.is_not(None))
        .order_by(oldest, limit.id)
        .limit(room)
        .with_for_update(skip_locked=True, key_share=True, of=limit)
    )
    return {key: most for key, most in db.session.connection().execute(statement)}  # noqa: C416 - rows, not pairs


def _places(rows: Limited, tenant_id: UUID, most: Mapping[UUID, int], now: datetime) -> dict[UUID, int]:
    """Free places of limits that we have locked; counted after the lock, so nobody else counts with us."""
    counts = db.session.connection().execute(_in_flight(rows, tenant_id, now).where(rows.key.in_(most)))
    used: Mapping[UUID, int] = {key: count for key, count in counts}  # noqa: C416 - rows, not pairs, to the checker
    return {key: places - used.get(key, 0) for key, places in most.items() if places > used.get(key, 0)}


def _at_once(rows: Limited, tenant_id: UUID, free: Mapping[UUID, int], room: int, now: datetime) -> list[UUID]:
    """The rows of all limits in one statement."""
    limits = values(column("key", Uuid), column("places", Integer), name="free").data(list(free.items()))
    due = (
        _due(rows, tenant_id, limits.c.key, now).limit(limits.c.places).with_for_update(skip_locked=True).lateral("due")
    )
    statement = select(due.c.id).select_from(limits.join(due, true())).order_by(due.c.next_at).limit(room)
    return list(db.session.connection().execute(statement).scalars())


def _one_by_one(rows: Limited, tenant_id: UUID, free: Mapping[UUID, int], room: int, now: datetime) -> list[UUID]:
    """The same where a query cannot ask for each limit's rows: SQLite, where a statement costs next to nothing."""
    found: list[UUID] = []
    for key, places in free.items():
        if len(found) < room:
            wanted = _due(rows, tenant_id, key, now).limit(min(places, room - len(found)))
            found += db.session.connection().execute(wanted).scalars()
    return found


def _due(rows: Limited, tenant_id: UUID, key: Any, now: datetime) -> Select[UUID, datetime]:
    """Rows of one limit that wait to be sent, oldest first."""
    model = rows.model
    return (
        select(model.id, model.next_at)
        .where(model.tenant_id == tenant_id, rows.key == key, model.state == PENDING, model.next_at <= now)
        .order_by(model.next_at)
    )


def _in_flight(rows: Limited, tenant_id: UUID, now: datetime) -> Any:
    """How many requests each limit has in the air: claimed, and the lease still runs."""
    model = rows.model
    return (
        select(rows.key.label("key"), func.count().label("used"))
        .where(model.tenant_id == tenant_id, model.state == SENDING, model.lease_until >= now)
        .group_by(rows.key)
    )
