"""Telling endpoints: bodies, retries, health, fences and replays, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import orjson
import pytest

from app.domain.actor import Actor, Role
from app.gateways.http_client import Answer
from app.models.people import AuditEntry
from app.models.webhooks import Endpoint
from app.services import deliveries, endpoints, outbox, webhooks
from app.services.changes import NoSuchThing, Refused
from app.services.message_claims import claim_due, revive
from app.services.message_outcomes import settle
from app.transaction import commit
from tests.services.delivering import ACCEPTED, LOST, REFUSED, rows, scripted, sold_lead, url
from tests.services.telling import BROKEN, OK, URL, drain, events, listen, messages, publisher, reject, tries
from tests.support.world import NOON, World

pytestmark = pytest.mark.usefixtures("app")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(app):
    return World()


def test_a_rejected_lead_is_told_in_the_dialects_own_shape(world):
    with scripted() as (http, _):
        http.on(URL, OK)
        listen(world)
        reject(world)
        assert drain(world) == 1
        [request] = http.requests
    [message] = messages()
    body = orjson.loads(request.body)
    assert request.body == message.body
    assert list(body) == ["event", "id", "reason", "rejected_at"]
    assert (body["event"], body["id"]) == ("lead.rejected", f"lead_{message.lead_id.hex}")
    assert (body["reason"], body["rejected_at"]) == ("no_buyer_match", "2026-11-20T12:00:00Z")
    assert (message.state, message.attempt) == ("delivered", 1)


def test_a_purchase_is_told_after_the_buyer_took_the_lead_and_not_before(world):
    world.contract(world.buyer("Northgate"), 6000, url=url("first"))
    with scripted() as (http, _):
        http.on(URL, OK).on(url("first"), ACCEPTED)
        listen(world, events=["lead.purchased"])
        sold_lead(world)
        assert outbox.fan_out(world.tenant_id, NOON) == 0
        deliveries.drain(world.tenant_id, NOON)
        outbox.fan_out(world.tenant_id, NOON)
        drain(world, NOON + MINUTE)
        [request] = http.sent_to(URL)
    body = orjson.loads(request.body)
    assert list(body) == ["event", "id", "sector", "buyer", "price_gbp", "purchased_at", "source_sub_id"]
    assert (body["sector"], body["price_gbp"], body["buyer"]["company"]) == ("mortgages", 38.0, "Northgate")
    assert b'"price_gbp":38.00' in request.body


def test_an_endpoint_hears_of_its_own_owner_only(world):
    buyer = Actor(world.tenant_id, Role.BUYER, uuid4(), world.buyer())
    stranger = Actor(world.tenant_id, Role.PUBLISHER, uuid4(), uuid4())
    with scripted() as (http, _):
        for who, name in ((world.admin, "tenant"), (stranger, "stranger"), (publisher(world), "mine")):
            listen(world, who, url(name))
            http.on(url(name), OK)
        listen(world, buyer, url("buyer"), events=["lead.new"])
        reject(world)
        drain(world)
        assert {request.url for request in http.requests} == {url("tenant"), url("mine")}
        [told] = [orjson.loads(one.body) for one in http.sent_to(url("tenant"))]
    assert set(told) == {"event", "createdAt", "data"}
    assert (told["createdAt"], told["data"]["reason"]) == (1795176000000, "no_eligible_buyer")
    assert all(event.fanned_out_at is not None for event in events())


def test_an_event_that_nobody_subscribed_to_is_only_marked(world):
    listen(world, events=["lead.purchased"])
    reject(world)
    assert messages() == []
    assert not outbox.due(world.tenant_id, NOON)


def test_a_failing_endpoint_is_tried_on_its_schedule_and_never_early(world):
    with scripted() as (http, _):
        http.on(URL, BROKEN)
        listen(world)
        reject(world)
        at, waits = NOON, []
        for _ in range(6):
            drain(world, at)
            [message] = messages()
            if message.state == "pending":
                assert drain(world, message.next_at - timedelta(seconds=1)) == 0
                ended = max(one.ended_at for one in tries())
                waits.append(round((message.next_at - ended).total_seconds()))
                at = message.next_at
        assert len(http.requests) == 6
        assert drain(world, at + timedelta(days=1)) == 0
    assert waits == [30, 120, 600, 3600, 14400]
    [message] = messages()
    assert (message.state, message.attempt) == ("failed", 6)
    ids = [request.headers["webhook-id"] for request in http.requests]
    attempts = [request.headers["X-Switchyard-Delivery"] for request in http.requests]
    assert (len(set(ids)), len(set(attempts))) == (1, 6)
    assert [one.status for one in tries()] == [500] * 6


@pytest.mark.parametrize("trouble", [REFUSED, LOST, Answer(302), Answer(404)], ids=["refused", "lost", "302", "404"])
def test_everything_but_a_2xx_is_tried_again(world, trouble):
    with scripted() as (http, _):
        http.on(URL, trouble, OK)
        listen(world)
        reject(world)
        drain(world)
        assert messages()[0].state == "pending"
        drain(world, NOON + MINUTE)
    assert messages()[0].state == "delivered"


def test_a_receiver_can_put_us_off_to_twice_the_step_and_no_further(world):
    with scripted() as (http, _):
        http.on(URL, Answer(429, {"retry-after": "999999"}))
        listen(world)
        reject(world)
        drain(world)
    waits = messages()[0].next_at - NOON
    assert timedelta(seconds=60) <= waits < timedelta(seconds=61)


def test_gone_ends_the_endpoint(world):
    with scripted() as (http, _):
        http.on(URL, Answer(410))
        listen(world)
        reject(world, 2)
        drain(world)
        assert 1 <= len(http.requests) <= 2
        sent = len(http.requests)
        drain(world, NOON + timedelta(hours=9))
        assert len(http.requests) == sent
    [endpoint] = rows(Endpoint)
    assert endpoint.status == "disabled"
    assert not webhooks.due(world.tenant_id, NOON + timedelta(hours=9))
    assert "endpoint.disabled" in {entry.action for entry in rows(AuditEntry)}


def test_an_endpoint_that_only_fails_for_five_days_is_switched_off_and_can_be_switched_on(world):
    with scripted() as (http, bell):
        http.on(URL, BROKEN)
        made = listen(world, policy="patient")
        for day in range(6):
            reject(world, first=day + 1)
            drain(world, NOON + timedelta(days=day, minutes=day))
        [endpoint] = rows(Endpoint)
        assert endpoint.status == "disabled"
        http.on(URL, OK)
        endpoints.enable(publisher(world), made.endpoint.id, now=NOON + timedelta(days=6))
        commit()
        assert bell.rings[-1] == ("webhooks", world.tenant_id)
        drain(world, NOON + timedelta(days=6))
    [endpoint] = rows(Endpoint)
    assert (endpoint.status, endpoint.failures_in_row, endpoint.failing_since) == ("active", 0, None)


def test_one_success_ends_the_row_of_failures(world):
    with scripted() as (http, _):
        http.on(URL, BROKEN, OK)
        listen(world)
        reject(world)
        drain(world)
        [endpoint] = rows(Endpoint)
        assert (endpoint.failures_in_row, endpoint.failing_since is not None) == (1, True)
        drain(world, NOON + MINUTE)
    [endpoint] = rows(Endpoint)
    assert (endpoint.failures_in_row, endpoint.failing_since) == (0, None)


def test_a_worker_that_was_replaced_writes_nothing(world):
    with scripted() as (http, _):
        http.on(URL, OK)
        listen(world)
        reject(world)
        [slow] = claim_due(world.tenant_id, 10, NOON)
        later = NOON + 2 * MINUTE
        drain(world, later)
        assert settle([(slow, BROKEN)], later) == 0
        assert settle([(slow, OK)], later) == 0
    [message] = messages()
    assert (message.state, message.attempt) == ("delivered", 2)
    assert [one.outcome for one in tries()] == [None, "delivered"]
    assert rows(Endpoint)[0].failures_in_row == 0


def test_an_endpoint_has_no_more_in_flight_than_it_may(world):
    with scripted():
        listen(world)
        reject(world, 9)
        assert len(claim_due(world.tenant_id, 100, NOON)) == 4
        assert claim_due(world.tenant_id, 100, NOON) == []
        revive(world.tenant_id, NOON + 2 * MINUTE)
        assert len(claim_due(world.tenant_id, 100, NOON + 2 * MINUTE)) == 4


def test_a_removed_endpoint_is_sent_nothing_more(world):
    with scripted() as (http, _):
        made = listen(world)
        reject(world)
        endpoints.remove(publisher(world), made.endpoint.id, now=NOON)
        commit()
        reject(world, first=5)
        drain(world)
        assert http.requests == []
    assert [message.state for message in messages()] == ["cancelled"]


def test_a_replay_is_a_new_row_with_the_same_id_and_bytes(world):
    with scripted() as (http, bell):
        http.on(URL, OK)
        listen(world)
        reject(world, 3)
        drain(world)
        ids = [message.id for message in messages()]
        later = NOON + timedelta(days=1)
        assert webhooks.replay(publisher(world), ids, now=later) == 3
        commit()
        assert webhooks.replay(publisher(world), ids, now=later) == 0  # a second click
        assert bell.rings[-1] == ("webhooks", world.tenant_id)
        drain(world, later)
        assert webhooks.replay(publisher(world), ids[:1], now=later) == 1
        commit()
        drain(world, later)
    assert len(messages()) == 7
    told = {}
    for request in http.requests:
        told.setdefault(request.headers["webhook-id"], set()).add(request.body)
    assert [len(bodies) for bodies in told.values()] == [1, 1, 1]


def test_only_its_owner_replays_a_message(world):
    with scripted() as (http, _):
        http.on(URL, OK)
        made = listen(world)
        reject(world)
        drain(world)
        [message] = messages()
        stranger = replace(publisher(world), owner_id=uuid4())
        with pytest.raises(NoSuchThing):
            webhooks.replay(stranger, [message.id], now=NOON)
        with pytest.raises(NoSuchThing):
            webhooks.replay(publisher(world), [message.id, uuid4()], now=NOON)
        assert webhooks.replay(world.admin, [message.id], now=NOON) == 1
        endpoints.remove(world.admin, made.endpoint.id, now=NOON)
        with pytest.raises(Refused, match="switched off"):
            webhooks.replay(world.admin, [message.id], now=NOON)


def test_a_secret_that_cannot_be_opened_stops_only_its_endpoint(world):
    with scripted() as (http, _):
        http.on(URL, OK).on(url("other"), OK)
        broken = listen(world)
        listen(world, url=url("other"))
        [row] = rows(Endpoint, id=broken.endpoint.id)
        row.secret_sealed = b"not ours"
        commit()
        reject(world)
        drain(world)
        assert [request.url for request in http.requests] == [url("other")]
    assert sorted(message.state for message in messages()) == ["delivered", "pending"]
