"""The live feed: rows as they happen, over one long answer (server-sent events) or by asking again.

A stream holds a thread of the server for a minute, so only a share of the threads may stream, and two of a
session's pages; who finds no place free is told so (204) and polls. The stream carries rows that were
rendered from a query: what an actor may not see is not found. A process that is told to end ends its streams
within a second; their pages come back to another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, current_app, request, stream_with_context, url_for

from app import clock
from app.domain.actor import Actor, Role
from app.portal import filters, lead_wishes, pages, visit, words
from app.portal.blueprint import portal
from app.portal.stream_slots import Held, StreamSlots
from app.queries import choices, days
from app.queries import leads as queries
from app.queries.leads import LeadFilter, LeadRow
from app.services import live as feed
from app.services import sessions
from app.transaction import read_only
from app.web import closing

SHOWN = 50
STREAM_SECONDS = 60.0
QUIET_SECONDS = 10.0
READ_MS = 1000
MOST_EACH = 2
SLOTS = "portal_stream_slots"
FILTERED_BY = ("state", "vertical", "publisher")
TEMPLATE = "live/feed.html"


@portal.get("/live")
def live() -> Response:
    """The newest leads, and how to stay new."""
    wanted, resume = lead_wishes.live_filter(), _resume()
    rows = _newest(wanted)
    with read_only():
        offered = choices.choices(visit.actor())
    states = {code: status.word for code, status in words.LEAD.items()}
    return pages.page(TEMPLATE, chosen=wanted, offered=offered, states=states, **_feed(rows, resume), **_view())


@portal.get("/live/rows")
def live_rows() -> Response:
    """The whole feed for who polls; nothing while nothing changed. Back to streaming as soon as that works."""
    if not pages.wants_fragment():
        return pages.go(url_for("portal.live"))
    resume = _resume()  # before the rows: what happens in between is then told twice, never not at all
    rows = _newest(lead_wishes.live_filter())
    if not resume and filters.text("seen") == _token(rows):
        return pages.nothing_new()
    return pages.page(TEMPLATE, fragment="feed", **_feed(rows, resume), **_view())


@portal.get("/live/stream")
def live_stream() -> Response:
    """Server-sent events for about a minute; the browser comes back by itself, with the place it was at."""
    after = request.headers.get("Last-Event-ID") or filters.text("after")
    wanted = lead_wishes.live_filter()
    held = _slots().take(visit.visitor().session_id) if feed.is_entry_id(after) else None
    if held is None:
        return pages.nothing_new()
    events = stream_with_context(_until_end(held, _events(visit.actor(), after, wanted)))
    response = Response(events, mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(held.give_back)  # HEAD, or a browser gone already: then no event is ever asked for
    return response


def reserve_slots(app: Flask, threads: int, share: float) -> None:
    """How many streams this process may hold at a time."""
    app.extensions[SLOTS] = StreamSlots(max(1, int(threads * share)), MOST_EACH)


def _slots() -> StreamSlots:
    slots: StreamSlots = current_app.extensions[SLOTS]
    return slots


def _until_end(held: Held, events: Iterator[str]) -> Iterator[str]:
    """The events, and the slot given back however they end; a stream that never began gives it back by closing."""
    try:
        yield from events
    finally:
        held.give_back()


def _events(actor: Actor, place: str, wanted: LeadFilter) -> Iterator[str]:
    yield "retry: 1000\n\n"
    until = clock.tick() + STREAM_SECONDS
    while clock.tick() < until:
        try:
            batch = _next(actor, place, wanted, min(until, clock.tick() + QUIET_SECONDS))
        except feed.Away:
            return
        if closing.is_closing() or not _still_here():
            return
        if batch.place == place:
            yield ": nothing new\n\n"
            continue
        for entry_id, row in batch.rows:
            yield f"id: {entry_id}\nevent: lead\ndata: {_drawn(row)}\n\n"
        place = batch.place
        yield f"id: {place}\n\n"


def _next(actor: Actor, place: str, wanted: LeadFilter, until: float) -> feed.Batch:
    """What comes after a place, or an empty batch at ``until``. Reads are short, so that the end is noticed."""
    while True:
        batch = feed.wait(actor, place, max(1, min(READ_MS, int((until - clock.tick()) * 1000))), wanted)
        if batch.place != place or closing.is_closing() or clock.tick() >= until:
            return batch
        clock.pause(0.02)  # a feed that never waits must not spin


def _still_here() -> bool:
    """Whether the session lives: signing out ends its streams."""
    with read_only():
        return sessions.visitor(visit.token(), clock.now()) is not None


def _drawn(row: LeadRow) -> str:
    return " ".join(pages.blocks(TEMPLATE, ("row",), row=row, **(_view() | {"fresh": True})).split())


def _newest(wanted: LeadFilter) -> tuple[LeadRow, ...]:
    with read_only():
        return queries.listed(visit.actor(), wanted, limit=SHOWN).rows


def _resume() -> str:
    """Where a stream would go on from; empty when there is no stream to be had."""
    if not _slots().has_room(visit.visitor().session_id):
        return ""
    try:
        return feed.latest(visit.actor())
    except feed.Away:
        return ""


def _token(rows: tuple[LeadRow, ...]) -> str:
    """A digest of what these rows show, and of the day that it is for the reader: tomorrow they bear a date."""
    shown = [(row.id, row.state, row.price, row.payout) for row in rows]
    today = days.midnight(visit.visitor().zone, clock.now())
    return hashlib.sha256(repr((today.isoformat(), shown)).encode()).hexdigest()[:16]


def _feed(rows: tuple[LeadRow, ...], resume: str) -> dict[str, Any]:
    """What the feed is drawn from; its addresses repeat the filter, so that it stays filtered."""
    said: dict[str, Any] = {name: request.args.getlist(name) for name in FILTERED_BY if request.args.get(name)}
    return {
        "rows": rows,
        "stream_url": url_for("portal.live_stream", after=resume, **said) if resume else "",
        "poll_url": url_for("portal.live_rows", seen=_token(rows), **said),
        "fallback_url": url_for("portal.live_rows", **said),
        "is_filtered": bool(said),
    }


def _view() -> dict[str, Any]:
    role = visit.visitor().role
    return {"for_buyer": role is Role.BUYER, "for_publisher": role is Role.PUBLISHER, "fresh": False}
