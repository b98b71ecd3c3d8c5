"""The drain that deliveries and webhooks share: claim, send at once, settle each as it comes back, claim more.

No transaction is open while anybody waits for an answer, and nobody waits for the slowest: what a hanging
receiver holds up is its own few requests. What is claimed and what an answer means is the caller's business.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from app import clock
from app.gateways.http_client import Failure, HttpClient, Request, Result
from app.gateways.kit import kit
from app.log import get, place_of

BUDGET = timedelta(seconds=20)
"""How long one drain goes on claiming; the requests under way then end by their own deadlines."""

MOST = 256
"""Requests of one drain in flight at a time."""

WAKE = 0.25
"""Seconds after which a drain that only waits for slow answers looks for new work."""

LONGEST_DEADLINE = timedelta(seconds=30)
LEASE = timedelta(seconds=60)
"""How long a claim holds. Twice the longest request: whoever lives never loses its own lease."""

NAP = 0.1


class _Life:
    """Of this process. A plain flag: an Event's lock could be held by the very code that a signal interrupts."""

    is_ending = False


class Claim(Protocol):
    """One claimed row, ready to be sent; ``fault`` instead of an answer where no request could be written."""

    @property
    def request(self) -> Request:
        """What to send."""

    @property
    def fault(self) -> Failure | None:
        """Why nothing is sent."""


C = TypeVar("C", bound=Claim)
Moment = Callable[[], datetime]


def stop() -> None:
    """Let every drain of this process finish what it sent and claim no more (SIGTERM)."""
    _Life.is_ending = True


def resume() -> None:
    """Undo ``stop``; for tests."""
    _Life.is_ending = False


def is_stopping() -> bool:
    """Whether this process is on its way out."""
    return _Life.is_ending


def wait_for_stop(seconds: float) -> bool:
    """Sleep, but no longer than until ``stop``; whether it came."""
    until = clock.tick() + seconds
    while not _Life.is_ending and (left := until - clock.tick()) > 0:
        clock.pause(min(NAP, left))
    return _Life.is_ending


def running(now: datetime) -> Moment:
    """A clock that begins at ``now``, for work that takes a while: leases and retries count from its own moment."""
    started = clock.tick()
    return lambda: now + timedelta(seconds=clock.tick() - started)


@dataclass
class Drain(Generic[C]):
    """One run. ``claim(room)`` gives at most so many rows, committed; ``settle`` writes what became of some of them."""

    claim: Callable[[int], Sequence[C]]
    settle: Callable[[Sequence[tuple[C, Result]]], int]
    budget: timedelta = BUDGET

    def run(self) -> int:
        """Work until nothing is due, or the budget is spent; how many were settled."""
        self._http: HttpClient = kit().http
        self._done: queue.SimpleQueue[tuple[C, Result | None]] = queue.SimpleQueue()
        self._in_flight = 0
        self._fault: Exception | None = None
        until = clock.tick() + self.budget.total_seconds()
        settled = 0
        while True:
            if clock.tick() < until and self._in_flight < MOST and not is_stopping() and self._fault is None:
                self._start(self._claimed(MOST - self._in_flight))
            if not self._in_flight:
                break
            settled += self._settled(self._ready())
        if self._fault is not None:
            raise self._fault
        return settled

    def _claimed(self, room: int) -> Sequence[C]:
        """A failing claim ends the run only after what is under way was settled."""
        try:
            return self.claim(room)
        except Exception as error:  # noqa: BLE001 - raised again at the end of the run
            self._fault = error
            return ()

    def _start(self, claims: Sequence[C]) -> None:
        """Send a batch in a thread of its own, so that this one can settle and claim meanwhile."""
        self._in_flight += len(claims)
        for claim in claims:
            if claim.fault is not None:
                self._done.put((claim, claim.fault))
        to_send = [claim for claim in claims if claim.fault is None]
        if to_send:
            threading.Thread(target=self._send, args=(to_send,), name="wave", daemon=True).start()

    def _send(self, claims: Sequence[C]) -> None:
        waiting = dict(enumerate(claims))
        try:
            for index, result in self._http.send_each([claim.request for claim in claims]):
                self._done.put((waiting.pop(index), result))
        except Exception as error:  # noqa: BLE001 - a thread must report what it could not send
            get().error("wave_broke", error_class=type(error).__name__, error_place=place_of(error))
        finally:
            for claim in waiting.values():
                self._done.put((claim, None))

    def _ready(self) -> list[tuple[C, Result | None]]:
        """Whatever has come back; waits a little for the first."""
        try:
            ready = [self._done.get(timeout=WAKE)]
        except queue.Empty:
            return []
        while not self._done.empty():
            ready.append(self._done.get())
        return ready

    def _settled(self, ready: Sequence[tuple[C, Result | None]]) -> int:
        """Settle what has an answer; the rest keeps its lease until that runs out."""
        self._in_flight -= len(ready)
        answered = [(claim, result) for claim, result in ready if result is not None]
        return self.settle(answered) if answered else 0
