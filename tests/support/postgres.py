"""A PostgreSQL to test on: given by ``TEST_DATABASE_URL``, found on this machine, or started for the run.

Each test process gets a database of its own and two roles of its own: the owner, who runs the
migrations, and the application's role, which may change rows and nothing else. Neither is a
superuser and neither passes row-level security.
"""

from __future__ import annotations

import getpass
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.support.cluster import NoBinaries, throw_away_cluster

PREFIX = "switchyard_test_"
STALE = 3 * 3600  # seconds after which what a killed run left behind is cleared away


class NoPostgres(Exception):
    """No server can be had; the message says what was tried."""


@dataclass(frozen=True)
class PostgresPlace:
    """One test process's database."""

    owner_url: str
    app_url: str


@contextmanager
def postgres_place() -> Iterator[PostgresPlace]:
    """A database with its two roles, dropped at the end; NoPostgres when there is no server."""
    with ExitStack() as stack:
        tried = []
        for admin in _servers(stack):
            try:
                place = stack.enter_context(_provisioned(admin))
            except psycopg.Error as error:
                tried.append(f"{_where(admin)}: {str(error).strip().splitlines()[0]}")
                continue
            yield place
            return
        raise NoPostgres("no PostgreSQL to test on (set TEST_DATABASE_URL): " + "; ".join(tried))


def _servers(stack: ExitStack) -> Iterator[str]:
    """Where to try, one after the other; the last is a cluster of our own."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        yield given.replace("postgresql+psycopg://", "postgresql://")
        return
    for host in ("127.0.0.1", ""):
        for user in dict.fromkeys(("postgres", getpass.getuser())):
            yield make_conninfo(host=host or None, user=user, dbname="postgres", connect_timeout=10)
    try:
        yield stack.enter_context(throw_away_cluster())
    except NoBinaries:
        return


@contextmanager
def _provisioned(admin: str) -> Iterator[PostgresPlace]:
    with psycopg.connect(admin, autocommit=True) as connection:
        now = _seconds(connection)
        name = f"{PREFIX}{now}_{secrets.token_hex(3)}"
        owner, role, password = f"{name}_owner", f"{name}_app", secrets.token_hex(8)
        _clear_stale(connection, now)
        try:
            for user in (owner, role):
                _run(
                    connection, "create role {} login nosuperuser nobypassrls password {}", user, sql.Literal(password)
                )
            _run(connection, "grant {} to current_user", owner)
            _run(connection, "create database {} owner {}", name, owner)
            _run(connection, "alter database {} set synchronous_commit = off", name)
            place = PostgresPlace(_url(admin, name, owner, password), _url(admin, name, role, password))
            _grant_rows(place, role)
            yield place
        finally:
            _drop(connection, name)


def _grant_rows(place: PostgresPlace, role: str) -> None:
    """Whatever table the owner makes, the application may read and change its rows."""
    with psycopg.connect(place.owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        _run(connection, "alter default privileges grant select, insert, update, delete on tables to {}", role)
        _run(connection, "alter default privileges grant usage, select on sequences to {}", role)
    psycopg.connect(place.app_url.replace("+psycopg", "")).close()  # proves that the role may come in this way


def _drop(connection: psycopg.Connection, name: str) -> None:
    _run(connection, "drop database if exists {} with (force)", name)
    for role in (f"{name}_app", f"{name}_owner"):
        _run(connection, "drop role if exists {}", role)


def _seconds(connection: psycopg.Connection) -> int:
    """The server's clock: ours may stand at a test's own noon, and what looks old is dropped."""
    [(now,)] = connection.execute("select extract(epoch from clock_timestamp())::bigint").fetchall()
    return int(now)


def _clear_stale(connection: psycopg.Connection, now: int) -> None:
    """Drop what runs that were killed left behind: ours by name, old by the time in the name."""
    rows = connection.execute("select datname from pg_database where datname like %s", (f"{PREFIX}%",)).fetchall()
    for (name,) in rows:
        begun = str(name).removeprefix(PREFIX).partition("_")[0]
        if begun.isdecimal() and now - int(begun) > STALE:
            with suppress(psycopg.Error):  # another test process clears the same away at this moment
                _drop(connection, str(name))


def _run(connection: psycopg.Connection, statement: str, *parts: str | sql.Composable) -> None:
    """Run DDL; a plain string among ``parts`` is an identifier."""
    composed = [sql.Identifier(part) if isinstance(part, str) else part for part in parts]
    connection.execute(sql.SQL(statement).format(*composed))


def _url(admin: str, database: str, user: str, password: str) -> str:
    """The SQLAlchemy address of ``database`` on the server of ``admin``."""
    facts = conninfo_to_dict(admin)
    host, port = str(facts.get("host") or ""), str(facts.get("port") or "")
    at, query = (
        (f"{host}{':' + port if port else ''}", "") if not host.startswith("/") else ("", _by_socket(host, port))
    )
    return f"postgresql+psycopg://{user}:{password}@{at}/{database}{query}"


def _by_socket(folder: str, port: str) -> str:
    return f"?host={folder}" + (f"&port={port}" if port else "")


def _where(admin: str) -> str:
    facts = conninfo_to_dict(admin)
    return f"{facts.get('user', '')}@{facts.get('host') or 'the default socket'}"
