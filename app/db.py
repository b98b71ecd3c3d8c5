"""The database handle: engine set-up for SQLite and PostgreSQL, column types, the tenant of a session.

No table is defined here (``app/models``) and nothing commits here (``app/transaction.py``).
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, MetaData, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction
from sqlalchemy.types import TypeDecorator

from app.sqlite_turns import take_turns

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Json = JSON().with_variant(JSONB(), "postgresql")
_TENANT: ContextVar[UUID | None] = ContextVar("tenant", default=None)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; refuses naive values on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite has no zones, so the mark is left off there."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a naive datetime cannot be stored"
            raise ValueError(message)
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Aware again, always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The root of every table of ours."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)


def _plain(value: object) -> str:
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def to_json(value: object) -> str:
    """JSON text of a stored document; decimals and ids become strings."""
    return orjson.dumps(value, default=_plain).decode()


def engine_options(database_url: str) -> dict[str, Any]:
    """What create_engine needs for this database; a pool of PostgreSQL's waits two seconds and then says no."""
    common: dict[str, Any] = {"json_serializer": to_json, "json_deserializer": orjson.loads}
    if database_url.startswith("sqlite"):
        return common | {"connect_args": {"timeout": 15, "check_same_thread": False}, "pool_size": 32}
    return common | {
        "pool_size": 24,
        "max_overflow": 8,
        "pool_timeout": 2,
        "pool_pre_ping": False,
        "connect_args": {"connect_timeout": 5, "application_name": "switchyard"},
    }


def prepare_engine(engine: Engine, role: str) -> None:
    """Hook an engine up: turns and pragmas on SQLite, the restricted role on PostgreSQL."""
    if engine.dialect.name == "sqlite":
        take_turns(engine)
    else:
        event.listen(engine, "connect", lambda connection, _record: _step_down(connection, role))


class UnsafeRole(SQLAlchemyError):
    """The login sees past row-level security, and there is no lesser role to step down to."""


def _step_down(connection: Any, role: str) -> None:
    """Leave superuser rights behind: they would see past row-level security.

    A login that is neither superuser nor BYPASSRLS keeps its own role; policies are FORCEd, so they
    hold for the owner of the tables too. Only a database without tables, whose first migration makes the
    role, may be opened without it; else raises UnsafeRole.
    """
    with connection.cursor() as cursor:
        if _passes_fences(cursor):
            cursor.execute("select 1 from pg_roles where rolname = %s", (role,))
            if cursor.fetchone():
                cursor.execute(f'set role "{role}"')
            if _has_tables(cursor) and _passes_fences(cursor):
                message = "DATABASE_ROLE must name a role that is neither superuser nor BYPASSRLS"
                raise UnsafeRole(message)
    connection.commit()


def _passes_fences(cursor: Any) -> bool:
    cursor.execute("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
    return bool(cursor.fetchone()[0])


def _has_tables(cursor: Any) -> bool:
    cursor.execute("select to_regclass('tenants') is not null")
    return bool(cursor.fetchone()[0])


def enter_tenant(tenant_id: UUID | None) -> None:
    """Make ``tenant_id`` the tenant of this context, and of the transaction that is under way."""
    _TENANT.set(tenant_id)
    session = db.session()
    if session.in_transaction():
        _tell_database(session.connection())


def current_tenant() -> UUID | None:
    """The tenant of this context, or None before one is known."""
    return _TENANT.get()


def _tell_database(connection: Connection) -> None:
    """Set the transaction-local tenant; unset means that policies show no row at all."""
    if connection.dialect.name == "postgresql":
        tenant = _TENANT.get()
        connection.execute(_SET_TENANT, {"tenant": str(tenant) if tenant else ""})


_SET_TENANT = text("select set_config('app.tenant_id', :tenant, true)")


_HELD = "connection"


def connection() -> Connection:
    """The connection of the transaction that is under way, which begins here if none is.

    For statements that run for every lead: the session's own way to it costs as much as a small statement does.
    """
    session = db.session()
    return session.info.get(_HELD) or session.connection()


@event.listens_for(Session, "after_begin")
def _scope_transaction(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    session.info[_HELD] = connection
    if not connection.in_nested_transaction():
        _tell_database(connection)


@event.listens_for(Session, "after_transaction_end")
def _let_go(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_HELD, None)
