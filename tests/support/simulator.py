"""The buyer simulator inside the test process: real HTTP on a free port, its memory at hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from app.simulator.memory import Diary, Memory
from app.simulator.running import in_thread


@dataclass(frozen=True)
class FakeBuyers:
    """Addresses of fake buyers and of the webhook sink, and what they were told."""

    base_url: str
    memory: Memory

    def buyer(self, slug: str, kind: str = "post", **query: object) -> str:
        """The address of one fake buyer; ``profile``, ``latency_ms``, ``price``, ``seed`` say how it behaves."""
        return f"{self.base_url}/buyers/{slug}/{kind}{_query(query)}"

    def hook(self, name: str, **query: object) -> str:
        """An address of the webhook sink; ``status``, ``fail_first``, ``latency_ms`` say how it answers."""
        return f"{self.base_url}/hooks/{name}{_query(query)}"

    def posts(self, slug: str) -> Diary:
        """What this buyer was sent since it was last forgotten."""
        return self.memory.of(f"buyers/{slug}/post")

    def pings(self, slug: str) -> Diary:
        """What this buyer was asked."""
        return self.memory.of(f"buyers/{slug}/ping")

    def told(self, name: str) -> Diary:
        """What arrived at this webhook address."""
        return self.memory.of(f"hooks/{name}")

    def forget(self) -> None:
        """Clear every diary."""
        self.memory.clear()


@contextmanager
def simulator() -> Iterator[FakeBuyers]:
    """Fake buyers for the length of a ``with``."""
    memory = Memory()
    with in_thread(memory) as port:
        yield FakeBuyers(f"http://127.0.0.1:{port}", memory)


def wait_for_calls(diary: Diary, count: int, seconds: float = 60.0) -> None:
    """Wait until ``count`` calls came; AssertionError when they do not."""
    deadline = time.monotonic() + seconds
    while diary.total < count:
        assert time.monotonic() < deadline, f"{diary.total} of {count} calls came within {seconds:g} s"
        time.sleep(0.01)


def _query(query: dict[str, object]) -> str:
    return f"?{urlencode(query)}" if query else ""
