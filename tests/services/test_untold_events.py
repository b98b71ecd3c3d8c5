"""Events that cannot be put into words: tried again for an hour, given up, in nobody's way."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from app.services import outbox
from app.transaction import commit
from tests.services.delivering import scripted
from tests.services.telling import OK, URL, drain, events, listen, messages, reject
from tests.support.world import NOON, World

pytestmark = pytest.mark.usefixtures("app")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(app):
    return World()


def test_an_event_that_cannot_be_told_is_given_up_after_five_tries_over_an_hour(world):
    with scripted() as (http, _):
        http.on(URL, OK)
        listen(world)
        outbox.tell(world.tenant_id, "lead.rejected", "publisher", world.publisher_id, {"reason": "?"}, now=NOON)
        commit()
        reject(world)
        drain(world)
        assert len(http.requests) == 1  # it stops nobody
    tried = [0]
    for minute in range(1, 120):
        if outbox.due(world.tenant_id, NOON + minute * MINUTE):
            tried.append(minute)
            outbox.fan_out(world.tenant_id, NOON + minute * MINUTE)
    assert tried == [0, 1, 5, 20, 60]
    [poison] = [event for event in events() if event.payload["reason"] == "?"]
    assert poison.payload["untold"] == {"tries": 5, "next_at": None}
    assert poison.fanned_out_at == NOON + 60 * MINUTE
    assert len(messages()) == 1


def test_an_event_that_can_be_told_again_says_nothing_of_its_tries(world):
    listen(world, format="envelope")
    broken = {"price_minor": 100, "currency": "?"}
    outbox.tell(world.tenant_id, "lead.rejected", "publisher", world.publisher_id, broken, now=NOON)
    commit()
    outbox.fan_out(world.tenant_id, NOON)
    [event] = events()
    event.payload = {**event.payload, "currency": "GBP"}
    commit()
    outbox.fan_out(world.tenant_id, NOON + MINUTE)
    [message] = messages()
    assert orjson.loads(message.body)["data"] == {"price": "1.00", "currency": "GBP"}
