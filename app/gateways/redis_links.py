"""Clients of Redis.

Redis is never the truth here: every caller goes on without it, so a client gives up quickly and never retries.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from datetime import timedelta

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from app import clock

AWAY = (RedisError, OSError)  # what a call raises when Redis is down, slow, full or read-only
WEB_TIMEOUT = timedelta(milliseconds=250)
LEFT_ALONE = 1.0
"""Seconds for which Redis is not asked again after a failure, so that a slow one slows one request down, not all."""


def redis_client(url: str, *, read_timeout: timedelta | None = None) -> Redis:
    """A client for ``redis://``, ``rediss://`` or ``unix://`` that waits ``WEB_TIMEOUT`` for a connection or an answer.

    ``read_timeout``: for an answer, where a blocking read needs longer. Safe for threads and after a fork.
    """
    return Redis.from_url(
        url,
        socket_connect_timeout=WEB_TIMEOUT.total_seconds(),
        socket_timeout=(read_timeout or WEB_TIMEOUT).total_seconds(),
        retry=Retry(NoBackoff(), 0),
    )


class Rest:
    """Whether Redis is being left alone. While it is away one call a second finds out for all."""

    def __init__(self, tick: Callable[[], float] = clock.tick) -> None:
        self._tick = tick
        self._until = -math.inf
        self._lock = threading.Lock()

    def is_over(self) -> bool:
        """True when Redis may be asked; after a failure, for one caller a second."""
        if self._until == -math.inf:
            return True
        with self._lock:
            if self._tick() < self._until:
                return False
            self._until = self._tick() + LEFT_ALONE
            return True

    def begin(self) -> None:
        """It failed just now."""
        with self._lock:
            self._until = self._tick() + LEFT_ALONE

    def end(self) -> None:
        """It answered."""
        self._until = -math.inf
