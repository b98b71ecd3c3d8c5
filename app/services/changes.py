"""What every change of configuration does: only staff may, the book hears of it, the audit log keeps it.

The services of parties, catalogue and contracts are written on these few functions. Nothing commits here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.db import db
from app.domain.actor import Actor, Role
from app.models.tenancy import TenantRow
from app.services import audit
from app.services import book as books

Row = TypeVar("Row", bound=TenantRow)
TAKEN = "Somebody has just added one of the same name. Look at theirs, or choose another name."


class NotAllowed(PermissionError):
    """Only the tenant's own staff may change what is sold to whom."""


class NotInPerson(PermissionError):
    """An admin who acts as somebody may not do this in their place: passwords, keys, secrets, sessions."""


class NoSuchThing(LookupError):
    """The actor's tenant has no such row; a row of another tenant is no such row."""


class Refused(ValueError):
    """The change cannot be made; the message is a sentence for the person who asked."""


def only_staff(actor: Actor) -> None:
    """Raise NotAllowed for anybody but admins and our own workers."""
    if not actor.is_admin and actor.role is not Role.SYSTEM:
        raise NotAllowed


def in_person(actor: Actor) -> None:
    """Raise NotInPerson where an admin acts as somebody: what only the person themselves may do or see."""
    if actor.acting_as is not None:
        raise NotInPerson


def added(actor: Actor, row: TenantRow, kind: str, *, now: datetime) -> UUID:
    """Store a new row, tell the book, write it down; answers the row's id.

    Raises Refused where a unique index knows it already: of two who add the same at once, one is told.
    """
    only_staff(actor)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        raise Refused(TAKEN) from error
    books.touch(actor.tenant_id)
    audit.record(actor, f"{kind}.added", (kind, row.id), now=now)
    return row.id


def removed(actor: Actor, row: TenantRow, kind: str, *, now: datetime) -> None:
    """Take a row away, tell the book, write it down."""
    only_staff(actor)
    row_id = row.id
    db.session.delete(row)
    db.session.flush()
    books.touch(actor.tenant_id)
    audit.record(actor, f"{kind}.removed", (kind, row_id), now=now)


def load(actor: Actor, model: type[Row], row_id: UUID) -> Row:
    """The row, locked until the transaction ends; raises NoSuchThing."""
    row: Row | None = db.session.scalars(
        select(model).where(model.tenant_id == actor.tenant_id, model.id == row_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NoSuchThing(str(row_id))
    return row


def change(actor: Actor, row: TenantRow, kind: str, values: Mapping[str, Any], *, now: datetime) -> bool:
    """Set these columns; answers whether anything was different. What was and what is goes to the audit log."""
    only_staff(actor)
    before = {name: getattr(row, name) for name in values}
    different = {name for name, value in values.items() if before[name] != value}
    if not different:
        return False
    for name in different:
        setattr(row, name, values[name])
    db.session.flush()
    books.touch(actor.tenant_id)
    audit.record(
        actor, f"{kind}.changed", (kind, row.id), now=now,
        before={name: before[name] for name in different}, after={name: values[name] for name in different},
    )  # fmt: skip
    return True
