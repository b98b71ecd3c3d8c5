"""What goes over the wire to a buyer, and what is kept of it; deliveries inside a request; replays."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import orjson
import pytest

from app.domain.actor import Actor, Role
from app.domain.states import DeliveryState
from app.gateways.http_client import Answer
from app.models.contracts import DeliverySetup
from app.models.deliveries import Delivery
from app.models.people import AuditEntry
from app.services import deliveries, setup_headers
from app.services.changes import NoSuchThing, Refused
from app.services.delivery_claims import claim_due
from app.transaction import commit
from tests.services.delivering import (
    ACCEPTED,
    LOST,
    REFUSED,
    REJECTED,
    attempts,
    one_delivery,
    rows,
    scripted,
    set_up,
    sold_lead,
    states,
    two_buyers,
    url,
)
from tests.support.world import NOON, World

pytestmark = pytest.mark.usefixtures("app")
FIRST, SECOND = url("first"), url("second")
SECOND_LONG = timedelta(seconds=1)


@pytest.fixture
def line(app):
    made = World()
    two_buyers(made)
    return made


def test_the_body_holds_ids_every_field_and_the_extra_fields(line):
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED)
        lead_id = sold_lead(line)
        deliveries.drain(line.tenant_id, NOON)
        [request] = http.requests
    body = orjson.loads(request.body)
    delivery_id = f"DEL-{one_delivery().id.hex.upper()}"
    assert (body["lead_id"], body["delivery_id"]) == (f"lead_{lead_id.hex}", delivery_id)
    assert (body["vertical"], body["price"], body["currency"]) == ("mortgages", "60.00", "GBP")
    assert body["extra_fields"] == {"property_value_gbp": 350000, "deposit_gbp": 70000}
    assert (body["fields"]["email"], body["fields"]["postal_code"]) == ("j.patel1@example.co.uk", "sw1a 1aa")
    assert (body["test"], body["received_at"]) == (False, "2026-11-20T12:00:00Z")
    assert request.headers["Idempotency-Key"] == request.headers["X-Switchyard-Delivery"] == delivery_id


def test_the_buyers_own_headers_are_sent_and_never_stored(line):
    for setup in rows(DeliverySetup):
        setup.headers_sealed = setup_headers.seal(line.tenant_id, setup.id, {"Authorization": "Bearer sesame-open-77"})
    commit()
    quoting = Answer(200, {"server": "x sesame-open-77", "set-cookie": "no"}, b'{"status":"ok","k":"sesame-open-77"}')
    with scripted() as (http, _):
        http.on(FIRST, quoting)
        sold_lead(line)
        deliveries.drain(line.tenant_id, NOON)
        assert http.requests[0].headers["Authorization"] == "Bearer sesame-open-77"
    [tried] = attempts()
    kept = f"{tried.request} {tried.request_body} {tried.response} {tried.response_body}"
    assert "sesame" not in kept
    assert tried.request["headers"]["Authorization"] == "[sealed]"
    assert tried.response["headers"] == {"server": "x [redacted]"}
    assert orjson.loads(tried.response_body) == {"status": "ok", "k": "[redacted]"}


def test_long_and_odd_answers_are_stored_in_part(line):
    odd = Answer(200, {"server": "s" * 5000}, b"OK \x00\xff" + b"x" * 60_000, truncated=False)
    with scripted() as (http, _):
        http.on(FIRST, odd)
        sold_lead(line)
        deliveries.drain(line.tenant_id, NOON)
    [tried] = attempts()
    assert len(tried.response_body) + len(orjson.dumps(tried.response)) < 4_300
    assert "\x00" not in tried.response_body


def test_headers_that_cannot_be_opened_fail_that_buyer_alone(line):
    [broken] = rows(DeliverySetup, url=FIRST)
    broken.headers_sealed = b"not sealed by us"
    commit()
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED).on(SECOND, ACCEPTED)
        sold_lead(line)
        deliveries.drain(line.tenant_id, NOON)
        assert http.sent_to(FIRST) == []
    assert [row.state for row in rows(Delivery)] == ["failed", "delivered"]


def test_rules_of_the_setup_read_the_answer(line):
    set_up(answer_rules={"accepted": {"path": "code", "equals": [1]}, "rejected": {"path": "code", "equals": [0]}})
    with scripted() as (http, _):
        http.on(FIRST, Answer(200, {}, b'{"code": 0}')).on(SECOND, Answer(200, {}, b'{"code": 1}'))
        sold_lead(line)
        deliveries.drain(line.tenant_id, NOON)
    assert [row.state for row in rows(Delivery)] == ["declined", "delivered"]


def test_a_setup_has_no_more_in_flight_than_it_may(line):
    set_up(max_in_flight=2)
    with scripted():
        for number in range(5):
            sold_lead(line, number)
        assert len(claim_due(line.tenant_id, 10, NOON)) == 2
        assert claim_due(line.tenant_id, 10, NOON) == []
        deliveries.revive(line.tenant_id, NOON + timedelta(seconds=61))
        assert len(claim_due(line.tenant_id, 10, NOON + timedelta(seconds=61))) == 2


def test_a_full_setup_does_not_hide_the_others_behind_it(line):
    set_up(max_in_flight=1)
    with scripted():
        for number in range(12):
            sold_lead(line, number)
        assert [one.request.url for one in claim_due(line.tenant_id, 8, NOON)] == [FIRST]
        # The head of the queue is full of the first buyer's; one of the second's stands at its end.
        last = next(row for row in rows(Delivery) if row.state == "pending")
        last.setup_id, last.next_at = rows(DeliverySetup, url=SECOND)[0].id, NOON + SECOND_LONG
        commit()
        assert [one.request.url for one in claim_due(line.tenant_id, 8, NOON + SECOND_LONG)] == [SECOND]


def test_a_delivery_inside_a_request_ends_with_its_outcome(line):
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED)
        sold_lead(line)
        handed = deliveries.deliver_now(line.tenant_id, one_delivery().id, now=NOON, deadline=1.5)
        assert (handed.state, handed.outcome) == (DeliveryState.DELIVERED, "delivered")
        assert http.requests[0].deadline <= timedelta(seconds=1.5)
    assert states() == ("delivered", "sold", "sold")


def test_a_decline_inside_a_request_routes_the_lead_on(line):
    with scripted() as (http, _):
        http.on(FIRST, REJECTED)
        sold_lead(line)
        handed = deliveries.deliver_now(line.tenant_id, one_delivery().id, now=NOON, deadline=1.5)
    assert (handed.state, handed.reason) == (DeliveryState.DECLINED, "declined")
    assert [row.state for row in rows(Delivery)] == ["declined", "pending"]


def test_a_request_does_not_send_what_a_worker_has(line):
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED)
        sold_lead(line)
        claim_due(line.tenant_id, 1, NOON)
        handed = deliveries.deliver_now(line.tenant_id, one_delivery().id, now=NOON, deadline=0.1)
        assert (handed.state, http.requests) == (DeliveryState.SENDING, [])


def test_a_request_without_time_sends_nothing(line):
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED)
        sold_lead(line)
        handed = deliveries.deliver_now(line.tenant_id, one_delivery().id, now=NOON, deadline=0.01)
        assert (handed.state, http.requests) == (DeliveryState.PENDING, [])


def test_a_person_sends_an_unknown_delivery_again_to_the_same_buyer_with_the_same_id(line):
    with scripted() as (http, bell):
        http.on(FIRST, LOST, LOST, LOST, ACCEPTED)
        sold_lead(line)
        for minutes in (0, 2, 8):
            deliveries.drain(line.tenant_id, NOON + timedelta(minutes=minutes))
        later = NOON + timedelta(hours=2)
        deliveries.replay(line.admin, one_delivery().id, now=later)
        commit()
        assert bell.rings[-1] == ("deliveries", line.tenant_id)
        deliveries.drain(line.tenant_id, later)
        assert len({request.headers["Idempotency-Key"] for request in http.sent_to(FIRST)}) == 1
    assert states() == ("delivered", "sold", "sold")
    assert "delivery.replayed" in {entry.action for entry in rows(AuditEntry)}


def test_what_must_not_be_sent_again_is_refused(line):
    with scripted() as (http, _):
        http.on(FIRST, REFUSED).on(SECOND, ACCEPTED)
        sold_lead(line)
        for minutes in (0, 2, 8):
            deliveries.drain(line.tenant_id, NOON + timedelta(minutes=minutes))
        failed, delivered = rows(Delivery)
        with pytest.raises(Refused, match="no longer stands"):
            deliveries.replay(line.admin, failed.id, now=NOON)
        with pytest.raises(Refused, match="delivered cannot be sent again"):
            deliveries.replay(line.admin, delivered.id, now=NOON)
        with pytest.raises(NoSuchThing):
            deliveries.replay(line.admin, uuid4(), now=NOON)
        for role in (Role.BUYER, Role.PUBLISHER):
            with pytest.raises(NoSuchThing):
                deliveries.replay(Actor(line.tenant_id, role, uuid4(), uuid4()), failed.id, now=NOON)
