"""Lists as CSV files: safe to open in a spreadsheet, streamed, with no transaction open while the reader dawdles.

The file begins with a byte order mark: without it Excel reads UTF-8 as the machine's old code page and spoils
every name with an accent, and whatever else reads CSV skips it. Lines end as RFC 4180 has them. Amounts and
moments are bare values; their currency and zone stand in the head of the column.

A download holds a thread of the server for as long as its reader takes, so only a share of the threads may be held.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, current_app, stream_with_context

from app.db import enter_tenant
from app.portal import visit
from app.portal.stream_slots import Held, StreamSlots
from app.queries.page import Cursor, Page
from app.transaction import read_only, transaction
from app.web.problem import Problem

LIMIT = 100_000
"""Rows of one file; a longer list ends with a line that says so. More is what the API is for."""
BATCH = 500
MARK = "\ufeff"
SLOTS = "portal_download_slots"
MOST_EACH = 2
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_FORMULA = re.compile(r"""[\s"'`´‘’“”]*[=+\-@＝＋－＠]|[\t\r\n]""")
"""What a spreadsheet may compute: a formula's first character, also behind blanks and quotes, also in full width."""

R = TypeVar("R")


class Column(NamedTuple, Generic[R]):
    """One column: its head, with unit, zone or currency where it has one, and a row's value in it."""

    head: str
    cell: Callable[[R], object]


@dataclass(frozen=True, slots=True)
class Export(Generic[R]):
    """A list to be downloaded. ``name`` and ``day``: the file is called name-day.csv.

    ``read``: one page behind a cursor, ``BATCH`` rows or fewer; it runs in a short transaction of its own.
    ``ended``: called once in a transaction with the number of rows that were sent and whether that was all.
    """

    name: str
    day: date
    columns: Sequence[Column[R]]
    read: Callable[[Cursor | None, int], Page[R]]
    ended: Callable[[int, bool], None]
    limit: int = LIMIT


def download(export: Export[R]) -> Response:
    """The file, row by row. Raises Problem when all places for downloads are taken."""
    held = _slots().take(visit.visitor().session_id)
    if held is None:
        raise Problem(
            503, "busy", "Other downloads are still running. Try again in a moment.", headers={"Retry-After": "10"}
        )
    lines = _giving_back(held, _lines(export, visit.visitor().tenant_id))
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{export.name}-{export.day:%Y-%m-%d}.csv"'
    response.headers["X-Accel-Buffering"] = "no"
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(held.give_back)  # HEAD, or a browser gone already: then no line is ever asked for
    return response


def line(values: Iterable[object]) -> str:
    """One line of a CSV file, every cell guarded."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([cell(value) for value in values])
    return out.getvalue()


def cell(value: object) -> str:
    """A value as it may stand in a spreadsheet: numbers stay numbers, text is never computed.

    Text that a spreadsheet could take for a formula gets an apostrophe before it; that is also so for "+44…", which
    it would otherwise add up and show as 4.47E+11.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    is_number = isinstance(value, int | float | Decimal) or _NUMBER.fullmatch(text)
    return f"'{text}" if not is_number and _FORMULA.match(text) else text


def moment(at: datetime | None, zone: str) -> str:
    """A moment as spreadsheets understand it, in the zone that the head names."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _lines(export: Export[R], tenant_id: UUID) -> Iterator[str]:
    sent, complete = 0, False
    try:
        yield MARK + line(column.head for column in export.columns)
        for page in _pages(export, tenant_id):
            yield "".join(line(column.cell(row) for column in export.columns) for row in page.rows)
            sent, complete = sent + len(page), not page.has_more
        if not complete:
            yield line([f"The file ends here, after {sent:,} rows; there are more. Narrow the filter."])
    finally:
        enter_tenant(tenant_id)
        with transaction():
            export.ended(sent, complete)


def _giving_back(held: Held, lines: Iterator[str]) -> Iterator[str]:
    try:
        yield from lines
    finally:
        held.give_back()


def _pages(export: Export[R], tenant_id: UUID) -> Iterator[Page[R]]:
    """Page by page up to the limit; each read is over before anything is sent."""
    cursor, left = None, export.limit
    while left > 0:
        enter_tenant(tenant_id)  # a thread of the server may have served somebody else in between
        with read_only():
            page = export.read(cursor, min(BATCH, left))
        yield page
        cursor, left = page.next, left - len(page)
        if cursor is None:
            return


def _slots() -> StreamSlots:
    """A quarter of the threads, made at the first download."""
    threads = current_app.extensions["settings"].web_threads
    slots: StreamSlots = current_app.extensions.setdefault(SLOTS, StreamSlots(max(1, threads // 4), MOST_EACH))
    return slots
