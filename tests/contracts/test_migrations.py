"""The migrations make exactly the tables of the code, and every one of them can be taken back."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from alembic import command
from sqlalchemy import inspect

from app.db import db, enter_tenant
from app.extensions import MIGRATIONS
from app.factory import create_app
from app.queries import buyers
from app.services import intake, parties
from app.transaction import commit, rollback
from tests.support import require
from tests.support.postgres import NoPostgres, postgres_place
from tests.support.settings import settings_for
from tests.support.world import World, submission


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


def test_the_newest_migrations_are_taken_back_and_done_again_over_what_two_tenants_have(bare_database):
    with _alembic(bare_database) as config:
        command.upgrade(config, "head")
        shops = [_shop_with_a_sale() for _ in range(2)]
        before = [_seen(*shop) for shop in shops]
        assert all(trace for trace, _ in before)
        rollback()  # no transaction of the test's own is open while tables change
        command.downgrade(config, "0011")
        command.upgrade(config, "head")
        assert [_seen(*shop) for shop in shops] == before
        rollback()


def _shop_with_a_sale():
    """A shop whose buyer has paid and bought, and the lead that it bought."""
    world = World()
    buyer_id = world.buyer()
    world.contract(buyer_id, 6000, name="plain")
    world.contract(world.buyer("Quay"), 5000, name="shut", status="paused")
    parties.top_up(world.admin, buyer_id, 2500, now=world.now)
    commit()
    return world, buyer_id, intake.submit(world.access(), submission(), now=world.now).lead_id


def _seen(world, buyer_id, lead_id):
    """The trace of the lead, and what the buyer's account says."""
    enter_tenant(world.tenant_id)
    account = [(line.kind, line.amount, line.posted_at) for line in buyers.ledger(world.admin, buyer_id)]
    return world.trace(lead_id), sorted(account)
