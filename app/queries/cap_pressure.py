"""Caps that are nearly full or full, of contracts, buyers and sources: who buys or sends no more, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import aliased

from app.db import db
from app.domain.actor import Actor
from app.domain.caps import Period, window_of
from app.models.catalogue import Source
from app.models.contracts import Cap, CapUsage, Contract
from app.models.parties import Buyer
from app.queries import scope

NEAR = 80
"""Hundredths of a cap from which on it is worth a line."""

MOST = 200
"""Caps looked at; more than anybody reads."""


@dataclass(frozen=True, slots=True)
class Pressure:
    """One cap in its present window. ``used`` and ``limit`` in leads or minor units; ``buyer``: None for a source's."""

    owner_kind: str
    owner_id: UUID
    name: str
    buyer_id: UUID | None
    buyer: str | None
    measure: str
    period: str
    used: int
    limit: int
    resets_at: datetime | None

    @property
    def percent(self) -> int:
        """How full it is; never 100 while a place is left."""
        return min(100, self.used * 100 // self.limit)

    @property
    def is_full(self) -> bool:
        """Nothing more goes through until it opens again."""
        return self.used >= self.limit


def near(actor: Actor, now: datetime) -> tuple[Pressure, ...]:
    """Those at ``NEAR`` or more, the fullest first; two statements, whatever the number of caps."""
    windows = {(period, zone): window_of(Period(period), zone, now) for period, zone in _kinds(actor)}
    if not windows:
        return ()
    present = or_(
        *(
            and_(Cap.period == period, Cap.zone == zone, CapUsage.window_start == window.start)
            for (period, zone), window in windows.items()
        )
    )
    rows = db.session.execute(_caps(actor).where(present, CapUsage.used * 100 >= Cap.limit_value * NEAR).limit(MOST))
    found = [_pressure(row, windows[row.period, row.zone].end) for row in rows]
    return tuple(sorted(found, key=lambda one: (-one.used * 1000 // one.limit, one.name, one.period)))


def buyers_near(found: tuple[Pressure, ...]) -> int:
    """How many buyers these caps hold back or soon will."""
    return len({one.buyer_id for one in found if one.buyer_id})


def _kinds(actor: Actor) -> list[tuple[str, str]]:
    """The periods and zones that there are: a handful."""
    rows = db.session.execute(select(Cap.period, Cap.zone).where(_mine(actor)).distinct())
    return [(row.period, row.zone) for row in rows]


def _caps(actor: Actor) -> Select[*tuple[Any, ...]]:
    itself = aliased(Buyer)
    return (
        select(
            Cap.owner_kind, Cap.owner_id, Cap.measure, Cap.period, Cap.zone, Cap.limit_value, CapUsage.used,
            Contract.name.label("contract"), Source.name.label("source"), Buyer.id.label("buyer_id"),
            Buyer.name.label("buyer"), itself.name.label("own_name"),
        )
        .select_from(CapUsage)
        .join(Cap, (Cap.tenant_id == CapUsage.tenant_id) & (Cap.id == CapUsage.id))
        .outerjoin(Contract, (Contract.tenant_id == Cap.tenant_id) & (Contract.id == Cap.owner_id))
        .outerjoin(Buyer, (Buyer.tenant_id == Cap.tenant_id) & (Buyer.id == Contract.buyer_id))
        .outerjoin(itself, (itself.tenant_id == Cap.tenant_id) & (itself.id == Cap.owner_id))
        .outerjoin(Source, (Source.tenant_id == Cap.tenant_id) & (Source.id == Cap.owner_id))
        .where(_mine(actor), CapUsage.tenant_id == actor.tenant_id, Cap.limit_value > 0)
    )  # fmt: skip


def _pressure(row: Any, resets_at: datetime | None) -> Pressure:
    is_buyers = row.own_name is not None
    return Pressure(
        row.owner_kind, row.owner_id, row.contract or row.own_name or row.source or row.owner_kind,
        row.owner_id if is_buyers else row.buyer_id, row.own_name or row.buyer, row.measure, row.period, row.used,
        row.limit_value, resets_at,
    )  # fmt: skip


def _mine(actor: Actor) -> Any:
    return Cap.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()
