"""A small load client: keep-alive connections on one uvloop, each sending its next request on the last answer.

It shares the machine with what it measures and costs about as much as a light view; every figure beside
another was taken by this same client.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

import uvloop

RequestMaker = Callable[[int], bytes]
"""From a number, never the same twice, to the whole bytes of a request."""

WARM_SECONDS = 0.5


@dataclass(frozen=True)
class Figures:
    """What came out of one run. ``rate`` in requests a second, times in milliseconds."""

    rate: float
    p50: float
    p99: float
    statuses: Counter[int]

    @property
    def faults(self) -> int:
        """Answers that were not 200."""
        return self.statuses.total() - self.statuses[200]


@dataclass
class Run:
    """One run's shared state."""

    make: RequestMaker
    ends: float
    counts_from: float
    numbers: Callable[[], int]
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    open_lines: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Line(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.buffer = bytearray()
        self.sent = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)
        self.run.open_lines += 1
        self._send()

    def data_received(self, data: bytes) -> None:
        """Collect the answer; once it is whole, note it and go on."""
        self.buffer += data
        length = answer_length(self.buffer)
        if length is None or len(self.buffer) < length:
            return
        now = perf_counter()
        if self.sent >= self.run.counts_from:
            self.run.times.append(now - self.sent)
            self.run.statuses[int(self.buffer[9:12])] += 1
        self.buffer.clear()
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        """The last line to close ends the run. A line that broke under way counts as status 0."""
        if exc is not None or perf_counter() < self.run.ends:
            self.run.statuses[0] += 1
        self.run.open_lines -= 1
        if not self.run.open_lines:
            self.run.done.set()

    def _send(self) -> None:
        if self.transport is None:
            return
        self.sent = perf_counter()
        if self.sent >= self.run.ends:
            self.transport.close()
            return
        self.transport.write(self.run.make(self.run.numbers()))


def answer_length(buffer: bytearray) -> int | None:
    """The whole length of the answer that begins here, or None while its head is not all there."""
    head = buffer.find(b"\r\n\r\n")
    if head < 0:
        return None
    at = buffer.lower().find(b"content-length:", 0, head)
    if at < 0:
        raise ValueError("the load client needs answers with a Content-Length")
    return head + 4 + int(buffer[at + 15 : buffer.find(b"\r\n", at)])


def measure(port: int, make: RequestMaker, numbers: Callable[[], int], *, connections: int, seconds: float) -> Figures:
    """Run so many connections for so long, after a short warm-up that does not count."""
    return uvloop.run(_measure(port, make, numbers, connections, seconds))


async def _measure(
    port: int, make: RequestMaker, numbers: Callable[[], int], connections: int, seconds: float
) -> Figures:
    loop = asyncio.get_running_loop()
    begin = perf_counter()
    run = Run(make, begin + WARM_SECONDS + seconds, begin + WARM_SECONDS, numbers)
    for _ in range(connections):
        await loop.create_connection(lambda: Line(run), "127.0.0.1", port)
    await asyncio.wait_for(run.done.wait(), seconds + 30)
    return figures(run.times, seconds, run.statuses)


def figures(times: list[float], seconds: float, statuses: Counter[int]) -> Figures:
    """Rate and percentiles of a run."""
    if len(times) < 2:
        return Figures(0.0, 0.0, 0.0, statuses)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Figures(len(times) / seconds, cuts[49] * 1000, cuts[98] * 1000, statuses)


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of a POST."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
