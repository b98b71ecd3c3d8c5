"""What was in flight when the ground moved: a removed endpoint, a worker that is gone, a deadlock."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.db import db
from app.services import delivery_claims, endpoints, message_claims, webhooks
from app.services.message_outcomes import settle
from app.services.sending import LEASE
from app.transaction import commit
from tests.services.delivering import one_delivery, scripted, sold_lead, url
from tests.services.telling import BROKEN, OK, listen, messages, publisher, reject
from tests.support.world import NOON, World

LATE = NOON + LEASE + timedelta(seconds=1)


@pytest.fixture
def world(app):
    return World()


@pytest.fixture
def claimed(world):
    """A message in flight whose endpoint is removed meanwhile."""
    made = listen(world)
    reject(world)
    [found] = message_claims.claim_due(world.tenant_id, 8, NOON)
    endpoints.remove(publisher(world), made.endpoint.id, now=NOON)
    commit()
    assert [message.state for message in messages()] == ["sending"]
    return found


def test_a_message_that_fails_after_its_endpoint_was_removed_is_cancelled(world, claimed):
    assert settle([(claimed, BROKEN)], NOON) == 1
    [message] = messages()
    assert (message.state, message.done_at) == ("cancelled", NOON)
    assert not webhooks.due(world.tenant_id, NOON + timedelta(days=9))


def test_a_message_that_arrives_after_its_endpoint_was_removed_is_delivered(claimed):
    assert settle([(claimed, OK)], NOON) == 1
    assert [message.state for message in messages()] == ["delivered"]


def test_a_message_left_by_a_worker_is_cancelled_when_its_endpoint_was_removed(world, claimed):
    message_claims.revive(world.tenant_id, LATE)
    assert [message.state for message in messages()] == ["cancelled"]


def test_a_message_left_by_a_worker_waits_again_for_a_living_endpoint(world):
    listen(world)
    reject(world)
    message_claims.claim_due(world.tenant_id, 8, NOON)
    message_claims.revive(world.tenant_id, LATE)
    assert [(message.state, message.next_at) for message in messages()] == [("pending", LATE)]


def test_taking_back_a_lost_delivery_outlives_a_deadlock(world):
    world.contract(world.buyer(), 6000, url=url("first"))
    with scripted():
        sold_lead(world)
    lost = one_delivery()
    lost.state, lost.attempt, lost.lease_token, lost.lease_until = "sending", 1, uuid4(), NOON
    commit()
    struck = []

    def strike(_connection, _cursor, statement, *_more):
        if statement.startswith("UPDATE deliveries") and not struck:
            struck.append(statement)
            raise OperationalError(statement, {}, DeadlockDetected())

    event.listen(db.engine, "before_cursor_execute", strike)
    try:
        delivery_claims.revive(world.tenant_id, LATE)
    finally:
        event.remove(db.engine, "before_cursor_execute", strike)
    assert len(struck) == 1
    assert (one_delivery().state, one_delivery().next_at) == ("pending", LATE)
