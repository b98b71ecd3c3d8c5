"""What every tenant's table shares: keys that begin with the tenant, and queries that stay inside it.

Three tables stand outside, by name (OUTSIDE): tenants themselves, the lookups that find a tenant
by a secret, and the sign-in throttle, which must count before anybody is known.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria

from app.db import Base, current_tenant

OUTSIDE = frozenset({"tenants", "lookups", "sign_in_throttles", "alembic_version"})


class TenantRow(Base):
    """A row that belongs to one tenant; its key is (tenant_id, id)."""

    __abstract__ = True

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)


def refers(column: str, table: str) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the tenant: row-level security does not look at foreign keys."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"])


def indexed(name: str, *columns: str, unique: bool = False, where: Any = None) -> Index:
    """An index that begins with the tenant; ``where`` makes it partial on both databases."""
    return Index(name, "tenant_id", *columns, unique=unique, postgresql_where=where, sqlite_where=where)


@event.listens_for(Session, "do_orm_execute")
def _stay_inside(state: ORMExecuteState) -> None:
    """Add the tenant to every ORM query, even one whose author forgot it."""
    if state.is_column_load or state.is_relationship_load:
        return
    tenant = current_tenant()
    state.statement = state.statement.options(
        with_loader_criteria(TenantRow, lambda row: row.tenant_id == tenant, include_aliases=True)
    )
