"""The traces of a lead's auctions, as they were stored; whom they are shown to is for the caller to say."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, select

from app.db import db
from app.domain.auction import Entry
from app.domain.trace import VERSION, WHOLE, unpack, unpack_whole
from app.models.leads import Distribution, TraceSheet


@dataclass(frozen=True, slots=True)
class Round:
    """One auction: when it began, how long it took, and each contract considered, in the order of the trace."""

    round: int
    mode: str
    started_at: datetime
    took_us: int
    entries: tuple[Entry, ...]


def of_lead(tenant_id: UUID, lead_id: UUID) -> tuple[Round, ...]:
    """Round by round. Raises ValueError for a trace of a version that is not ours."""
    rows = db.session.execute(
        select(
            Distribution.round, Distribution.mode, Distribution.started_at, Distribution.took_us, Distribution.entries,
            Distribution.packed, TraceSheet.body,
        )
        .outerjoin(
            TraceSheet, (TraceSheet.tenant_id == Distribution.tenant_id) & (TraceSheet.id == Distribution.sheet_id)
        )
        .where(Distribution.tenant_id == tenant_id, Distribution.lead_id == lead_id)
        .order_by(Distribution.round)
    )  # fmt: skip
    return tuple(Round(row.round, row.mode, row.started_at, row.took_us, _entries(row)) for row in rows)


def _entries(row: Row[*tuple[Any, ...]]) -> tuple[Entry, ...]:
    version = row.entries.get("version")
    if version == WHOLE:
        return unpack_whole(row.entries)
    if version == VERSION:
        return unpack(orjson.loads(zlib.decompress(row.packed)), row.body)
    message = "a trace of an unknown version"
    raise ValueError(message)
