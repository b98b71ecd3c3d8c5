"""The gateway's double for tests of other rooms: scripted answers, recorded requests, no network."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from app.gateways.outbound.failures import failure
from app.gateways.outbound.messages import FailureKind, Request, Result
from app.gateways.outbound.urls import UrlRules
from app.settings import Network

T = TypeVar("T")
Reply = Result | Callable[[Request], Result]


class FakeClient:
    """Answers by URL from a script: each reply once, the last for ever. An unknown URL refuses the connection."""

    def __init__(self, allow: tuple[Network, ...] = (), *, https_only: bool = True) -> None:
        self.requests: list[Request] = []
        self._rules = UrlRules(allow, https_only)
        self._script: dict[str, deque[Reply]] = {}
        self._lock = threading.Lock()

    def on(self, url: str, *replies: Reply) -> FakeClient:
        """Script the replies of one URL: an Answer, a Failure, or a function of the request that gives one."""
        self._script[url] = deque(replies)
        return self

    def sent_to(self, url: str) -> list[Request]:
        """The requests that went to one URL, in order."""
        return [request for request in self.requests if request.url == url]

    def check_url(self, url: str) -> tuple[str, ...]:
        """As the real one."""
        return self._rules.faults(url)

    def send(self, request: Request) -> Result:
        """Record the request and give the next reply of its URL."""
        with self._lock:
            self.requests.append(request)
            replies = self._script.get(request.url)
            if not replies:
                return failure(FailureKind.CONNECT_FAILED, timedelta(0))
            reply = replies.popleft() if len(replies) > 1 else replies[0]
        return reply(request) if callable(reply) else reply

    def send_many(self, requests: Sequence[Request], deadline: timedelta | None = None) -> list[Result]:
        """One after the other."""
        return [self.send(request) for request in requests]

    def send_each(self, requests: Sequence[Request]) -> Iterator[tuple[int, Result]]:
        """One after the other."""
        return ((index, self.send(request)) for index, request in enumerate(requests))

    async def send_async(self, request: Request) -> Result:
        """As ``send``."""
        return self.send(request)

    async def send_many_async(self, requests: Sequence[Request], deadline: timedelta | None = None) -> list[Result]:
        """As ``send_many``."""
        return self.send_many(requests, deadline)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it in a loop of its own."""
        return asyncio.run(work)

    def close(self) -> None:
        """Nothing is held."""
