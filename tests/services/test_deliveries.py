"""Every way that handing over a lead can go, on both databases, against buyers that answer from a script."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.db import db
from app.gateways.http_client import Answer
from app.models.deliveries import Delivery
from app.models.sales import LedgerEntry, Sale
from app.models.webhooks import Event
from app.services import deliveries
from app.services.delivery_claims import claim_due
from app.services.delivery_outcomes import settle
from app.transaction import rollback
from tests.services.delivering import (
    ACCEPTED,
    BLOCKED,
    BROKEN,
    DUPLICATE,
    GARBLED,
    LOST,
    REFUSED,
    REJECTED,
    attempts,
    one_delivery,
    rows,
    scripted,
    sold_lead,
    states,
    two_buyers,
    url,
)
from tests.support.world import NOON, World

pytestmark = pytest.mark.usefixtures("app")
MINUTE = timedelta(minutes=1)
FIRST, SECOND = url("first"), url("second")


@pytest.fixture
def world(app):
    made = World()
    made.contract(made.buyer("First"), 6000, url=FIRST, name="first")
    return made


@pytest.fixture
def line(app):
    made = World()
    two_buyers(made)
    return made


def drain(world, at=NOON):
    return deliveries.drain(world.tenant_id, at)


def test_an_accepted_lead_is_delivered_and_its_sale_stands(world):
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED)
        sold_lead(world)
        assert states() == ("pending", "reserved", "sold")
        assert drain(world) == 1
    assert states() == ("delivered", "sold", "sold")
    [sale] = rows(Sale)
    assert (sale.buyer_reference, sale.sold_at is not None) == ("NG-77", True)
    assert {event.type for event in rows(Event)} == {"lead.purchased", "lead.new", "lead.sold"}
    [tried] = attempts()
    assert (tried.outcome, tried.status, tried.attempt) == ("delivered", 200, 1)
    assert tried.ended_at is not None
    assert not deliveries.due(world.tenant_id, NOON + MINUTE)


def test_a_declined_lead_goes_to_the_next_in_line(line):
    with scripted() as (http, _):
        http.on(FIRST, REJECTED).on(SECOND, ACCEPTED)
        sold_lead(line)
        drain(line)
        assert [len(http.sent_to(one)) for one in (FIRST, SECOND)] == [1, 1]
    assert [(row.state, row.reason) for row in rows(Delivery)] == [("declined", "declined"), ("delivered", None)]
    assert [row.state for row in rows(Sale)] == ["released", "sold"]
    assert sum(line.amount_minor for line in rows(LedgerEntry)) == 0


def test_a_duplicate_is_a_decline_with_its_own_reason(line):
    with scripted() as (http, _):
        http.on(FIRST, DUPLICATE).on(SECOND, ACCEPTED)
        sold_lead(line)
        drain(line)
    assert next((row.state, row.reason) for row in rows(Delivery)) == ("declined", "declined_duplicate")


def test_a_lead_that_everybody_declines_is_unsold(line):
    with scripted() as (http, _):
        http.on(FIRST, REJECTED).on(SECOND, REJECTED)
        lead_id = sold_lead(line)
        drain(line)
        assert not deliveries.due(line.tenant_id, NOON + 60 * MINUTE)
    assert [row.state for row in rows(Sale)] == ["released", "released"]
    [event] = [one for one in rows(Event) if one.type == "lead.rejected" and one.owner_kind == "publisher"]
    assert (event.lead_id, event.payload["reason"]) == (lead_id, "buyer_declined")


@pytest.mark.parametrize("trouble", [REFUSED, BROKEN, Answer(404), Answer(302)], ids=["refused", "503", "404", "302"])
def test_an_error_is_tried_three_times_and_then_the_next_in_line_has_a_turn(line, trouble):
    with scripted() as (http, _):
        http.on(FIRST, trouble).on(SECOND, ACCEPTED)
        sold_lead(line)
        for minutes in (0, 2, 8):
            drain(line, NOON + minutes * MINUTE)
        sent = http.sent_to(FIRST)
        assert len(http.sent_to(SECOND)) == 1
    assert len(sent) == 3
    assert len({request.body for request in sent}) == 1
    assert len({request.headers["Idempotency-Key"] for request in sent}) == 1
    assert next((row.state, row.reason) for row in rows(Delivery)) == ("failed", "delivery_failed")
    assert [row.outcome for row in attempts()] == ["error", "error", "error", "delivered"]


def test_the_next_try_after_an_error_may_succeed(world):
    with scripted() as (http, _):
        http.on(FIRST, REFUSED, ACCEPTED)
        sold_lead(world)
        drain(world)
        assert states() == ("pending", "posting", "sold")
        drain(world, NOON + 2 * MINUTE)
    assert states() == ("delivered", "sold", "sold")


def test_a_try_is_never_early_and_a_buyer_may_ask_for_twice_the_patience_at_most(world):
    with scripted() as (http, _):
        http.on(FIRST, BROKEN)  # asks for ninety seconds, the step is sixty
        sold_lead(world)
        drain(world)
        waits = one_delivery().next_at - NOON
        assert timedelta(seconds=90) <= waits < timedelta(seconds=120)
        assert drain(world, NOON + timedelta(seconds=89)) == 0
        assert not deliveries.due(world.tenant_id, NOON + timedelta(seconds=89))
        assert drain(world, one_delivery().next_at) == 1


def test_an_address_that_may_not_be_called_fails_at_once(line):
    with scripted() as (http, _):
        http.on(FIRST, BLOCKED).on(SECOND, ACCEPTED)
        sold_lead(line)
        drain(line)
    assert [(row.state, row.reason) for row in rows(Delivery)] == [("failed", "delivery_blocked"), ("delivered", None)]
    assert "blocked" not in attempts()[0].error


@pytest.mark.parametrize("answer", [LOST, GARBLED], ids=["timeout", "garbled"])
def test_a_lost_answer_is_asked_for_again_with_the_same_id_and_never_resold(line, answer):
    with scripted() as (http, _):
        http.on(FIRST, answer).on(SECOND, ACCEPTED)
        sold_lead(line)
        drain(line)
        assert states() == ("pending", "unknown", "sold")
        for minutes in (2, 8, 30, 600):
            drain(line, NOON + minutes * MINUTE)
        assert len(http.sent_to(FIRST)) == 3
        assert len({request.headers["Idempotency-Key"] for request in http.sent_to(FIRST)}) == 1
        assert http.sent_to(SECOND) == []
    assert states() == ("unknown", "unknown", "sold")
    assert one_delivery().reason == "delivery_unknown"
    assert [row.outcome for row in attempts()] == ["lost", "lost", "lost"]


def test_errors_after_a_lost_answer_leave_it_unknown_too(line):
    with scripted() as (http, _):
        http.on(FIRST, LOST, REFUSED).on(SECOND, ACCEPTED)
        sold_lead(line)
        for minutes in (0, 2, 8):
            drain(line, NOON + minutes * MINUTE)
        assert http.sent_to(SECOND) == []
    assert states() == ("unknown", "unknown", "sold")


def test_a_buyer_that_knows_the_lead_after_a_lost_answer_may_mean_our_own(line):
    with scripted() as (http, _):
        http.on(FIRST, LOST, DUPLICATE).on(SECOND, ACCEPTED)
        sold_lead(line)
        for minutes in (0, 2, 8):
            drain(line, NOON + minutes * MINUTE)
        assert (len(http.sent_to(FIRST)), http.sent_to(SECOND)) == (2, [])
    assert states() == ("unknown", "unknown", "sold")


def test_a_clear_answer_settles_what_was_lost(line):
    with scripted() as (http, _):
        http.on(FIRST, LOST, REJECTED).on(SECOND, ACCEPTED)
        sold_lead(line)
        for minutes in (0, 2):
            drain(line, NOON + minutes * MINUTE)
    assert [row.state for row in rows(Delivery)] == ["declined", "delivered"]


def test_a_worker_that_was_replaced_writes_nothing(world):
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED)
        sold_lead(world)
        [slow] = claim_due(world.tenant_id, 10, NOON)
        later = NOON + timedelta(seconds=61)
        deliveries.drain(world.tenant_id, later)
        assert states() == ("delivered", "sold", "sold")
        before = [(row.state, row.attempt, row.done_at) for row in rows(Delivery)]

        assert settle(slow, REJECTED, later) is None

        assert [(row.state, row.attempt, row.done_at) for row in rows(Delivery)] == before
        assert [row.outcome for row in attempts()] == [None, "delivered"]
        assert states() == ("delivered", "sold", "sold")


def test_a_crash_between_sending_and_settling_gives_a_second_post_with_the_same_id(world):
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED)
        sold_lead(world)
        [claimed] = claim_due(world.tenant_id, 10, NOON)
        http.send(claimed.request)  # and then the process is gone
        assert not deliveries.due(world.tenant_id, NOON + timedelta(seconds=59))
        assert deliveries.due(world.tenant_id, NOON + timedelta(seconds=61))
        assert drain(world, NOON + timedelta(seconds=61)) == 1
        first, second = http.sent_to(FIRST)
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.body == second.body
    assert states() == ("delivered", "sold", "sold")


def test_three_crashes_leave_it_to_a_person(line):
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED).on(SECOND, ACCEPTED)
        sold_lead(line)
        for minutes in (0, 2, 4):
            deliveries.revive(line.tenant_id, NOON + minutes * MINUTE)
            assert len(claim_due(line.tenant_id, 10, NOON + minutes * MINUTE)) == 1
        drain(line, NOON + 6 * MINUTE)
        assert http.requests == []
    assert states() == ("unknown", "unknown", "sold")


def test_a_sale_that_ended_otherwise_is_not_handed_over(world):
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED)
        sold_lead(world)
        [sale] = rows(Sale)
        sale.state = "released"
        db.session.commit()
        drain(world)
        assert http.requests == []
    assert one_delivery().state == "cancelled"
    rollback()
