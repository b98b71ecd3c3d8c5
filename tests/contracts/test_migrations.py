"""The migrations make exactly the tables of the code, and every one of them can be taken back."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from alembic import command
from sqlalchemy import inspect

from app.db import db
from app.extensions import MIGRATIONS
from app.factory import create_app
from tests.support import require
from tests.support.postgres import NoPostgres, postgres_place
from tests.support.settings import settings_for


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bare_database(request, tmp_path):
    """The address of a database without a table, as its owner sees it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    try:
        with postgres_place() as place:
            yield place.owner_url
    except NoPostgres as reason:
        require.missing("postgres", str(reason))


@contextmanager
def _alembic(url):
    app = create_app(settings_for(url))
    with app.app_context():
        yield app.extensions["migrate"].migrate.get_config(str(MIGRATIONS))
        db.engine.dispose()


def test_the_migrations_and_the_tables_of_the_code_agree(bare_database):
    with _alembic(bare_database) as config:
        command.upgrade(config, "head")
        command.check(config)


def test_every_migration_can_be_taken_back_and_done_again(bare_database):
    with _alembic(bare_database) as config:
        command.upgrade(config, "head")
        command.downgrade(config, "base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        command.upgrade(config, "head")
        command.check(config)
