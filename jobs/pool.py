"""A few threads of one worker, each busy with one tenant: a tenant whose buyers hang keeps no other waiting.

What is done for a tenant is the caller's business. Here is only who has a turn, and waiting for the end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from app import clock
from app.log import get, place_of
from app.services.sending import LONGEST_DEADLINE

MOST = 8
"""Tenants at a time. Each may hold a connection to the database, and the pool of those serves them all."""

GRACE = LONGEST_DEADLINE + timedelta(seconds=5)
"""How long a worker that was told to end waits: the longest request, and time to settle it."""

_LOOK = 0.05

Task = Callable[[], None]


class Pool:
    """Tasks by tenant, never two of one tenant at a time."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting: dict[UUID, Task] = {}
        self._busy: set[UUID] = set()
        self._threads = 0

    def hand(self, tenant_id: UUID, task: Task) -> None:
        """Do it as soon as a thread is free. A tenant that is being served is served once more afterwards.

        However often a tenant is handed over, it waits in one place only.
        """
        with self._lock:
            self._waiting[tenant_id] = task
            if tenant_id not in self._busy and self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._serve, name="tenant", daemon=True).start()

    def finish(self, grace: timedelta = GRACE) -> bool:
        """Begin nothing more and wait for what is under way; whether all of it ended in time."""
        until = clock.tick() + grace.total_seconds()
        with self._lock:
            self._waiting.clear()
        while self._threads and clock.tick() < until:
            clock.pause(_LOOK)
        return not self._threads

    def _serve(self) -> None:
        while (taken := self._taken()) is not None:
            tenant_id, task = taken
            try:
                task()
            except Exception as error:  # noqa: BLE001 - a thread that dies would leave its tenant busy for ever
                get().error("drain_failed", error_class=type(error).__name__, error_place=place_of(error))
            finally:
                with self._lock:
                    self._busy.discard(tenant_id)

    def _taken(self) -> tuple[UUID, Task] | None:
        """The longest-waiting tenant that nobody serves; without one this thread is not needed any more."""
        with self._lock:
            free = next((tenant_id for tenant_id in self._waiting if tenant_id not in self._busy), None)
            if free is None:
                self._threads -= 1
                return None
            self._busy.add(free)
            return free, self._waiting.pop(free)
