"""What the fake buyers and the webhook sink remember: the last calls, and every id they were called with.

In memory only, bounded, forgotten on request or when the process ends.
"""

from __future__ import annotations

import base64
import json
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LAST_CALLS = 2_000
MOST_IDS = 500_000
ID_HEADERS = ("idempotency-key", "webhook-id")
ID_FIELDS = ("delivery_id", "lead_id", "ping_id", "id")


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came in. ``key`` is the id that a careful receiver would de-duplicate on."""

    at: datetime
    key: str
    method: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    outcome: str

    def as_json(self) -> dict[str, Any]:
        """For the log page: the body as text and, for exact bytes, in base64."""
        return {
            "at": self.at.isoformat(),
            "id": self.key,
            "method": self.method,
            "query": self.query,
            "headers": dict(self.headers),
            "body": self.body.decode("utf-8", "replace"),
            "body_base64": base64.b64encode(self.body).decode(),
            "outcome": self.outcome,
        }


class Diary:
    """The calls of one buyer or one webhook name."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=LAST_CALLS)
        self.times: OrderedDict[str, int] = OrderedDict()
        self.total = 0
        self.outcomes: dict[str, int] = {}
        self.under_way = 0
        self.most_under_way = 0

    def note(self, call: Call) -> None:
        """Remember a call."""
        self.calls.append(call)
        self.total += 1
        self.outcomes[call.outcome] = self.outcomes.get(call.outcome, 0) + 1
        self.times[call.key] = self.times.get(call.key, 0) + 1
        if len(self.times) > MOST_IDS:
            self.times.popitem(last=False)

    def seen(self, key: str) -> int:
        """How often this id was here before."""
        return self.times.get(key, 0)

    def enter(self) -> None:
        """A call begins; the most at one time is remembered."""
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)

    def leave(self) -> None:
        """A call ends."""
        self.under_way -= 1

    def as_json(self, limit: int) -> dict[str, Any]:
        """Totals since it was last cleared, and the newest calls first."""
        newest = [call.as_json() for call in list(self.calls)[::-1][:limit]]
        return {
            "count": self.total,
            "distinct": len(self.times),
            "duplicates": self.total - len(self.times),
            "outcomes": self.outcomes,
            "most_at_once": self.most_under_way,
            "entries": newest,
        }


class Memory:
    """Every diary, by name."""

    def __init__(self) -> None:
        self._diaries: dict[str, Diary] = {}

    def of(self, name: str) -> Diary:
        """The diary of that name, empty at first."""
        return self._diaries.setdefault(name, Diary())

    def clear(self, names: Iterable[str] | None = None) -> None:
        """Forget these diaries, or all."""
        for name in list(self._diaries) if names is None else names:
            self._diaries.pop(name, None)

    def totals(self) -> dict[str, int]:
        """Calls by diary, for the index page."""
        return {name: diary.total for name, diary in sorted(self._diaries.items())}


def key_of(headers: Mapping[str, str], body: bytes) -> str:
    """The id a receiver would de-duplicate on: a known header, else a known field of a JSON body, else ''."""
    for name in ID_HEADERS:
        if value := headers.get(name):
            return value
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(found, dict):
        return ""
    return next((str(found[name]) for name in ID_FIELDS if found.get(name)), "")
