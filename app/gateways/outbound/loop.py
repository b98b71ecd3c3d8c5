"""An event loop in a thread of its own, one for each process, started when first needed.

After a fork the child starts its own: the parent's loop and sockets are shared file descriptors, so the child
leaves them alone, neither using nor closing them.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar

import uvloop


class Closable(Protocol):
    """What lives in the loop and must be closed inside it."""

    async def close(self) -> None:
        """Let go of everything."""


R = TypeVar("R", bound=Closable)
T = TypeVar("T")
_starting = threading.Lock()
_inherited: list[object] = []  # a parent's loops, kept for ever so that nothing finalises them here


def _renew_lock() -> None:
    """Another thread of the parent may have held the lock at the moment of the fork."""
    globals()["_starting"] = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)


class _Home(Generic[R]):
    """One running loop with the resident that was made in it."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = uvloop.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="outbound", daemon=True)
        self.resident: R


class LoopThread(Generic[R]):
    """Runs coroutines beside a resident (the transport) in a background loop."""

    def __init__(self, make: type[R] | Any) -> None:
        self._make = make
        self._home: _Home[R] | None = None

    @property
    def resident(self) -> R:
        """The resident of this process's loop."""
        return self._running().resident

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine in the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._running().loop)

    def close(self) -> None:
        """Close the resident, end the thread and the loop; the next use starts new ones."""
        with _starting:
            home, self._home = self._home, None
        if home is not None and home.pid == os.getpid():
            atexit.unregister(self.close)
            _end(home)

    def _running(self) -> _Home[R]:
        home = self._home
        if home is not None and home.pid == os.getpid():
            return home
        with _starting:
            if self._home is None or self._home.pid != os.getpid():
                _inherited.append(self._home)
                self._home = self._started()
            return self._home

    def _started(self) -> _Home[R]:
        home: _Home[R] = _Home()
        home.thread.start()
        home.resident = asyncio.run_coroutine_threadsafe(self._made(), home.loop).result()
        atexit.register(self.close)
        return home

    async def _made(self) -> R:
        resident: R = self._make()
        return resident


def _end(home: _Home[Any]) -> None:
    asyncio.run_coroutine_threadsafe(_emptied(home.resident), home.loop).result()
    home.loop.call_soon_threadsafe(home.loop.stop)
    home.thread.join()
    home.loop.close()


async def _emptied(resident: Closable) -> None:
    """Cancel what still runs and close the resident, so that nothing is left to warn about."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await resident.close()
