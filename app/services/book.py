"""The book: everything configured in one tenant, as frozen values, held by each process.

Reading ten tables for every lead would cost more than the lead itself. So each process keeps one
snapshot a tenant, stamped with ``tenants.book_version``; every change of configuration moves that
number in its own transaction (``touch``), and whoever uses the book compares the number first: a
pause, a new price or a revoked key counts from the next request on, in every process.

Usage (caps, balances, last sales) is not configuration and is never in here.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select, update

from app.clock import tick
from app.db import connection, current_tenant, db
from app.models.tenants import Tenant
from app.services.book_facts import Book
from app.services.book_reader import read_book
from app.transaction import after_commit

FRESH_SECONDS = 1.0
READ_TRIES = 3


@dataclass(slots=True)
class _Held:
    book: Book
    checked: float


_BOOKS: dict[UUID, _Held] = {}
_LOADING = threading.Lock()
_TOUCHED = "touched_book"


def current(tenant_id: UUID) -> Book:
    """The book as the database has it in this transaction: one small query when nothing changed.

    After ``touch`` it is read anew each time and not kept, for a rollback leaves its version to somebody else's
    change. Raises LookupError outside the tenant, whose policies would show an empty book, and for no tenant.
    """
    if current_tenant() != tenant_id:
        message = "a book is read inside its own tenant"
        raise LookupError(message)
    version = connection().scalar(_VERSION, {"tenant": tenant_id})
    if version is None:
        message = "no such tenant"
        raise LookupError(message)
    if _is_touched():
        return _read(tenant_id, version)
    held = _BOOKS.get(tenant_id)
    if held is None or held.book.version != version:
        held = _reload(tenant_id, version)
    held.checked = tick()
    return held.book


def recent(tenant_id: UUID) -> Book:
    """The book as it was within the last second; whoever stores something asks ``current`` again."""
    held = _BOOKS.get(tenant_id)
    if held is not None and tick() - held.checked < FRESH_SECONDS:
        return held.book
    return current(tenant_id)


def touch(tenant_id: UUID) -> None:
    """Say that configuration changed; call it in the transaction of the change."""
    db.session.execute(
        update(Tenant)
        .where(Tenant.id == tenant_id)
        .values(book_version=Tenant.book_version + 1)
        .execution_options(synchronize_session=False)
    )
    session = db.session()
    session.info[_TOUCHED] = session.get_transaction()
    after_commit(lambda: _BOOKS.pop(tenant_id, None))


def _is_touched() -> bool:
    """Whether the transaction that is under way changed configuration."""
    session = db.session()
    touched = session.info.get(_TOUCHED)
    return touched is not None and touched is session.get_transaction()


def forget() -> None:
    """Drop every snapshot, for tests that empty the database."""
    _BOOKS.clear()


def _reload(tenant_id: UUID, version: int) -> _Held:
    with _LOADING:
        held = _BOOKS.get(tenant_id)
        if held is None or held.book.version != version:
            # The version was read before the rows: rows of a later version are read again next time.
            held = _BOOKS[tenant_id] = _Held(_read(tenant_id, version), tick())
        return held


def _read(tenant_id: UUID, version: int) -> Book:
    """Tables are read one after the other: a child that came between finds its parent at the next try."""
    for _ in range(READ_TRIES - 1):
        try:
            return read_book(tenant_id, version)
        except KeyError:
            continue
    return read_book(tenant_id, version)


_VERSION = select(Tenant.book_version).where(Tenant.id == bindparam("tenant"))
