"""Writing down the trace of an auction. Its form is `domain.trace`; it is read by ``queries.traces``."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Table, bindparam, func, insert, select

from app.db import connection, db
from app.domain.ids import new_id
from app.domain.offers import Mode
from app.domain.panel import Panel, Sheet
from app.domain.trace import VERSION
from app.gateways.kit import kit
from app.models.leads import Distribution, TraceSheet
from app.models.upsert import Guarded
from app.services.book_facts import Book
from app.transaction import after_commit

EFFORT = 1
"""How hard a trace is compressed: a fifth of the bytes for some 20 µs. PostgreSQL would spend more on its own try."""


def keep_sheet(book: Book, panel: Panel, *, now: datetime) -> None:
    """See to it that the panel's sheet is stored, in the current transaction.

    Two that store the same sheet wait for each other, so it must come before whatever else others may wait for.
    """
    sheet = panel.sheet
    if sheet.id in book.kept_sheets:
        return
    _SHEET.run([{"tenant_id": book.tenant.id, "id": sheet.id, "body": sheet.body, "created_at": now}])
    after_commit(lambda: book.kept_sheets.add(sheet.id))


_SHEET = Guarded(
    TraceSheet,
    lambda insert: insert.values(
        {name: bindparam(name) for name in ("tenant_id", "id", "body", "created_at")}
    ).on_conflict_do_nothing(),
)


def keep(  # noqa: PLR0913 - a round is that much
    tenant_id: UUID,
    lead_id: UUID,
    number: int,
    mode: Mode,
    packed: Mapping[str, Any],
    sheet: Sheet,
    *,
    now: datetime,
    took_us: int,
) -> None:
    """Write one round down in the current transaction; its sheet was kept before."""
    connection().execute(
        _INSERT,
        {
            "tenant_id": tenant_id,
            "id": new_id(now, kit().rng),
            "lead_id": lead_id,
            "round": number,
            "mode": str(mode),
            "entries": {"version": VERSION},
            "sheet_id": sheet.id,
            "packed": zlib.compress(orjson.dumps(packed), EFFORT),
            "started_at": now,
            "took_us": took_us,
        },
    )


_INSERT = insert(cast("Table", Distribution.__table__))


def rounds(tenant_id: UUID, lead_id: UUID) -> int:
    """How many rounds of a lead were written down."""
    held = select(func.count()).where(Distribution.tenant_id == tenant_id, Distribution.lead_id == lead_id)
    return db.session.scalar(held) or 0
