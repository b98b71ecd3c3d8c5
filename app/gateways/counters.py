"""Rate limits: exact moving windows over all processes, kept in Redis; a local window while Redis is away.

One round trip judges every window of a key. A refused hit is not recorded, so a client that goes on knocking gets
in again as soon as its oldest counted request has left the window. Every other request with a valid key counts,
whatever becomes of it: the caller hits before it looks at the request.

The windows hold one entry a hit; they are for limits up to some thousands an hour, not for monthly quotas.
"""

from __future__ import annotations

import hashlib
import math
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from redis import Redis
from redis.commands.core import Script

from app import clock, log
from app.gateways.redis_links import AWAY

Window = tuple[int, int]
MICROSECONDS = 1_000_000
STAY_LOCAL = 1.0  # seconds after a failure during which Redis is not asked
MAX_LOCAL_KEYS = 10_000

# KEYS[1]: one sorted set of the key's hits, scored by Redis's own clock in microseconds, so that the clocks of web
# processes do not matter. ARGV: limit, width in microseconds, for each window. Answers: 1 if recorded, now, then
# for each window the hits in it and the hit whose leaving makes the next place.
_SCRIPT = """
local function text(number) return string.format('%.0f', number) end
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local longest, open = 0, 1
for i = 1, #ARGV, 2 do longest = math.max(longest, tonumber(ARGV[i + 1])) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now - longest))
for i = 1, #ARGV, 2 do
  if redis.call('ZCOUNT', KEYS[1], '(' .. text(now - ARGV[i + 1]), '+inf') >= tonumber(ARGV[i]) then open = 0 end
end
if open == 1 then
  local stamp = now
  while redis.call('ZADD', KEYS[1], 'NX', text(stamp), text(stamp)) == 0 do stamp = stamp + 1 end
  redis.call('PEXPIRE', KEYS[1], math.ceil(longest / 1000))
end
local total = redis.call('ZCARD', KEYS[1])
local answer = {open, text(now)}
for i = 1, #ARGV, 2 do
  local count = redis.call('ZCOUNT', KEYS[1], '(' .. text(now - ARGV[i + 1]), '+inf')
  local place = total - count + math.max(count - ARGV[i], 0)
  answer[#answer + 1] = count
  answer[#answer + 1] = redis.call('ZRANGE', KEYS[1], place, place)[1] or text(now)
end
return answer
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, and what its client is told.

    ``limit`` a window of ``seconds``; ``remaining`` places in it; ``reset_at`` when the next place comes back;
    ``retry_after`` whole seconds to wait, 0 when allowed.
    """

    allowed: bool
    limit: int
    seconds: int
    remaining: int
    reset_at: datetime
    retry_after: int


@dataclass(frozen=True, slots=True)
class _Standing:
    """One window after the hit: hits in it, and microseconds until its next place."""

    limit: int
    seconds: int
    count: int
    wait: int


