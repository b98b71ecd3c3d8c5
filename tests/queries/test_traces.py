"""Traces as they are stored: beside their sheet, in the form of releases before, and taken back to that form."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import orjson
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from sqlalchemy import func, select, update

from app.db import db
from app.extensions import MIGRATIONS
from app.models.leads import Distribution, TraceSheet
from app.queries import traces
from app.services import book, intake
from app.transaction import commit, rollback
from tests.support.world import World, submission

pytestmark = pytest.mark.usefixtures("app")
OLD: dict[str, Any] = {
    "version": 1, "currency": "GBP", "reasons": [{"code": "seats_filled"}],
    "buyers": [["00000000-0000-0000-0000-000000000001", "Northgate"]],
    "rows": [["00000000-0000-0000-0000-000000000007", "Northgate UK", 0, "outbid", [0], 6200, "London", 1, None]],
}  # fmt: skip


def sold(world: World, number: int = 1) -> Any:
    return intake.submit(world.access(), submission(number), now=world.now).lead_id


def a_shop() -> World:
    world = World()
    world.contract(world.buyer(), 6000, name="plain")
    world.contract(world.buyer("Harbour"), 5000, name="second")
    world.contract(world.buyer("Quay"), 5000, name="shut", status="paused")
    return world


def sheets() -> int:
    return db.session.scalar(select(func.count()).select_from(TraceSheet)) or 0


def test_leads_of_one_shop_share_a_sheet(app: Flask) -> None:
    world = a_shop()

    first, second = sold(world), sold(world, 2)

    assert sheets() == 1
    assert [entry.contract for entry in world.trace(first)] == ["plain", "second", "shut"]
    assert world.trace(first) == world.trace(second)


def test_a_new_name_or_price_makes_a_new_sheet_and_old_traces_keep_theirs(app: Flask) -> None:
    world = a_shop()
    first = sold(world)
    before = world.trace(first)

    world.contract(world.buyer("Wharf"), 7000, name="dearest")
    second = sold(world, 2)

    assert sheets() == 2
    assert (world.trace(first), world.trace(second)[0].contract) == (before, "dearest")


def test_a_change_that_no_trace_shows_makes_no_sheet(app: Flask) -> None:
    world = a_shop()
    sold(world)

    world.touch()
    sold(world, 2)

    assert sheets() == 1


def test_a_sheet_that_was_rolled_back_is_written_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_shop()
    with monkeypatch.context() as patched:
        patched.setattr("app.services.distribution._keep_trace", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sold(world)
    rollback()

    assert sheets() == 0
    assert len(world.trace(sold(world, 2))) == 3
    assert len(book.current(world.tenant_id).kept_sheets) == 1


def test_traces_of_releases_before_are_read_as_ever(app: Flask) -> None:
    world = a_shop()
    lead_id = sold(world)
    db.session.execute(update(Distribution).values(entries=OLD, packed=None, sheet_id=None))
    commit()

    [entry] = world.trace(lead_id)

    assert (entry.contract, entry.buyer, entry.price_minor, entry.rule) == ("Northgate UK", "Northgate", 6200, "London")


def test_a_trace_of_an_unknown_version_is_refused(app: Flask) -> None:
    world = a_shop()
    lead_id = sold(world)
    db.session.execute(update(Distribution).values(entries={"version": 99}))
    commit()

    with pytest.raises(ValueError, match="version"):
        world.trace(lead_id)


def test_the_migration_taken_back_writes_traces_out_whole(app: Flask) -> None:
    world = a_shop()
    before = {lead_id: world.trace(lead_id) for lead_id in (sold(world, number) for number in range(5))}
    rollback()

    with db.session.connection() as connection, Operations.context(MigrationContext.configure(connection)):
        _written_out(connection)
        table = Distribution.__table__.c
        kept = connection.execute(select(table.lead_id, table.entries)).all()
    assert {row.lead_id: traces.unpack_whole(orjson.loads(orjson.dumps(row.entries))) for row in kept} == before


def _written_out(connection: Any) -> None:
    found = spec_from_file_location("m0013", MIGRATIONS / "versions" / "0013_traces_beside_their_sheets.py")
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    module.AT_ONCE = 2  # several batches, the last of them not full
    module._write_out(connection)
