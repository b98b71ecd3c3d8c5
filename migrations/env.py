"""Alembic's environment: one connection, an advisory lock, short lock time-outs.

Old code still runs while a migration does: a migration must be compatible with the release before.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import text
from sqlalchemy.engine import Connection

from app import models  # noqa: F401 - loads every table
from app.db import Base, Json, UtcDateTime, db

LOCK = 7_461_903_221  # any number, the same in every process


def _guard(connection: Connection) -> None:
    """One migration at a time, and none that makes the whole house wait."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("reset role"))
        connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
        connection.execute(text("set local lock_timeout = '4s'"))
        connection.execute(text("set local statement_timeout = '60s'"))


def _render(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write our own column types by their names."""
    for ours, name in ((UtcDateTime, "UtcDateTime()"), (type(Json), "Json")):
        if kind == "type" and isinstance(item, ours):
            autogen.imports.add(f"from app.db import {name.removesuffix('()')}")
            return name
    return False


def run() -> None:
    """Migrate with the application's own engine."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            render_item=_render,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            _guard(connection)
            context.run_migrations()
        if connection.in_transaction():
            connection.commit()


run()
