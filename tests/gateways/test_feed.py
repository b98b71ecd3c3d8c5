"""The feed on a real server: in order, after a place, per tenant, ids and codes only."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.gateways import redis_links
from app.gateways.feed import AT_ONCE, KEPT, MAX_BLOCK, START, FeedAway, FeedStream, NullFeed, is_entry_id

LEAD = UUID("01920000-0000-7000-8000-00000000000a")


@pytest.fixture
def feed(valkey_url):
    made = FeedStream.at(valkey_url)
    yield made
    made._writer.close()
    made._reader.close()


@pytest.fixture(params=["stream", "null"])
def any_feed(request, feed):
    return feed if request.param == "stream" else NullFeed()


def test_entries_are_read_in_order_after_a_place(any_feed):
    tenant = uuid4()
    assert any_feed.latest_id(tenant) == START
    for number in range(3):
        assert any_feed.publish(tenant, "lead.sold", {"lead_id": LEAD, "reason": f"code_{number}"})
    all_three = any_feed.read(tenant, START, 0)
    assert [entry.ids["reason"] for entry in all_three] == ["code_0", "code_1", "code_2"]
    assert (all_three[0].kind, all_three[0].ids["lead_id"]) == ("lead.sold", str(LEAD))
    assert any_feed.read(tenant, all_three[1].id, 0) == all_three[2:]
    assert any_feed.latest_id(tenant) == all_three[2].id
    assert any_feed.read(tenant, all_three[2].id, 0) == ()


def test_a_tenant_reads_its_own_feed_only(any_feed):
    one, other = uuid4(), uuid4()
    any_feed.publish(one, "lead.sold", {"lead_id": LEAD})
    assert any_feed.read(other, START, 0) == ()


def test_a_long_backlog_comes_in_pieces(any_feed):
    tenant = uuid4()
    for _ in range(AT_ONCE + 5):
        any_feed.publish(tenant, "lead.sold", {})
    first = any_feed.read(tenant, START, 0)
    assert (len(first), len(any_feed.read(tenant, first[-1].id, 0))) == (AT_ONCE, 5)


def test_a_reader_waits_for_the_next_entry_and_no_longer(feed, valkey_url, monkeypatch):
    monkeypatch.setattr(redis_links, "WEB_TIMEOUT", timedelta(seconds=0.25))
    reader, tenant = FeedStream.at(valkey_url), uuid4()
    started = time.monotonic()
    assert reader.read(tenant, START, 400) == ()  # longer than the time-out of other calls
    assert 0.35 < time.monotonic() - started < MAX_BLOCK.total_seconds()
    later = threading.Timer(0.2, feed.publish, (tenant, "lead.sold", {"lead_id": LEAD}))
    later.start()
    (entry,) = reader.read(tenant, START, 20_000)
    later.join()
    reader._reader.close()
    assert entry.kind == "lead.sold"


def test_the_stream_keeps_about_the_newest_ten_thousand(feed):
    tenant = uuid4()
    pipe = feed._writer.pipeline()
    for number in range(KEPT + 2000):
        pipe.xadd(f"feed:{tenant}", {"kind": f"n{number}"})
    pipe.execute()
    feed.publish(tenant, "lead.sold", {})
    assert KEPT <= feed._writer.xlen(f"feed:{tenant}") <= KEPT + 200


@pytest.mark.parametrize(
    "value", ["ann@example.com", "+447700900123", "07700900123", "Ann Smith", "12 High Street", "a" * 80, "SW1A 1AA"]
)
def test_what_could_be_a_persons_is_not_told(feed, value):
    tenant = uuid4()
    assert feed.publish(tenant, "lead.sold", {"lead_id": value}) is False
    assert feed.failures == 1
    assert feed.latest_id(tenant) == START
    with pytest.raises(ValueError, match="ids and codes"):
        NullFeed().publish(tenant, "lead.sold", {"lead_id": value})


@pytest.mark.parametrize("value", [LEAD, f"lead_{LEAD}", f"L-{LEAD}", LEAD.hex, "no_buyer_match", "lead.sold", ""])
def test_ids_in_all_their_renderings_and_codes_are_told(feed, value):
    assert feed.publish(uuid4(), "lead.sold", {"subject": value})


def test_a_place_that_a_browser_made_up_is_refused(any_feed):
    for text in ("", "$", "0", "1-", "-1-1", "1-1 ", "abc", "9" * 30 + "-1"):
        assert not is_entry_id(text)
        with pytest.raises(ValueError, match="not a place"):
            any_feed.read(uuid4(), text, 0)


def test_without_redis_publishing_is_counted_and_reading_says_so(valkey):
    feed = FeedStream.at(valkey.url)
    valkey.kill()
    assert feed.publish(uuid4(), "lead.sold", {}) is False
    assert feed.failures == 1
    with pytest.raises(FeedAway):
        feed.read(uuid4(), START, 0)
    with pytest.raises(FeedAway):
        feed.latest_id(uuid4())
