"""INSERT … ON CONFLICT, spelled the same for both databases.

The guarded statements that promises 1 and 2 rest on are built from this: one statement, which
either changes exactly one row or answers no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db import Base, connection


class Guarded:
    """A guarded INSERT … ON CONFLICT with parameters, built once for each database.

    ``shape`` adds the guard to a plain INSERT. ``run`` sends any number of rows in one go and answers how
    many were written: fewer than were sent means that the guard said no to some.
    """

    def __init__(self, model: type[Base], shape: Callable[[Any], Any]) -> None:
        self._table = cast("Table", model.__table__)
        self._shape = shape
        self._built: dict[str, Any] = {}

    def run(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Write these rows in the current transaction, in their order."""
        if not rows:
            return 0
        under_way = connection()
        written: int = under_way.execute(self._statement(under_way.dialect.name), list(rows)).rowcount
        return written

    def _statement(self, dialect: str) -> Any:
        if dialect not in self._built:
            insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
            self._built[dialect] = self._shape(insert(self._table)).execution_options(preserve_rowcount=True)
        return self._built[dialect]


def insert_into(session: Session, model: type[Base]) -> Any:
    """An INSERT of this session's dialect; both know ``on_conflict_do_update``.

    Its result keeps ``rowcount``: 1 when the row was inserted or overwritten, 0 when the guard said no.
    """
    table = cast("Table", model.__table__)
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    statement = postgresql.insert(table) if on_postgresql else sqlite.insert(table)
    # Without this option the count of an INSERT is gone by the time anybody asks.
    return statement.execution_options(preserve_rowcount=True)
