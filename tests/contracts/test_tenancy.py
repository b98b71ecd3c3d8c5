"""One tenant never meets another's rows: not by any key, not in the ORM's queries, and below both in PostgreSQL."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint, insert, select, text
from sqlalchemy.exc import ProgrammingError

from app.db import Base, db, enter_tenant
from app.models.leads import Lead
from app.models.parties import Publisher
from app.models.tenancy import OUTSIDE
from app.services import intake
from app.transaction import commit, rollback
from tests.support.settings import settings_for
from tests.support.world import NOON, World, submission

INSIDE = [table for name, table in sorted(Base.metadata.tables.items()) if name not in OUTSIDE]
each_table = pytest.mark.parametrize("table", INSIDE, ids=lambda table: table.name)


def unique_keys(table: Table) -> list[list[str]]:
    found = [table.primary_key, *(one for one in table.constraints if isinstance(one, UniqueConstraint))]
    return [[column.name for column in one.columns] for one in (*found, *(one for one in table.indexes if one.unique))]


def references(table: Table) -> list[ForeignKeyConstraint]:
    return [one for one in table.constraints if isinstance(one, ForeignKeyConstraint)]


def test_three_tables_and_no_more_stand_outside():
    assert set(Base.metadata.tables) - {table.name for table in INSIDE} == {"tenants", "lookups", "sign_in_throttles"}


@each_table
def test_every_key_begins_with_the_tenant(table):
    assert {names[0] for names in unique_keys(table)} == {"tenant_id"}


@each_table
def test_no_reference_leaves_the_tenant(table):
    for one in references(table):
        if one.referred_table.name != "tenants":
            assert one.column_keys[0] == "tenant_id"
            assert one.elements[0].column.name == "tenant_id"


@pytest.fixture
def two(postgres, redis_url, make_app):
    """Two tenants with a lead each, on PostgreSQL."""
    with make_app(settings_for(postgres.url, redis_url)).app_context():
        worlds = World(), World()
        for world in worlds:
            enter_tenant(world.tenant_id)
            intake.submit(world.access(), submission(), now=NOON)
        yield worlds
        rollback()


def seen(table: str) -> set[object]:
    """Tenants whose rows a query finds that was written without any fence."""
    rollback()
    return set(db.session.connection().execute(text(f"select tenant_id from {table}")).scalars())


@pytest.mark.postgres
def test_postgresql_shows_only_rows_of_the_tenant_that_is_set(two):
    for world in two:
        enter_tenant(world.tenant_id)
        for table in ("leads", "publishers", "api_keys", "events", "audit_entries"):
            assert seen(table) == {world.tenant_id}
    enter_tenant(None)
    assert seen("leads") == set()


@pytest.mark.postgres
def test_postgresql_takes_no_row_of_another_tenant(two):
    mine, theirs = two
    enter_tenant(mine.tenant_id)
    rollback()
    row = {"tenant_id": theirs.tenant_id, "id": uuid4(), "name": "Stray", "status": "active", "created_at": NOON}
    with pytest.raises(ProgrammingError, match="row-level security"):
        db.session.connection().execute(insert(Publisher.__table__), row | {"requests_per_minute": 1})


@pytest.mark.postgres
def test_every_table_inside_is_fenced_for_its_owner_too(postgres):
    with psycopg.connect(postgres.url.replace("+psycopg", "")) as connection:
        fenced = connection.execute(
            "select c.relname from pg_class c join pg_policy p on p.polrelid = c.oid"
            " where c.relrowsecurity and c.relforcerowsecurity"
        ).fetchall()
    assert {name for (name,) in fenced} == {table.name for table in INSIDE}


def test_a_query_whose_author_forgot_the_tenant_is_kept_inside(app):
    worlds = World(), World()
    for world in worlds:
        enter_tenant(world.tenant_id)
        intake.submit(world.access(), submission(), now=NOON)
    commit()
    for world in worlds:
        enter_tenant(world.tenant_id)
        assert {lead.tenant_id for lead in db.session.scalars(select(Lead))} == {world.tenant_id}
