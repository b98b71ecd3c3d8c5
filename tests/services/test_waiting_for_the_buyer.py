"""Campaigns whose requests wait for the buyer: the answer says what the buyer said, or that it is not known yet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.dialects.ingest.wording import answer_of
from app.domain.states import LeadState
from app.services import deliveries, intake
from app.services.outcomes import Outcome
from tests.services.delivering import ACCEPTED, BROKEN, LOST, REFUSED, REJECTED, scripted, two_buyers, url
from tests.support.world import World, submission

pytestmark = pytest.mark.usefixtures("app")
FIRST, SECOND = url("first"), url("second")


@pytest.fixture
def line(app):
    """Two buyers in line; the clock's own time, for the request asks it again while it waits."""
    made = World(now=clock.now(), campaign={"wait_for_buyer": True})
    two_buyers(made)
    return made


def send(world: World) -> Outcome:
    return intake.submit(world.access(), submission(), now=world.now)


def told(app, outcome: Outcome) -> tuple[str, str | None]:
    """Status and reason in the publisher's answer."""
    with app.test_request_context():
        body = app.json.loads(answer_of(outcome).body)
    return body["status"], body["reason"]


def test_the_answer_comes_after_the_buyers_yes(app, line):
    with scripted() as (http, _):
        http.on(FIRST, ACCEPTED)
        outcome = send(line)
    assert [sale.state for sale in outcome.sales] == ["sold"]
    assert outcome.settled
    assert told(app, outcome) == ("accepted", None)


def test_a_no_sends_the_same_request_to_the_next_in_line(app, line):
    with scripted() as (http, _):
        http.on(FIRST, REJECTED).on(SECOND, ACCEPTED)
        outcome = send(line)
        assert [len(http.sent_to(one)) for one in (FIRST, SECOND)] == [1, 1]
    assert [(sale.price_minor, sale.state) for sale in outcome.sales] == [(5000, "sold")]
    assert told(app, outcome) == ("accepted", None)


def test_when_every_buyer_says_no_the_lead_is_rejected(app, line):
    with scripted() as (http, _):
        http.on(FIRST, REJECTED).on(SECOND, REJECTED)
        outcome = send(line)
    assert outcome.state is LeadState.UNSOLD
    assert told(app, outcome) == ("rejected", "buyer_declined")


@pytest.mark.parametrize("reply", [BROKEN, REFUSED, LOST], ids=["down", "no connection", "lost"])
def test_what_is_tried_again_later_is_queued_and_not_called_accepted(app, line, reply):
    with scripted() as (http, _):
        http.on(FIRST, reply)
        outcome = send(line)
    assert outcome.state is LeadState.SOLD
    assert told(app, outcome) == ("queued", None)


def test_an_answer_that_is_asked_for_again_waits_for_the_buyer_too(app, line):
    with scripted() as (http, _):
        http.on(FIRST, BROKEN, ACCEPTED)
        lead_id = send(line).lead_id
        assert not intake.outcome_of(line.access(), lead_id).settled
        deliveries.drain(line.tenant_id, line.now + timedelta(minutes=5))
        assert intake.outcome_of(line.access(), lead_id).settled


def test_a_lost_answer_is_settled_for_it_waits_for_a_person(app, line):
    with scripted() as (http, _):
        http.on(FIRST, LOST)
        lead_id = send(line).lead_id
    assert intake.outcome_of(line.access(), lead_id).settled


def test_a_campaign_that_does_not_wait_answers_after_the_sale(app):
    world = World(now=clock.now())
    two_buyers(world)
    with scripted() as (http, _):
        outcome = send(world)
        assert http.requests == []
    assert [sale.state for sale in outcome.sales] == ["reserved"]
    assert told(app, outcome) == ("accepted", None)
