"""Choosing what to send next: receiver by receiver, each within its places, no backlog walked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, text

from app.db import db
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.contracts import DeliverySetup
from app.models.deliveries import Delivery
from app.models.webhooks import Endpoint, Event, Message
from app.services import in_flight
from app.services.delivery_claims import claim_due
from app.services.in_flight import Limited
from app.transaction import commit, rollback
from tests.services.delivering import rows, scripted, set_up, sold_lead, url
from tests.services.telling import listen
from tests.support.world import NOON, World

SECOND = timedelta(seconds=1)
BACKLOG = 3000


@pytest.fixture
def world(app):
    made = World()
    made.contract(made.buyer("First"), 6000, url=url("first"), name="first")
    return made


@pytest.fixture
def backlog(world):
    """A dead endpoint's backlog, older than the one message that a living endpoint is owed."""
    dead, alive = listen(world), listen(world, url="https://alive.example/in")
    events = [_event(world) for _ in range(BACKLOG)]
    db.session.execute(insert(Event), events)
    owed = [_message(world, one, dead.endpoint.id, NOON - SECOND) for one in events]
    db.session.execute(insert(Message), [*owed, _message(world, events[0], alive.endpoint.id, NOON)])
    commit()
    return dead.endpoint.id, alive.endpoint.id


def _event(world):
    return {
        "tenant_id": world.tenant_id, "id": new_id(NOON, kit().rng), "type": "lead.rejected",
        "owner_kind": "publisher", "owner_id": world.publisher_id, "payload": {}, "created_at": NOON,
        "fanned_out_at": NOON,
    }  # fmt: skip


def _message(world, told, endpoint_id, next_at):
    return {
        "tenant_id": world.tenant_id, "id": new_id(NOON, kit().rng), "event_id": told["id"],
        "endpoint_id": endpoint_id, "event_type": "lead.rejected", "replay": 0, "body": b"{}", "state": "pending",
        "attempt": 0, "next_at": next_at, "created_at": NOON,
    }  # fmt: skip


def chosen(world, room=100):
    limited = Limited(Message, Message.endpoint_id, Endpoint, Endpoint.status == "active")
    found = in_flight.choose(limited, world.tenant_id, room, NOON)
    rollback()
    return [row.endpoint_id for row in rows(Message) if row.id in found]


def test_a_long_backlog_takes_its_own_places_and_nobody_elses(world, backlog):
    dead, alive = backlog
    assert sorted(chosen(world)) == sorted([*[dead] * 4, alive])


def test_who_has_waited_longest_comes_first(world, backlog):
    dead, _ = backlog
    assert chosen(world, 4) == [dead] * 4


def test_a_receiver_without_a_free_place_is_passed_over(world, backlog):
    dead, alive = backlog
    for row in [one for one in rows(Message) if one.endpoint_id == dead][:4]:
        row.state, row.lease_until = "sending", NOON + SECOND
    commit()
    assert chosen(world) == [alive]


def test_no_statement_reads_the_backlog(world, backlog):
    """By the plans: what is due is found along the index of its receiver, never by reading the table."""
    plans, connection = [], db.session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("set local enable_seqscan = off"))
    explain = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "

    def note(_connection, cursor, statement, parameters, _context, _many):
        if "messages" in statement and statement.startswith("SELECT"):
            beside = cursor.connection.cursor()
            beside.execute(explain + statement, parameters)
            plans.append("\n".join(str(row) for row in beside.fetchall()))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        chosen(world)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert any("ix_messages_endpoint_due" in plan for plan in plans)
    assert not [plan for plan in plans if "SCAN messages" in plan or "Seq Scan on messages" in plan]


def test_deliveries_of_a_full_setup_leave_the_others_theirs(world):
    with scripted():
        for number in range(6):
            sold_lead(world, number)
        set_up(max_in_flight=2)
        [full] = rows(DeliverySetup)
        other = DeliverySetup(
            tenant_id=full.tenant_id, id=new_id(NOON, kit().rng), buyer_id=full.buyer_id, name="other", kind="http",
            url=url("other"), timeout_ms=5000, max_in_flight=2, created_at=NOON,
        )  # fmt: skip
        db.session.add(other)
        commit()
        rows(Delivery)[-1].setup_id = other.id
        commit()
        urls = sorted(one.request.url for one in claim_due(world.tenant_id, 64, NOON))
        assert urls == [url("first"), url("first"), url("other")]
        assert claim_due(world.tenant_id, 64, NOON) == []
