"""Throw-away places to measure in: a migrated database and a Valkey of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.support import databases
from tests.support.databases import Database
from tests.support.postgres import postgres_place
from tests.support.valkey import valkey


@dataclass(frozen=True)
class Place:
    """A database and a Redis; ``conninfo`` is the owner's own way in, on PostgreSQL only."""

    database: Database
    redis_url: str
    conninfo: str = ""


@contextmanager
def postgres() -> Iterator[Place]:
    """On a PostgreSQL that is given or found; commits are synced, as they are in earnest. Raises NoPostgres."""
    with postgres_place() as found, valkey() as redis_url:
        database = Database(found.app_url, found.owner_url)
        conninfo = found.owner_url.replace("+psycopg", "")
        with psycopg.connect(conninfo, autocommit=True) as connection:
            name = connection.info.dbname
            connection.execute(f'alter database "{name}" set synchronous_commit = on'.encode())
        databases.migrate(database)
        yield Place(database, redis_url, conninfo)


@contextmanager
def sqlite() -> Iterator[Place]:
    """On a SQLite file."""
    with tempfile.TemporaryDirectory(prefix="switchyard-bench-") as folder, valkey() as redis_url:
        database = databases.sqlite_at(Path(folder) / "bench.db")
        databases.migrate(database)
        yield Place(database, redis_url)
