"""A contract's terms as one value: what an editor shows, a change asks for and an approval applies.

Terms are JSON-ready: the contract's own columns, ``caps`` ([{measure, period, limit, zone}]) and ``offers``
([{offer_id, level}]). A buyer's permissions speak of parts, each of which is a few of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

Terms = Mapping[str, Any]


class Permission(StrEnum):
    """What a buyer may do with a part of its contract by itself."""

    INSTANT = "instant"
    APPROVAL = "approval"
    NO = "no"


PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "status": ("status",),
    "filters": ("filters",),
    "caps": ("caps",),
    "price": ("price_minor", "price_rules"),
    "schedule": ("schedule", "zone"),
    "minimum_score": ("minimum_score",),
})  # fmt: skip
"""Part -> its terms, in the order in which people read them."""

STAFF = ("name", "offers", "seats", "rank", "weight", "multiplier")
"""Terms that only the tenant's own people change: they decide between buyers."""

EVERYTHING = tuple(term for terms in PARTS.values() for term in terms) + STAFF
_IN_HOURS: Mapping[str, str] = MappingProxyType({"price_minor": "price", "cap": "caps"})
_PART_OF = {term: part for part, terms in PARTS.items() for term in terms}


def part_of(term: str) -> str | None:
    """The part that a term belongs to; None for those of the staff."""
    return _PART_OF.get(term)


def parts_of_change(term: str, before: Terms, after: Terms) -> tuple[str, ...]:
    """The parts that another value of a term belongs to; none for a term of the staff.

    Hours may carry a price and a cap of their own, and which of them holds is decided by the rows: whoever moves such
    rows moves the price, or the cap.
    """
    part = part_of(term)
    if part is None:
        return ()
    rows = [*before.get("schedule", ()), *after.get("schedule", ())] if term == "schedule" else []
    hidden = (other for name, other in _IN_HOURS.items() if any(row.get(name) is not None for row in rows))
    return (part, *hidden)


def permission(given: Mapping[str, Any], part: str) -> Permission:
    """What a buyer with these permissions may do with a part; where nothing is said, ask."""
    return Permission(given.get(part, Permission.APPROVAL))


def differing(before: Terms, after: Terms) -> tuple[str, ...]:
    """The terms that ``after`` names and that are not what they were, in the order of ``EVERYTHING``."""
    return tuple(term for term in EVERYTHING if term in after and after[term] != before.get(term))


def parts_in(terms: Iterable[str]) -> tuple[str, ...]:
    """The parts that these terms belong to, each once, in order."""
    named = {part_of(term) for term in terms}
    return tuple(part for part in PARTS if part in named)


def cap_key(cap: Mapping[str, Any]) -> tuple[str, str]:
    """What makes a cap the same cap after a change: its measure and its period."""
    return str(cap["measure"]), str(cap["period"])