class RateLimiter:
    """Counts hits. Without a client every process counts for itself (tests, and the fallback's own shape)."""

    def __init__(self, client: Redis | None, *, tick: Callable[[], float] = clock.tick) -> None:
        self.fallbacks = 0
        self._tick = tick
        self._local = LocalWindows()
        self._lock = threading.Lock()
        self._ask_again = -math.inf
        self._script = client.register_script(_SCRIPT) if client is not None else None
        self._client = client

    def hit(self, key: str, *windows: Window) -> Verdict:
        """Record one request under ``key`` in every window ``(limit, seconds)``, or in none if any is full.

        An allowed request is told about the first window, a refused one about the full window with the longest
        wait. Keys carry their tenant; Redis sees only their digest.
        """
        if not windows or any(limit < 1 or seconds < 1 for limit, seconds in windows):
            raise ValueError("give at least one window, each of at least one hit and one second")
        if self._script is not None:
            try:
                if self._may_ask():
                    return self._shared_hit(self._script, key, windows)
            except AWAY as error:
                self._stay_local(error)
            with self._lock:
                self.fallbacks += 1
        is_open, standings = self._local.hit(key, windows, int(self._tick() * MICROSECONDS))
        return _verdict(standings, clock.now(), is_open=is_open)

    def used(self, key: str, seconds: int) -> int:
        """How many hits the last ``seconds`` hold, without making one; for showing, never for judging."""
        if self._client is not None:
            try:
                if self._may_ask():
                    now, micros = cast("tuple[int, int]", self._client.time())
                    begun = now * MICROSECONDS + micros - seconds * MICROSECONDS
                    return cast("int", self._client.zcount(_name(key), f"({begun}", "+inf"))
            except AWAY as error:
                self._stay_local(error)
        return self._local.used(key, seconds, int(self._tick() * MICROSECONDS))

    def _may_ask(self) -> bool:
        """Whether Redis is thought to be there. While it is away one request a second finds out for all."""
        if self._ask_again == -math.inf:
            return True
        with self._lock:
            if self._tick() < self._ask_again:
                return False
            self._ask_again = self._tick() + STAY_LOCAL
            return True

    def _stay_local(self, error: BaseException) -> None:
        with self._lock:
            is_first = self._ask_again == -math.inf
            self._ask_again = self._tick() + STAY_LOCAL
        if is_first:
            log.get().warning("rate limits are local", error_class=type(error).__name__)

    def _shared_hit(self, script: Script, key: str, windows: tuple[Window, ...]) -> Verdict:
        name = _name(key)
        arguments = [number for limit, seconds in windows for number in (limit, seconds * MICROSECONDS)]
        is_open, now, *rest = (int(part) for part in cast("list[int]", script(keys=[name], args=arguments)))
        self._ask_again = -math.inf
        standings = [
            _Standing(limit, seconds, count, stamp + seconds * MICROSECONDS - now)
            for (limit, seconds), count, stamp in zip(windows, rest[::2], rest[1::2], strict=True)
        ]
        return _verdict(standings, datetime.fromtimestamp(now / MICROSECONDS, UTC), is_open=bool(is_open))


class LocalWindows:
    """The same windows in this process's memory; the keys that were quiet longest are forgotten first."""

    def __init__(self) -> None:
        self._hits: OrderedDict[str, list[int]] = OrderedDict()
        self._lock = threading.Lock()

    def hit(self, key: str, windows: tuple[Window, ...], now: int) -> tuple[bool, list[_Standing]]:
        """As the script: record in all windows or in none; ``now`` in microseconds of a clock that never goes back."""
        with self._lock:
            hits = self._hits.setdefault(key, [])
            self._hits.move_to_end(key)
            del hits[: bisect_right(hits, now - max(seconds for _, seconds in windows) * MICROSECONDS)]
            is_open = all(_count(hits, seconds, now) < limit for limit, seconds in windows)
            if is_open:
                hits.append(now)
            while len(self._hits) > MAX_LOCAL_KEYS:
                self._hits.popitem(last=False)
            return is_open, [_standing(hits, window, now) for window in windows]

    def used(self, key: str, seconds: int, now: int) -> int:
        """How many hits of the key lie in the last ``seconds``."""
        with self._lock:
            return _count(self._hits.get(key, []), seconds, now)


def _name(key: str) -> str:
    """What Redis knows a key by: keys hold ids of tenants and addresses, which are nobody's business there."""
    return "rate:" + hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _count(hits: list[int], seconds: int, now: int) -> int:
    return len(hits) - bisect_right(hits, now - seconds * MICROSECONDS)


def _standing(hits: list[int], window: Window, now: int) -> _Standing:
    limit, seconds = window
    count = _count(hits, seconds, now)
    leaving = hits[len(hits) - count + max(count - limit, 0)] if count else now
    return _Standing(limit, seconds, count, leaving + seconds * MICROSECONDS - now)


def _verdict(standings: list[_Standing], now: datetime, *, is_open: bool) -> Verdict:
    full = [standing for standing in standings if standing.count >= standing.limit]
    told = standings[0] if is_open else max(full, key=lambda standing: standing.wait)
    return Verdict(
        allowed=is_open,
        limit=told.limit,
        seconds=told.seconds,
        remaining=max(told.limit - told.count, 0),
        reset_at=now + timedelta(microseconds=told.wait),
        retry_after=0 if is_open else max(math.ceil(told.wait / MICROSECONDS), 1),
    )
