"""By which steps SQLite would answer what a query asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import event

from app.db import db


class Step(NamedTuple):
    """One step of a plan, as SQLite tells it; ``parent`` is the step that it is a part of."""

    number: int
    parent: int
    unused: int
    detail: str


def plan_of(read: Callable[[], object]) -> list[str]:
    """The steps of the first statement of ``read``, without what it asks for each row."""
    steps = _plans(read)[0]
    each_row = {step.number for step in steps if step.detail.startswith("CORRELATED")}
    return [step.detail for step in steps if not {step.number, step.parent} & each_row]


def steps_of(read: Callable[[], object]) -> list[str]:
    """Every step of every statement of ``read``."""
    return [step.detail for plan in _plans(read) for step in plan]


def _plans(read: Callable[[], object]) -> list[list[Step]]:
    """The plan of each SELECT that ``read`` sends, in their order."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        read()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    explain = db.session.connection().exec_driver_sql
    return [[Step(*row) for row in explain(f"EXPLAIN QUERY PLAN {text}", given)] for text, given in asked]
