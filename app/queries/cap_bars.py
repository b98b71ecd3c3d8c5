"""Caps with what is taken under each in its present window: the bars of a contract or a source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.domain.caps import Owner, Period, Window, window_of
from app.domain.contract_terms import cap_key
from app.models.contracts import Cap, CapUsage, Contract

ORDER = tuple(str(period) for period in Period)


@dataclass(frozen=True, slots=True)
class CapLine:
    """One cap of a contract, as configured; ``limit`` in leads or minor units."""

    id: UUID
    measure: str
    period: str
    limit: int
    zone: str

    def to_json(self) -> dict[str, Any]:
        """As a contract's terms hold it."""
        return {"measure": self.measure, "period": self.period, "limit": self.limit, "zone": self.zone}


@dataclass(frozen=True, slots=True)
class Bar:
    """A cap with what is taken now; ``resets_at`` is None for those that never do."""

    cap: CapLine
    used: int
    resets_at: datetime | None

    @property
    def percent(self) -> int:
        """How full it is; a cap of nought is full."""
        return min(100, self.used * 100 // self.cap.limit) if self.cap.limit else 100


def caps_of(actor: Actor, owner_ids: Sequence[UUID], owner: Owner = Owner.CONTRACT) -> dict[UUID, tuple[CapLine, ...]]:
    """The own caps of contracts, or of other owners, shortest period first."""
    rows = db.session.execute(
        select(Cap.owner_id, Cap.id, Cap.measure, Cap.period, Cap.limit_value, Cap.zone).where(
            Cap.tenant_id == actor.tenant_id, Cap.owner_kind == str(owner), Cap.owner_id.in_(owner_ids)
        )
    ).all()
    found: dict[UUID, list[CapLine]] = {}
    for row in rows:
        found.setdefault(row.owner_id, []).append(CapLine(*row[1:]))
    return {owner_id: tuple(sorted(lines, key=_order)) for owner_id, lines in found.items()}


def of_contracts(actor: Actor, contracts: Sequence[Contract], now: datetime) -> dict[UUID, tuple[Bar, ...]]:
    """The bars of these contracts: two statements, whatever their number."""
    return of_owners(actor, [contract.id for contract in contracts], now)


def of_contract(actor: Actor, contract_id: UUID, now: datetime) -> tuple[Bar, ...]:
    """The bars of one."""
    return of_owners(actor, [contract_id], now).get(contract_id, ())


def of_owners(
    actor: Actor, owner_ids: Sequence[UUID], now: datetime, owner: Owner = Owner.CONTRACT
) -> dict[UUID, tuple[Bar, ...]]:
    """The bars of these contracts, or other owners: two statements, whatever their number."""
    caps = caps_of(actor, owner_ids, owner)
    windows = {cap.id: window_of(Period(cap.period), cap.zone, now) for lines in caps.values() for cap in lines}
    used = _used(actor, windows)
    return {
        owner_id: tuple(Bar(cap, used.get(cap.id, 0), windows[cap.id].end) for cap in lines)
        for owner_id, lines in caps.items()
    }


def _used(actor: Actor, windows: dict[UUID, Window]) -> dict[UUID, int]:
    if not windows:
        return {}
    rows = db.session.execute(
        select(CapUsage.id, CapUsage.window_start, CapUsage.used).where(
            CapUsage.tenant_id == actor.tenant_id,
            CapUsage.id.in_(windows),
            CapUsage.window_start.in_({one.start for one in windows.values()}),
        )
    )
    return {row.id: row.used for row in rows if windows[row.id].start == row.window_start}


def _order(cap: CapLine) -> tuple[int, str]:
    measure, period = cap_key({"measure": cap.measure, "period": cap.period})
    return ORDER.index(period), measure
