"""The only place that asks what time it is.

Every other function takes ``now`` as a parameter, so that a test can stand at any moment.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def tick() -> float:
    """Seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Sleep; for pollers and back-off."""
    time.sleep(seconds)
