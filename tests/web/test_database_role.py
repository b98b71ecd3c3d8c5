"""A login that sees past row-level security steps down to a lesser role, or nothing is served at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from app import cli
from app.db import UnsafeRole, prepare_engine
from tests.conftest import Database
from tests.support.live import free_port
from tests.support.postgres import _servers
from tests.support.settings import environment, settings_for

pytestmark = pytest.mark.postgres
WHO = text("select current_user")


@pytest.fixture
def superuser(postgres: Database) -> Iterator[Engine]:
    """The test's database, entered by the server's superuser."""
    name = make_url(postgres.url).database
    with ExitStack() as stack:
        for admin in _servers(stack):
            try:
                psycopg.connect(admin).close()
            except psycopg.Error:
                continue
            where = make_conninfo(**conninfo_to_dict(admin) | {"dbname": name})
            yield create_engine("postgresql+psycopg://", creator=partial(psycopg.connect, where), poolclass=NullPool)
            return
    pytest.skip("no superuser to be had")


def test_a_superuser_steps_down(superuser: Engine, postgres: Database):
    role = make_url(postgres.url).username or ""
    prepare_engine(superuser, role)
    with superuser.connect() as connection:
        assert connection.scalar(WHO) == role


@pytest.mark.parametrize("role", ["nobody_has_this_role", "postgres"])
def test_without_a_lesser_role_nothing_is_read(superuser: Engine, role: str):
    prepare_engine(superuser, role)
    with pytest.raises(UnsafeRole):
        superuser.connect()


def test_the_server_does_not_start_with_a_role_that_sees_everything(
    superuser: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with superuser.connect() as connection:
        info = connection.connection.driver_connection.info
        where = f"postgresql://{info.user}:{info.password}@/{info.dbname}?host={info.host}&port={info.port}"
    for name, value in environment(where, DATABASE_ROLE="nobody_has_this_role", PORT=str(free_port())).items():
        monkeypatch.setenv(name, value)
    assert cli.main(["serve"]) == 1
    assert "DATABASE_ROLE must name a role" in capsys.readouterr().err


def test_a_database_that_is_away_does_not_stop_the_start():
    cli.ask_role(settings_for("postgresql://nobody@127.0.0.1:1/none"))
