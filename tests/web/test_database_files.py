"""The files of an embedded database: nobody else of the machine may read them."""

from __future__ import annotations

import os
import stat

from sqlalchemy import create_engine, text

from app.db import prepare_engine


def test_a_new_database_is_its_owners_alone(tmp_path):
    kept = os.umask(0o022)
    engine = create_engine(f"sqlite:///{tmp_path}/yard.db")
    prepare_engine(engine, "")
    try:
        with engine.begin() as connection:
            connection.execute(text("create table t (x)"))
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(kept)
        engine.dispose()
    assert modes.keys() == {"yard.db", "yard.db-wal", "yard.db-shm", "yard.db-turn"}
    assert set(modes.values()) == {0o600}


def test_a_database_that_exists_keeps_its_mode(tmp_path):
    path = tmp_path / "yard.db"
    path.touch()
    path.chmod(0o640)
    engine = create_engine(f"sqlite:///{path}")
    prepare_engine(engine, "")
    with engine.begin() as connection:
        connection.execute(text("create table t (x)"))
    engine.dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
