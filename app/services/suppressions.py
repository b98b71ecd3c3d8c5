"""Suppression lists: made, and filled with hashes of people who must not be sold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select

from app.db import db
from app.domain.actor import Actor
from app.domain.ids import new_id
from app.domain.suppression import PersonHash, Purpose, entry
from app.gateways.kit import kit
from app.models.leads import Suppression, SuppressionList
from app.models.parties import Buyer
from app.models.upsert import insert_into
from app.services import audit
from app.services.changes import Refused, added, load, only_staff, removed


def add_list(actor: Actor, name: str, purpose: Purpose, *, buyer_id: UUID | None = None, now: datetime) -> UUID:
    """A new, empty list; with ``buyer_id`` it bars people from that buyer only."""
    if (buyer_id is not None) != (purpose is Purpose.BUYER):
        raise Refused("A list belongs to a buyer exactly when that is its purpose.")
    if buyer_id is not None:
        load(actor, Buyer, buyer_id)
    row = SuppressionList(
        tenant_id=actor.tenant_id, id=new_id(now, kit().rng), name=name, purpose=purpose.value, buyer_id=buyer_id,
        created_at=now,
    )  # fmt: skip
    return added(actor, row, "suppression_list", now=now)


def add(actor: Actor, list_id: UUID, lines: Iterable[str], *, now: datetime) -> int:
    """Put people on a list: addresses, numbers as E.164, or hashes; how many lines could be read.

    Only hashes are stored. Putting somebody on it twice changes nothing.
    """
    only_staff(actor)
    load(actor, SuppressionList, list_id)
    read = [found for found in map(entry, lines) if found is not None]
    rows = [{"tenant_id": actor.tenant_id, "list_id": list_id, "digest": one.digest, "kind": one.kind} for one in read]
    if rows:
        session = db.session()
        session.connection().execute(insert_into(session, Suppression).on_conflict_do_nothing(), rows)
    audit.record(actor, "suppression_list.filled", ("suppression_list", list_id), now=now, after={"count": len(rows)})
    return len(rows)


def remove(actor: Actor, list_id: UUID, people: Iterable[PersonHash], *, now: datetime) -> int:
    """Take one person off a list, under every spelling handed in; how many entries that were."""
    only_staff(actor)
    load(actor, SuppressionList, list_id)
    gone = db.session.execute(
        delete(Suppression)
        .where(
            Suppression.tenant_id == actor.tenant_id,
            Suppression.list_id == list_id,
            Suppression.digest.in_([one.digest for one in people]),
        )
        .returning(Suppression.digest)
        .execution_options(synchronize_session=False)
    ).all()
    if gone:
        audit.record(
            actor, "suppression_list.entry_removed", ("suppression_list", list_id), now=now, after={"count": len(gone)}
        )
    return len(gone)


def remove_list(actor: Actor, list_id: UUID, *, now: datetime) -> int:
    """Take a list away with everybody on it: they may be sold again, unless another list bars them; how many."""
    only_staff(actor)
    row = load(actor, SuppressionList, list_id)
    on_it = (Suppression.tenant_id == actor.tenant_id) & (Suppression.list_id == list_id)
    size = db.session.scalar(select(func.count()).select_from(Suppression).where(on_it)) or 0
    db.session.execute(delete(Suppression).where(on_it).execution_options(synchronize_session=False))
    before = {"name": row.name, "purpose": row.purpose, "count": size}
    audit.record(actor, "suppression_list.emptied", ("suppression_list", list_id), now=now, before=before)
    removed(actor, row, "suppression_list", now=now)
    return size


__all__ = ["Purpose", "add", "add_list", "remove", "remove_list"]
