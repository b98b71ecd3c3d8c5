"""Keyset paging: a page of rows and the place where the next one begins.

Offsets are not used anywhere: they cost more with every page and skip rows while new ones arrive.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.orm import InstrumentedAttribute

T = TypeVar("T")
_SIZE = 24  # eight bytes of microseconds, sixteen of id
_VALUED_SIZE = 32  # and eight of the value that comes before them


class BadCursor(ValueError):
    """The text is no cursor of ours."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after one row: its time and, among equals, its id; first of all ``value`` in a list that one sorts."""

    at: datetime
    id: UUID
    value: int | None = None

    def __str__(self) -> str:
        """Opaque, for a query string."""
        micros = int(self.at.timestamp()) * 1_000_000 + self.at.microsecond
        value = b"" if self.value is None else self.value.to_bytes(8, "big", signed=True)
        return base64.urlsafe_b64encode(micros.to_bytes(8, "big") + self.id.bytes + value).decode()

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor that ``str`` wrote; raises BadCursor for anything else."""
        try:
            raw = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
            micros = int.from_bytes(raw[:8], "big")
            at = datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)
            if len(raw) not in {_SIZE, _VALUED_SIZE}:
                raise BadCursor(text)
            value = int.from_bytes(raw[_SIZE:], "big", signed=True) if len(raw) == _VALUED_SIZE else None
            return cls(at, UUID(bytes=raw[8:_SIZE]), value)
        except (ValueError, OverflowError, OSError, binascii.Error) as error:
            raise BadCursor(text) from error


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, newest first, and where the next page begins; ``next`` is None at the end."""

    rows: tuple[T, ...]
    next: Cursor | None = None

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return self.next is not None

    def __len__(self) -> int:
        return len(self.rows)


def after(
    cursor: Cursor | None, at: InstrumentedAttribute[datetime], row_id: InstrumentedAttribute[UUID]
) -> tuple[ColumnElement[bool], ...]:
    """The condition that continues behind the cursor; a row comparison, which one index serves."""
    if cursor is None:
        return ()
    types = (at.type, row_id.type)
    return (tuple_(at, row_id, types=types) < tuple_(cursor.at, cursor.id, types=types),)


def cut(rows: Sequence[T], limit: int, place: Callable[[T], Cursor]) -> Page[T]:
    """A page from ``limit + 1`` fetched rows: the one too many only tells that more follow."""
    kept = tuple(rows[:limit])
    return Page(kept, place(kept[-1]) if len(rows) > limit else None)
