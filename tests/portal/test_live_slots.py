"""Places for live streams: whoever takes one gives it back, also when the stream never begins."""

from uuid import UUID, uuid4

import pytest
from flask import Flask

from app.portal import live
from tests.portal.people import Person
from tests.support.world import World


def test_a_stream_that_never_begins_gives_its_place_back(app: Flask, alice: Person, world: World, northgate: UUID):
    live.reserve_slots(app, threads=1, share=1)
    for _ in range(3):
        assert alice.client.head("/live/stream?after=0-0", buffered=True).status_code == 200
    assert app.extensions[live.SLOTS].has_room(uuid4())


def test_a_stream_that_is_left_midway_gives_its_place_back(app: Flask, alice: Person, world: World, northgate: UUID):
    live.reserve_slots(app, threads=1, share=1)
    answer = alice.client.get("/live/stream?after=0-0")
    assert next(iter(answer.response)) == b"retry: 1000\n\n"
    assert alice.client.get("/live/stream?after=0-0").status_code == 204
    answer.close()
    assert app.extensions[live.SLOTS].take(uuid4()) is not None
    assert app.extensions[live.SLOTS].take(uuid4()) is None


def test_a_session_that_has_its_streams_polls_and_leaves_the_others_theirs(
    app: Flask, alice: Person, bob: Person, world: World, northgate: UUID, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live, "MOST_EACH", 1)
    live.reserve_slots(app, threads=4, share=1)
    answer = alice.client.get("/live/stream?after=0-0")
    assert next(iter(answer.response)) == b"retry: 1000\n\n"
    assert alice.client.get("/live/stream?after=0-0").status_code == 204
    assert bob.client.head("/live/stream?after=0-0", buffered=True).status_code == 200
    answer.close()
    assert alice.client.head("/live/stream?after=0-0", buffered=True).status_code == 200


def test_one_session_holds_two_places_and_no_third(app: Flask):
    live.reserve_slots(app, threads=3, share=1)
    slots, mine = app.extensions[live.SLOTS], uuid4()
    first, second = slots.take(mine), slots.take(mine)
    assert (slots.take(mine), slots.has_room(mine), slots.has_room(uuid4())) == (None, False, True)
    for _ in range(2):
        first.give_back()  # the second time changes nothing
    assert slots.take(mine) is not None
    assert slots.take(mine) is None
    assert slots.take(uuid4()) is not None
    assert slots.take(uuid4()) is None
    second.give_back()
    assert slots.has_room(mine)
