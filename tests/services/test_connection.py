"""The connection that hot statements take: the one of the transaction under way, of no other."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from app.db import connection, db
from app.transaction import commit, rollback

pytestmark = pytest.mark.usefixtures("app")


def test_it_is_the_sessions_own(app: Flask) -> None:
    assert connection() is db.session.connection()
    assert connection() is connection()


@pytest.mark.parametrize("end", [commit, rollback])
def test_it_ends_with_its_transaction(app: Flask, end: object) -> None:
    first = connection()
    assert callable(end)
    end()

    assert not db.session().in_transaction()
    assert connection() is db.session.connection()
    assert first.closed


def test_a_savepoint_leaves_it_be(app: Flask) -> None:
    outer = connection()
    with db.session.begin_nested():
        assert connection() is outer
        connection().execute(text("select 1"))

    assert connection() is outer
    assert not outer.closed
