"""What a lead list may be asked for, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.domain.actor import Actor, Role


class By(StrEnum):
    """What a list is sorted by: the moment (received, or sold), or a value of the newest that are found."""

    MOMENT = "received"
    SCORE = "score"
    MONEY = "price"


class Sort(NamedTuple):
    """An order and its direction."""

    by: By = By.MOMENT
    ascending: bool = False


NEWEST_FIRST = Sort()
HIGH, MOST_POINTS = 80, 100
"""From here on scores may be rare, and leads are looked for score by score; lower ones are met soon anyway."""


@dataclass(frozen=True, slots=True)
class Needle:
    """What somebody looks for, already turned into what an index can find; all empty finds nothing.

    ``person``: the fingerprint of an e-mail or of a phone, whichever it is.
    """

    lead_id: UUID | None = None
    short_id: str | None = None
    email_key: bytes | None = None
    phone_keys: tuple[bytes, ...] = ()
    person: bytes | None = None

    def ways(self) -> tuple[Needle, Needle]:
        """A person's two needles: one for each index that may know the fingerprint."""
        return Needle(email_key=self.person), Needle(phone_keys=(self.person,) if self.person else ())


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads; empty fields mean "any".

    ``until`` is exclusive. ``score``: at least; ``points``: exactly, from ``HIGH`` on. ``test``: test traffic alone, or
    none of it. ``buyer_id`` and ``contract_id``: what was sold to them, by the moment of the sale. ``reason``: as its
    reader is told it.
    """

    states: tuple[str, ...] = ()
    reason: str = ""
    vertical_id: UUID | None = None
    publisher_id: UUID | None = None
    source_id: UUID | None = None
    campaign_id: UUID | None = None
    buyer_id: UUID | None = None
    contract_id: UUID | None = None
    tier: str = ""
    score: int | None = None
    points: int | None = None
    test: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    needle: Needle | None = None
    ids: tuple[UUID, ...] = ()

    def parts(self, actor: Actor) -> tuple[LeadFilter, ...]:
        """Filters that together find the same, each along one index: by state, fingerprint, high scores by points."""
        states: list[tuple[str, ...]] = [(state,) for state in self.states] or [()]
        found = [replace(self, states=one) for one in states]
        if self.needle and self.needle.person:
            found = [replace(one, needle=needle) for one in found for needle in self.needle.ways()]
        if self.score is not None and self.score >= HIGH and not self.is_of_sales(actor):
            points = range(self.score, MOST_POINTS + 1)
            found = [replace(one, score=None, points=number) for one in found for number in points]
        return tuple(found)

    def is_of_sales(self, actor: Actor) -> bool:
        """Whether it is a list of purchases, by the moment of the sale: a buyer's own, or what one of them bought."""
        return actor.role is Role.BUYER or bool(self.buyer_id or self.contract_id)
