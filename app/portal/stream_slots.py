"""Places for live streams in one process: so many in all, so many for one session."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from threading import Lock
from uuid import UUID


class StreamSlots:
    """``most`` places, of which one session may hold ``most_each``."""

    def __init__(self, most: int, most_each: int) -> None:
        self.most = most
        self.most_each = most_each
        self._held: Counter[UUID] = Counter()
        self._lock = Lock()

    def take(self, session_id: UUID) -> Held | None:
        """A place for this session, or None when it has its share or none is left."""
        with self._lock:
            if not self._fits(session_id):
                return None
            self._held[session_id] += 1
        return Held(self, session_id)

    def has_room(self, session_id: UUID) -> bool:
        """Whether a place could be had at this moment."""
        with self._lock:
            return self._fits(session_id)

    def give(self, session_id: UUID) -> None:
        """Free one of this session's places; ``Held`` sees to it that it happens once."""
        with self._lock:
            self._held[session_id] -= 1
            if not self._held[session_id]:
                del self._held[session_id]

    def _fits(self, session_id: UUID) -> bool:
        return self._held.total() < self.most and self._held[session_id] < self.most_each


class Held:
    """A place that a stream has taken, to be given back once, whichever end of the answer comes first."""

    def __init__(self, slots: StreamSlots, session_id: UUID) -> None:
        self._slots = [slots]
        self._session_id = session_id

    def give_back(self) -> None:
        """Free the place; again changes nothing."""
        with suppress(IndexError):
            self._slots.pop().give(self._session_id)
