"""The caps of one owner as terms: [{measure, period, limit, zone}], written row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.domain.contract_terms import cap_key
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.contracts import Cap

Owned = tuple[str, UUID]
"""The kind of owner and its id."""


def put(actor: Actor, owner: Owned, wanted: Iterable[Mapping[str, Any]], *, now: datetime) -> None:
    """A cap of the same measure and period stays the same row: what was taken under it stays taken."""
    kind, owner_id = owner
    left = {(row.measure, row.period): row for row in _rows(actor, owner)}
    for cap in wanted:
        row = left.pop(cap_key(cap), None)
        if row is None:
            row = Cap(
                tenant_id=actor.tenant_id, id=new_id(now, kit().rng), owner_kind=kind, owner_id=owner_id,
                measure=cap["measure"], period=cap["period"],
            )  # fmt: skip
            db.session.add(row)
        row.limit_value, row.zone = cap["limit"], cap["zone"]
    for gone in left.values():
        db.session.delete(gone)


def _rows(actor: Actor, owner: Owned) -> list[Cap]:
    kind, owner_id = owner
    found = db.session.scalars(
        select(Cap).where(Cap.tenant_id == actor.tenant_id, Cap.owner_kind == kind, Cap.owner_id == owner_id)
    )
    return list(found)
