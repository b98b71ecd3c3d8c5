"""Turning events into messages: within the time there is, and a batch at a time."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event

from app.db import db
from app.domain.actor import Actor, Role
from app.models.leads import Lead
from app.services import outbox, sending
from jobs.work import KINDS
from tests.services.delivering import rows, scripted, sold_lead
from tests.services.telling import OK, URL, listen, messages
from tests.support.world import NOON, World

LEADS = 5


@pytest.fixture
def world(app):
    """A buyer that hears of each lead it buys, the lead included."""
    made = World()
    buyer_id = made.buyer("Northgate")
    made.contract(buyer_id, 6000)
    listen(made, Actor(made.tenant_id, Role.BUYER, uuid4(), buyer_id), events=["lead.new"])
    for number in range(LEADS):
        sold_lead(made, number)
    yield made
    sending.resume()


def test_no_time_is_no_messages_and_everything_stays_owed(world):
    assert outbox.fan_out(world.tenant_id, NOON, budget=timedelta(0)) == 0
    assert messages() == []
    assert outbox.due(world.tenant_id, NOON)


def test_a_process_on_its_way_out_begins_no_batch(world):
    sending.stop()
    assert outbox.fan_out(world.tenant_id, NOON) == 0
    assert outbox.due(world.tenant_id, NOON)


def test_a_job_without_time_left_tells_nobody(world):
    with scripted() as (http, _):
        http.on(URL, OK)
        assert KINDS["webhooks"].drain(world.tenant_id, NOON, timedelta(0)) == 0
        assert http.requests == []
        assert KINDS["webhooks"].drain(world.tenant_id, NOON, timedelta(seconds=60)) == LEADS
        assert len(http.sent_to(URL)) == LEADS


def test_the_leads_of_a_batch_are_read_in_one_statement(world):
    read = []

    def note(_connection, _cursor, statement, *_more):
        if "FROM leads" in statement:
            read.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        outbox.fan_out(world.tenant_id, NOON)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(read) == 1
    emails = {lead.id: lead.fields["email"].encode() for lead in rows(Lead)}
    assert len(set(emails.values())) == LEADS
    assert all(emails[message.lead_id] in message.body for message in messages())
