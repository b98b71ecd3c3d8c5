"""A refusal on its way to the caller, before any dialect has put it into words of its own.

A view or a service face raises ``Problem``; the shape that owns the path renders it (``shapes``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Faults = tuple[tuple[str, str], ...]


@dataclass(eq=False)
class Problem(Exception):
    """One refusal: HTTP status, a stable code, one readable sentence that repeats nothing of the body.

    ``faults`` are (field, message) pairs in the dialect's names. ``details`` are further members that a
    dialect may show beside the sentence (``lead_id`` of a duplicate, for one).
    """

    status: int
    code: str
    sentence: str
    faults: Faults = ()
    details: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
