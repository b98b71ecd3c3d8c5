"""The overview reads two days and what is open, by an index each: no scan of a table that grows for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.queries import overview, owed
from tests.queries.plans import steps_of
from tests.support.settings import settings_for
from tests.support.world import NOON, World

GROWING = ("leads", "sales", "deliveries", "events", "messages")


@pytest.fixture
def world(sqlite, redis_url, make_app):
    app: Flask = make_app(settings_for(sqlite.url, redis_url))
    with app.app_context():
        yield World()


READS = {
    "the day": lambda world: overview.today(world.admin, "Europe/London", NOON),
    "buyers": lambda world: overview.services_of(world.admin, NOON - timedelta(days=1)),
    "what is owed": lambda world: owed.debts(world.admin, NOON),
}


@pytest.mark.parametrize("name", READS)
def test_no_table_that_grows_is_scanned(world, name):
    steps = steps_of(lambda: READS[name](world))
    assert steps
    assert not [step for step in steps if step.startswith("SCAN ") and step.split()[1] in GROWING], steps


def test_the_two_days_are_ranges_of_the_index_on_time(world):
    steps = steps_of(lambda: READS["the day"](world))
    ranges = [step for step in steps if "received_at>? AND received_at<?" in step]
    assert len(ranges) == 4, steps


@pytest.mark.parametrize(
    "index",
    [
        "ix_leads_open", "ix_deliveries_due", "ix_deliveries_leased", "ix_deliveries_stuck", "ix_events_owed",
        "ix_messages_due", "ix_messages_leased", "ix_messages_failed", "ix_mails_due",
    ],
)  # fmt: skip
def test_what_is_owed_is_found_by_the_index_of_its_state(world, index):
    steps = steps_of(lambda: READS["what is owed"](world))
    assert [step for step in steps if f" {index} " in step], steps
