"""When to try again: schedules as data, and what a receiver's Retry-After may change about them.

Only sums of time live here: whether a failure deserves another try at all is the caller's to say.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType

JITTER = 0.05
"""The greatest share of a step added by chance; totals below leave room for it."""

LONGEST = timedelta(days=365)
"""What a Retry-After beyond counting is read as; no schedule comes near it."""

MOST_DIGITS = 9
MOST_LETTERS = 64
"""Longer texts than this are no date of HTTP."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One send at once, then one more after each of `delays`, as long as sends fail.

    `jitter` is the greatest share of a step that chance may add, from 0 (exactly as printed) to 1.
    """

    name: str
    sentence: str
    delays: tuple[timedelta, ...]
    jitter: float = 0.0

    @property
    def attempts(self) -> int:
        """How many sends there are at most, the first included."""
        return 1 + len(self.delays)

    @property
    def total(self) -> timedelta:
        """From the first send to the last, by the printed delays."""
        return sum(self.delays, timedelta())


def _steps(*seconds: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=each) for each in seconds)


MINUTE = 60
HOUR = 60 * MINUTE

STANDARD = Policy(
    "standard",
    "At once, then after 30 seconds, 2 minutes, 10 minutes, 1 hour and 4 hours.",
    _steps(30, 2 * MINUTE, 10 * MINUTE, HOUR, 4 * HOUR),
)
# Doubling from 20 s reaches 22 h 45 min; with all its jitter the last send is still inside 24 hours.
EXTENDED = Policy(
    "extended",
    "At once, then at doubling distances, a little spread by chance, for 24 hours.",
    _steps(*(20 * 2**step for step in range(12))),
    JITTER,
)
# 68 h 26 min; with all its jitter the last send is still inside three days.
PATIENT = Policy(
    "patient",
    "Ten attempts at growing distances, a little spread by chance, over three days.",
    _steps(
        MINUTE, 5 * MINUTE, 20 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 17 * HOUR, 20 * HOUR,
    ),
    JITTER,
)  # fmt: skip
# Half of ten minutes, so that a buyer who asks for twice the patience is still within them.
DELIVERY = Policy(
    "delivery",
    "Three tries within ten minutes: a lead goes cold.",
    _steps(MINUTE, 4 * MINUTE),
)

FOR_ENDPOINTS = (STANDARD, EXTENDED, PATIENT)
"""What the owner of a webhook endpoint may choose from."""

BY_NAME: Mapping[str, Policy] = MappingProxyType({each.name: each for each in (*FOR_ENDPOINTS, DELIVERY)})


def next_delay(
    policy: Policy, attempt: int, rng: random.Random, retry_after: timedelta | None = None
) -> timedelta | None:
    """How long to wait after `attempt` sends were made; None when the policy is used up.

    The answer lies between the printed step and twice that step: chance never makes it earlier,
    and a receiver can neither hurry us nor put us off without end. Raises ValueError below 0.
    """
    if attempt < 0:
        raise ValueError("the number of attempts made cannot be negative")
    if attempt == 0:
        return timedelta()
    if attempt >= policy.attempts:
        return None
    step = policy.delays[attempt - 1]
    asked = step if retry_after is None else min(max(step, retry_after), 2 * step)
    return min(asked + step * (policy.jitter * rng.random()), 2 * step)


def parse_retry_after(text: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for (RFC 9110, section 10.2.3); None when it cannot be read.

    A date in the past is no wait at all. `now` must be aware.
    """
    asked = (text or "").strip()
    if asked.isascii() and asked.isdigit():
        return timedelta(seconds=int(asked)) if len(asked) <= MOST_DIGITS else LONGEST
    until = _http_date(asked)
    return None if until is None else min(max(until - now, timedelta()), LONGEST)


def _http_date(text: str) -> datetime | None:
    """An HTTP date of any of its three forms; one without a zone is UTC."""
    if not text or len(text) > MOST_LETTERS:
        return None
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):  # the library's ways to say "no date"
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
