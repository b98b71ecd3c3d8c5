import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask

from app import clock
from app.domain.actor import Role
from app.factory import build_kit
from app.gateways import kit as gateways
from app.gateways.feed import FeedAway, NullFeed
from app.portal import live
from app.services import intake, sessions, tenant_settings
from app.services.catalogue_edits import mark
from app.settings import Settings
from app.transaction import transaction
from tests.portal.people import Person, add_user, seat
from tests.support.world import World, submission


@pytest.fixture(autouse=True)
def feed(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[NullFeed]:
    """A feed in memory, and streams that end as soon as they have told all."""
    monkeypatch.setattr(live, "STREAM_SECONDS", 0.2)
    with gateways.using(replace(build_kit(settings), feed=NullFeed())) as kit:
        yield kit.feed


def away(*_: object) -> None:
    raise FeedAway


def send(world: World, number: int = 1, **values: object) -> UUID:
    now = world.now + timedelta(minutes=1)
    return intake.submit(world.access(), submission(number, **values), now=now).lead_id


def told(person: Person, path: str = "/live/stream?after=0-0", **headers: str) -> str:
    answer = person.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer.mimetype == "text/event-stream"
    return answer.text


def test_a_lead_is_told_as_a_drawn_row_with_its_place(alice: Person, world: World, northgate: UUID):
    lead_id = send(world)
    stream = told(alice)
    assert f'data: <tr id="lead-{lead_id}" class="changed">' in stream
    assert "£62.00" in stream
    assert "id: " in stream
    assert "Patel" not in stream
    events = [block for block in stream.split("\n\n") if "event: lead" in block]
    assert all(len(list(takewhile(str.strip, block.splitlines()))) == 3 for block in events)  # one line a field


def test_who_comes_back_hears_what_it_missed_and_nothing_twice(alice: Person, world: World, northgate: UUID):
    first = send(world, 1)
    place = [line for line in told(alice).splitlines() if line.startswith("id: ")][-1].removeprefix("id: ")
    second = send(world, 2)
    stream = told(alice, **{"Last-Event-ID": place})
    assert str(second) in stream
    assert str(first) not in stream


def test_each_sees_only_their_own(
    app: Flask, world: World, bob: Person, cara: Person, dan: Person, other: World, feed: NullFeed
):
    lead_id = send(world)
    refused = send(world, 2, phone="12")
    rival = seat(app, add_user(world.admin, Role.BUYER, "hal@example.com", world.buyer("Harbour")), "hal@example.com")
    mine, bought = told(cara), told(bob)
    assert str(lead_id) in mine
    assert str(refused) in mine
    assert "62.00" not in mine
    assert str(lead_id) in bought
    assert str(refused) not in bought
    assert "38.00" not in bought
    assert "event: lead" not in told(rival)
    assert "event: lead" not in told(dan)
    feed.entries[other.tenant_id] = feed.entries[world.tenant_id]  # even if another tenant's ids came by
    assert "event: lead" not in told(dan)


@pytest.mark.parametrize("place", ["", "x", "1", "'; drop", "0-0-0"])
def test_a_place_that_is_none_is_answered_with_nothing(alice: Person, place: str):
    assert alice.get("/live/stream", query_string={"after": place}).status_code == 204


def test_only_a_share_of_the_threads_streams(app: Flask, alice: Person, world: World, northgate: UUID):
    live.reserve_slots(app, threads=6, share=0.34)
    slots = app.extensions[live.SLOTS]
    for _ in range(4):
        told(alice)  # each gives its place back
    held = [slots.take(uuid4()), slots.take(uuid4())]
    assert all(held)
    assert alice.get("/live/stream?after=0-0").status_code == 204
    assert 'data-mode="poll"' in alice.get("/live").text
    held[0].give_back()
    assert 'data-mode="stream"' in alice.get("/live").text
    told(alice)


def test_without_redis_the_page_polls_and_only_news_are_sent(
    alice: Person, world: World, northgate: UUID, feed: NullFeed, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed, "latest_id", away)
    monkeypatch.setattr(feed, "read", away)
    send(world, 1)
    page = alice.get("/live").text
    assert 'data-mode="poll"' in page
    [again] = {part.partition('"')[0] for part in page.split('hx-get="')[1:]}
    assert alice.get(again, htmx=True).status_code == 204
    second = send(world, 2)
    part = alice.get(again, htmx=True)
    assert str(second) in part.text
    assert "<html" not in part.text
    assert told(alice).strip() == "retry: 1000"


def test_polling_goes_back_to_streaming_when_it_can(alice: Person, world: World):
    assert 'data-mode="stream"' in alice.get("/live/rows", htmx=True).text


def test_signing_out_ends_the_stream(alice: Person, world: World, northgate: UUID, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live, "STREAM_SECONDS", 86_400)  # it would not end by itself
    stream = alice.client.get("/live/stream?after=0-0", buffered=False)
    chunks = iter(stream.response)
    next(chunks)
    with transaction():
        sessions.end_all(alice.actor, alice.actor.principal_id, now=clock.now())
    send(world)
    assert not [chunk for chunk in chunks if b"event: lead" in chunk]


def test_an_empty_feed_is_a_beginning(alice: Person, bob: Person, cara: Person):
    assert "The moment a publisher posts a lead" in alice.get("/live").text
    assert "The moment a lead is sold to you" in bob.get("/live").text
    assert "The moment you post a lead" in cara.get("/live").text
    assert "http-equiv" in alice.get("/live").text  # without scripts the page asks again by itself


def test_a_real_stream_in_redis_is_read_the_same(
    settings: Settings, make_app: Callable[..., Flask], app: Flask, alice: Person, world: World, northgate: UUID
):
    with gateways.using(build_kit(settings)):
        lead_id = send(world)
        assert str(lead_id) in told(alice)


def test_the_feed_can_be_filtered_and_stays_so(alice: Person, world: World, northgate: UUID):
    sold, refused = send(world, 1), send(world, 2, phone="12")
    page = alice.get("/live?state=rejected").text
    assert str(refused) in page
    assert str(sold) not in page
    [stream] = {part.partition('"')[0] for part in page.split('sse-connect="')[1:]}
    assert "state=rejected" in stream
    heard = told(alice, "/live/stream?after=0-0&state=rejected")
    assert str(refused) in heard
    assert str(sold) not in heard
    assert "state=rejected" in alice.get("/live/rows?state=rejected", htmx=True).text
    assert f"vertical={world.vertical_id}" in alice.get(f"/live?vertical={world.vertical_id}").text
    assert "Nothing of this kind yet" in alice.get("/live?state=held").text
    assert alice.get("/live?state=odd").status_code == 400


def test_a_filter_shows_nobody_what_is_anothers(cara: Person, bob: Person, world: World, northgate: UUID):
    lead_id = send(world)
    assert 'name="publisher"' not in cara.get("/live").text
    assert str(lead_id) in told(cara, f"/live/stream?after=0-0&publisher={uuid4()}")  # not theirs to filter by
    assert 'name="state"' not in bob.get("/live").text


def times_on(page: str) -> list[str]:
    return re.findall(r'in-when"><time [^>]*>([^<]+)</time>', page)


def test_rows_of_another_day_bear_its_date_in_the_readers_zone(alice: Person, world: World, northgate: UUID):
    late = clock.now().replace(hour=23, minute=30, second=0) - timedelta(days=1)
    for number, at in enumerate((late, clock.now())):
        intake.submit(world.access(at), submission(number), now=at)
    today, yesterday = times_on(alice.get("/live").text)
    assert re.fullmatch(r"\d\d:\d\d:\d\d", today)
    assert yesterday == "19 Nov 23:30"
    with transaction():
        seen = mark(tenant_settings.current(world.admin))
        tenant_settings.change(world.admin, {"zone": "Asia/Tokyo"}, seen, now=world.now)
    assert times_on(alice.get("/live").text)[1] == "08:30:00"


def test_who_polls_over_midnight_is_told_the_date(
    app: Flask, alice: Person, world: World, northgate: UUID, feed: NullFeed, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed, "latest_id", away)
    send(world)
    polled = re.search(r"seen=\w+", alice.get("/live/rows", htmx=True).text)[0]
    assert alice.get(f"/live/rows?{polled}", htmx=True).status_code == 204
    with time_machine.travel(clock.now() + timedelta(hours=13), tick=True):
        later = seat(app, alice.actor, alice.email)
        assert times_on(later.get(f"/live/rows?{polled}", htmx=True).text)[0].startswith("20 Nov ")
