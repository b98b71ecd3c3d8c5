"""Where bodies come in: read whole before any view runs, in a limited number of reading slots.

The server hands a request over when its head is in; its body is waited for in one of the few threads, and that
wait cannot be cut short. So senders that dawdle may hold some of the threads and never all of them. Whoever finds
no slot is answered 503, and its body is left where it is.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from flask import Flask, request

from app import clock
from app.settings import Settings
from app.web.context import caller_counted
from app.web.problem import Problem

WAIT_SECONDS = 1.0
SLOW_SECONDS = 0.3
"""A body that takes longer has a slow sender; an honest one on a busy machine takes a few thousandths."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_SLOTS = "reading_slots"
_BIGGER = "bigger_bodies"


class ReadingSlots:
    """Places for requests that read their bodies: half of the threads, and a quarter for one address.

    Waiting holds a thread as much as reading does. So it ends after a second, and at once when everybody who is in
    the way reads slowly.
    """

    def __init__(self, threads: int) -> None:
        self.most = max(2, threads // 2)
        self.most_each = max(2, threads // 4)
        self._readers: list[tuple[str, float]] = []
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, address: str) -> Iterator[bool]:
        """A slot for one body from this address; False when there was none to be had."""
        reader = self._take(address)
        try:
            yield reader is not None
        finally:
            if reader is not None:
                with self._changed:
                    self._readers.remove(reader)
                    self._changed.notify_all()

    def _take(self, address: str) -> tuple[str, float] | None:
        began = clock.tick()
        with self._changed:
            while in_the_way := self._in_the_way(address):
                until = min(began + WAIT_SECONDS, max(in_the_way) + SLOW_SECONDS)
                left = until - clock.tick()
                if left <= 0:
                    return None
                self._changed.wait(left)
            reader = (address, clock.tick())
            self._readers.append(reader)
            return reader

    def _in_the_way(self, address: str) -> list[float]:
        """When those began of whom one must end before this address may read; nobody when there is room."""
        its_own = [since for reader, since in self._readers if reader == address]
        if len(its_own) >= self.most_each:
            return its_own
        return [since for _, since in self._readers] if len(self._readers) >= self.most else []


def attach(app: Flask, settings: Settings) -> None:
    """Before each view of an unsafe method, read the body into memory. To be attached after the context."""
    slots = app.extensions[_SLOTS] = ReadingSlots(settings.web_threads)
    bigger: dict[str, int] = app.extensions.setdefault(_BIGGER, {})
    usual = int(app.config["MAX_CONTENT_LENGTH"])

    @app.before_request
    def _read() -> None:
        most = bigger.get(request.endpoint or "", usual)
        request.max_content_length = request.max_form_memory_size = most
        # What is longer shows as longer, for the view to refuse.
        request.environ["wsgi.input"] = BytesIO(_body(slots, most + 2))
        if b"%00" in request.query_string or b"\0" in request.query_string:
            raise no_nul()


def no_nul() -> Problem:
    """What to raise for text with a NUL character: PostgreSQL cannot hold it, and nobody types it."""
    return Problem(400, "bad_request", "The request holds a NUL character, which cannot be kept.")


def allow(app: Flask, endpoint: str, most: int) -> None:
    """Let one view take bodies of up to ``most`` bytes: uploads."""
    app.extensions.setdefault(_BIGGER, {})[endpoint] = most


def _body(slots: ReadingSlots, most: int) -> bytes:
    """The body, cut at ``most`` bytes; nothing of one that no view may read. Raises Problem 503 or 400.

    Views look at the form under GET too, so what is not read here is kept from them.
    """
    length = request.content_length
    if request.method in _SAFE or request.routing_exception is not None:
        return b""
    if length is None and "wsgi.input_terminated" not in request.environ:
        return b""  # neither a length nor chunks: no body
    if length is not None and not 0 < length < most:
        return b""  # the view refuses a long one by its head
    with slots.taken(caller_counted()) as has_slot:
        if not has_slot:
            raise _crowded()
        body: bytes = request.environ["wsgi.input"].read(most if length is None else length)
    if length is not None and len(body) < length:
        raise Problem(400, "bad_request", "The request body ended before its Content-Length.")
    return body


def _crowded() -> Problem:
    sentence = "Too many request bodies are arriving slowly just now. Try again in a moment."
    return Problem(503, "unavailable", sentence, headers={"Retry-After": "2"})
