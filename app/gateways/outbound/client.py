"""The gateway itself: a plain synchronous face over the transport in its background loop."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import CancelledError
from datetime import timedelta
from typing import Any, TypeVar

from app import clock
from app.gateways.outbound.failures import failure
from app.gateways.outbound.loop import LoopThread
from app.gateways.outbound.messages import FailureKind, Request, Result
from app.gateways.outbound.resolver import Lookup, system_lookup
from app.gateways.outbound.transport import Setup, Transport
from app.gateways.outbound.urls import UrlRules
from app.settings import Network

T = TypeVar("T")
_Inbox = queue.SimpleQueue[tuple[int, Result] | None]
GRACE = 5.0  # seconds past every deadline after which the loop itself is taken for stuck


class OutboundClient:
    """Sends requests to URLs that people typed in, to allowed addresses only.

    ``allow`` are the operator's exceptions (OUTBOUND_ALLOW); ``https_only=False`` lets plain http on port 80 reach
    the internet too (development). ``ca_file`` adds a certificate authority. Usable from every thread; survives a
    fork; ``close`` when done.
    """

    def __init__(
        self,
        allow: tuple[Network, ...] = (),
        *,
        https_only: bool = True,
        lookup: Lookup = system_lookup,
        dns_limit: timedelta = timedelta(seconds=3),
        idle: timedelta = timedelta(seconds=1.5),
        ca_file: str = "",
    ) -> None:
        self._rules = UrlRules(allow, https_only)
        setup = Setup(self._rules, lookup, dns_limit.total_seconds(), idle.total_seconds(), ca_file)
        self._thread: LoopThread[Transport] = LoopThread(lambda: Transport(setup))

    def check_url(self, url: str) -> tuple[str, ...]:
        """What is wrong with a URL that somebody typed in; empty when it may be kept. Nothing is looked up."""
        return self._rules.faults(url)

    def send(self, request: Request) -> Result:
        """Send one and wait for it."""
        return self.send_many([request])[0]

    def send_many(self, requests: Sequence[Request], deadline: timedelta | None = None) -> list[Result]:
        """Send all at once and wait for all; ``deadline`` counts from this call."""
        if not requests:
            return []
        future = self._thread.submit(self._together(requests, deadline, clock.tick()))
        try:
            return future.result(_longest(requests, deadline) + GRACE)
        except (TimeoutError, CancelledError):  # the loop hangs, or was closed meanwhile
            future.cancel()
            return [_stuck(request) for request in requests]

    def send_each(self, requests: Sequence[Request]) -> Iterator[tuple[int, Result]]:
        """Send all at once; hand out (index, result) as each comes in. Leaving the loop early cancels the rest."""
        done: _Inbox = queue.SimpleQueue()
        waiting = dict(enumerate(requests))
        future = self._thread.submit(self._one_by_one(requests, done, clock.tick()))
        future.add_done_callback(lambda _: done.put(None))
        try:
            for index, result in _arriving(done, clock.tick() + _longest(requests, None) + GRACE):
                del waiting[index]
                yield index, result
            yield from ((index, _stuck(request)) for index, request in waiting.items())
        finally:
            future.cancel()

    async def send_async(self, request: Request) -> Result:
        """``send`` inside the client's loop."""
        return (await self.send_many_async([request]))[0]

    async def send_many_async(self, requests: Sequence[Request], deadline: timedelta | None = None) -> list[Result]:
        """``send_many`` inside the client's loop."""
        return await self._together(requests, deadline, clock.tick())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine inside the client's loop and wait for it."""
        return self._thread.submit(work).result()

    def close(self) -> None:
        """Close every connection and end the thread; a later send starts afresh."""
        self._thread.close()

    async def _together(self, requests: Sequence[Request], deadline: timedelta | None, asked: float) -> list[Result]:
        return await asyncio.gather(*(self._within(request, deadline, asked) for request in requests))

    async def _one_by_one(self, requests: Sequence[Request], done: _Inbox, asked: float) -> None:
        async def one(index: int, request: Request) -> None:
            done.put((index, await self._within(request, None, asked)))

        await asyncio.gather(*(one(index, request) for index, request in enumerate(requests)))

    async def _within(self, request: Request, deadline: timedelta | None, asked: float) -> Result:
        """One exchange, its time counted from the moment ``asked`` when the caller asked."""
        allowed = request.deadline if deadline is None else min(request.deadline, deadline)
        left = allowed.total_seconds() - (clock.tick() - asked)
        return await self._thread.resident.exchange(request, left)


def _arriving(done: _Inbox, until: float) -> Iterator[tuple[int, Result]]:
    """What comes in, until the sender has ended or has hung past every deadline."""
    try:
        while (come := done.get(timeout=max(until - clock.tick(), 0.001))) is not None:
            yield come
    except queue.Empty:
        return


def _longest(requests: Sequence[Request], deadline: timedelta | None) -> float:
    """Seconds after which every one of them must have ended."""
    longest = max((request.deadline for request in requests), default=timedelta(0))
    return (longest if deadline is None else min(longest, deadline)).total_seconds()


def _stuck(request: Request) -> Result:
    return failure(FailureKind.TIMEOUT, request.deadline, request_sent=True)
