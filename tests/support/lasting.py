"""A database that lasts for a module, for tests that are dear to set up: one of each kind in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import databases, require
from tests.support.databases import Database
from tests.support.postgres import NoPostgres

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def lasting_database(request: pytest.FixtureRequest, factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An empty database of the kind in ``request.param``; to be yielded from by a module's own fixture."""
    if request.param == "sqlite":
        yield databases.copy_of(request.getfixturevalue("sqlite_template"), factory.mktemp("lasting"))
        return
    found: Database | NoPostgres = request.getfixturevalue("postgres_schema")
    if isinstance(found, NoPostgres):
        require.missing("postgres", str(found))
    databases.empty(found)
    yield found
    databases.empty(found)
