"""The one place that commits.

Entry points commit what their service flushed. Only the services that talk to the network commit
between stages, through here, so that no row stays locked while a buyer thinks. What must happen
after a commit (ring a doorbell, show a row in the feed) is asked for with ``after_commit`` and
dropped by a rollback: nothing is ever announced that did not become true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from app.db import db
from app.log import get, place_of
from app.sqlite_turns import reading

T = TypeVar("T")
_AFTER = "after_commit"
SERIALIZATION_CODES = frozenset({"40001", "40P01"})  # serialization failure, deadlock detected


def after_commit(do: Callable[[], object]) -> None:
    """Run ``do`` once this transaction has committed; a rollback forgets it. Equal ones are done once."""
    wanted = db.session().info.setdefault(_AFTER, [])
    if do not in wanted:
        wanted.append(do)


def commit() -> None:
    """Commit, then do what was asked for. A failing follow-up is logged: the truth is stored already."""
    session = db.session()
    session.commit()
    for do in session.info.pop(_AFTER, []):
        try:
            do()
        except Exception as error:  # noqa: BLE001 - the commit stands; sweeps make good what a follow-up missed
            get().warning("after_commit_failed", error_class=type(error).__name__, error_place=place_of(error))


def rollback() -> None:
    """Undo the transaction and forget its follow-ups."""
    session = db.session()
    session.info.pop(_AFTER, None)
    session.rollback()


@contextmanager
def transaction() -> Iterator[None]:
    """Commit at the end, roll back on any error."""
    try:
        yield
        commit()
    except BaseException:
        rollback()
        raise


@contextmanager
def read_only() -> Iterator[None]:
    """A transaction that only reads; it takes no write turn on SQLite and ends without a commit."""
    with reading():
        try:
            yield
        finally:
            rollback()


def retried(work: Callable[[], T], tries: int = 4) -> T:
    """Run ``work`` again when the database chose it as the victim of a deadlock."""
    for remaining in range(tries - 1, -1, -1):
        try:
            return work()
        except DBAPIError as error:
            rollback()
            if remaining == 0 or getattr(error.orig, "sqlstate", None) not in SERIALIZATION_CODES:
                raise
    raise AssertionError
