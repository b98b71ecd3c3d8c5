"""A migrated, empty database for a test: SQLite by copying a template, PostgreSQL by truncating.

The schema comes from the real migrations, run once a test process and database.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import psycopg
from psycopg import sql

from app.db import db
from app.factory import create_app
from tests.support.settings import settings_for

FILLED = """
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> 'alembic_version'
      and pg_relation_size(c.oid) > 0
"""
LET_GO = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Database:
    """Where a test's database is. On SQLite both addresses are the same."""

    url: str
    owner_url: str

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.url.partition(":")[0].partition("+")[0]


def migrate(database: Database) -> None:
    """Bring an empty database to the newest schema, as its owner."""
    app = create_app(settings_for(database.owner_url))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


def copy_of(template: Path, folder: Path) -> Database:
    """A SQLite database of the test's own."""
    path = folder / "switchyard.db"
    shutil.copyfile(template, path)
    return sqlite_at(path)


def sqlite_at(path: Path) -> Database:
    """The SQLite database in a file."""
    return Database(f"sqlite:///{path}", f"sqlite:///{path}")


def empty(database: Database) -> None:
    """Take every row out of the tables that have any. Connections that still hold a lock are ended."""
    with psycopg.connect(database.owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        tables = [sql.Identifier(name) for (name,) in connection.execute(FILLED).fetchall()]
        if not tables:
            return
        truncate = sql.SQL("truncate {} cascade").format(sql.SQL(", ").join(tables))
        connection.execute("set lock_timeout = '3s'")
        try:
            connection.execute(truncate)
        except psycopg.errors.LockNotAvailable:
            connection.execute(LET_GO)
            connection.execute("set lock_timeout = '60s'")  # who was ended takes a moment to go
            connection.execute(truncate)
