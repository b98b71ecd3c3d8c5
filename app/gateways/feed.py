"""The live feed: one Redis stream a tenant, read by the portal's open pages.

A courtesy, not a record: what is told here stands in the tables, and a page that missed something reads it there.
Only ids and codes go in; a value that could be a person's is refused.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, cast
from uuid import UUID

from redis import Redis

from app import log
from app.gateways.redis_links import AWAY, Rest, redis_client

KEPT = 10_000
AT_ONCE = 100
MAX_BLOCK = timedelta(seconds=20)
START = "0-0"
_ENTRY_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")
_CODE = re.compile(r"[a-z][a-z0-9_.]{0,39}")
_UUID = r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
_ID_OR_CODE = re.compile(rf"(?:[A-Za-z]{{1,8}}[-_])?{_UUID}|{_CODE.pattern}|")


class FeedAway(Exception):
    """The feed cannot be read just now; try again in a moment."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One thing that happened: its place in the stream, what kind, and the ids to look it up by."""

    id: str
    kind: str
    ids: Mapping[str, str] = field(default_factory=dict)


class Feed(Protocol):
    """What services and the portal need of it."""

    def publish(self, tenant_id: UUID, kind: str, payload_ids: Mapping[str, object]) -> bool:
        """Tell the tenant's open pages; whether it was told. After commit; never raises."""

    def read(self, tenant_id: UUID, after_id: str, block_ms: int) -> tuple[FeedEntry, ...]:
        """Up to 100 entries after one; waits up to ``block_ms`` for the first (0: not at all)."""

    def latest_id(self, tenant_id: UUID) -> str:
        """The place of the newest entry; ``0-0`` when there is none."""


def is_entry_id(text: str) -> bool:
    """Whether a Last-Event-ID that a browser sent can be a place in a stream."""
    return _ENTRY_ID.fullmatch(text) is not None


def is_harmless(kind: str, payload_ids: Mapping[str, object]) -> bool:
    """Whether an entry looks like codes and ids alone; an e-mail, a phone number or a written name does not."""
    return all(_CODE.fullmatch(code) for code in (kind, *payload_ids)) and all(
        _ID_OR_CODE.fullmatch(str(value)) for value in payload_ids.values()
    )


class FeedStream:
    """The feed in Redis. ``reader`` waits, so it needs a longer time-out than ``writer``."""

    def __init__(self, writer: Redis, reader: Redis) -> None:
        self._writer = writer
        self._reader = reader
        self._lock = threading.Lock()
        self._rest = Rest()
        self.failures = 0

    @classmethod
    def at(cls, url: str) -> FeedStream:
        """The feed at a Redis address."""
        return cls(redis_client(url), redis_client(url, read_timeout=MAX_BLOCK + timedelta(seconds=5)))

    def publish(self, tenant_id: UUID, kind: str, payload_ids: Mapping[str, object]) -> bool:
        """Append one entry; the stream keeps about the newest 10,000."""
        if not is_harmless(kind, payload_ids):
            return self._missed("not an id or code")
        if not self._rest.is_over():
            return self._missed("")
        fields: dict[Any, Any] = {"kind": kind, **{name: str(value) for name, value in payload_ids.items()}}
        try:
            self._writer.xadd(_stream(tenant_id), fields, maxlen=KEPT, approximate=True)
        except AWAY as error:
            self._rest.begin()
            return self._missed(type(error).__name__)
        self._rest.end()
        return True

    def read(self, tenant_id: UUID, after_id: str, block_ms: int) -> tuple[FeedEntry, ...]:
        """As Feed.read; raises FeedAway without Redis, ValueError for an ``after_id`` that is none."""
        if not is_entry_id(after_id):
            raise ValueError("not a place in a stream")
        block = min(block_ms, int(MAX_BLOCK.total_seconds() * 1000)) or None  # 0 would mean for ever to Redis
        try:
            found = self._reader.xread({_stream(tenant_id): after_id}, count=AT_ONCE, block=block)
        except AWAY as error:
            raise FeedAway from error
        return tuple(_entry(*row) for _, rows in cast("list[tuple[bytes, list[_Row]]]", found) for row in rows)

    def latest_id(self, tenant_id: UUID) -> str:
        """As Feed.latest_id; raises FeedAway without Redis."""
        try:
            rows = cast("list[_Row]", self._writer.xrevrange(_stream(tenant_id), count=1))
        except AWAY as error:
            raise FeedAway from error
        return rows[0][0].decode() if rows else START

    def _missed(self, why: str) -> bool:
        with self._lock:
            self.failures += 1
        if why:
            log.get().info("feed entry not told", error_class=why)
        return False


_Row = tuple[bytes, dict[bytes, bytes]]


class NullFeed:
    """Keeps entries in memory and never waits; for tests."""

    def __init__(self) -> None:
        self.entries: dict[UUID, list[FeedEntry]] = {}
        self.failures = 0

    def publish(self, tenant_id: UUID, kind: str, payload_ids: Mapping[str, object]) -> bool:
        """Keep it; raises ValueError for what the stream would refuse, so that a test notices."""
        if not is_harmless(kind, payload_ids):
            raise ValueError("only ids and codes may be told")
        told = self.entries.setdefault(tenant_id, [])
        told.append(FeedEntry(f"{len(told) + 1}-0", kind, {name: str(value) for name, value in payload_ids.items()}))
        return True

    def read(self, tenant_id: UUID, after_id: str, block_ms: int) -> tuple[FeedEntry, ...]:
        """What came after; never waits."""
        if not is_entry_id(after_id):
            raise ValueError("not a place in a stream")
        after = int(after_id.partition("-")[0])
        return tuple(self.entries.get(tenant_id, [])[after : after + AT_ONCE])

    def latest_id(self, tenant_id: UUID) -> str:
        """The newest one's place."""
        told = self.entries.get(tenant_id)
        return told[-1].id if told else START


def _stream(tenant_id: UUID) -> str:
    return f"feed:{tenant_id}"


def _entry(entry_id: bytes, fields: Mapping[bytes, bytes]) -> FeedEntry:
    ids = {name.decode(): value.decode() for name, value in fields.items()}
    return FeedEntry(entry_id.decode(), ids.pop("kind", ""), ids)
