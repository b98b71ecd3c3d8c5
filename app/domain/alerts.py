"""What needs somebody: computed from how things stand, kept nowhere, gone when its cause is.

Each alert says one thing in one sentence. ``since`` is when the oldest of its causes began.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What an alert is about; the page to go to follows from it."""

    APPLICATIONS = "applications"
    CHANGES = "changes"
    HELD = "held"
    UNKNOWN = "unknown"
    LATE = "late"
    UNROUTED = "unrouted"
    UNTOLD = "untold"
    UNHEARD = "unheard"
    BEHIND = "behind"
    MAILS = "mails"
    SWITCHED_OFF = "switched_off"
    FAILING_ENDPOINT = "failing_endpoint"
    FAILING_BUYER = "failing_buyer"


PATIENCE = timedelta(days=1)
"""A company or a buyer that waits longer than this for an answer has waited too long."""

LATE = timedelta(minutes=5)
"""What is owed longer than this after it was due is late: workers are there within a second."""

FEWEST_TRIES = 10
NOTEWORTHY, GRAVE = 10, 3
"""A buyer that fails one in ten is worth a look; one in three is an outage."""


@dataclass(frozen=True, slots=True)
class Alert:
    """``subject``: the buyer that it is about, where it is about one."""

    kind: Kind
    tone: str
    sentence: str
    since: datetime | None = None
    subject: UUID | None = None


@dataclass(frozen=True, slots=True)
class Pile:
    """So many things of one kind, and since when the oldest has been waiting."""

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """How a buyer takes its leads: of ``tried`` deliveries ``failed`` did not get through so far."""

    buyer_id: UUID
    buyer: str
    tried: int
    failed: int


def raised(piles: dict[Kind, Pile], services: Iterable[Service], now: datetime) -> tuple[Alert, ...]:
    """Every alert there is cause for, the bad ones first, then in the order of ``Kind``."""
    found = [_alert(kind, piles[kind], now) for kind in Kind if kind in piles and piles[kind].count]
    found += [failing for one in services if (failing := _failing(one))]
    return tuple(sorted(found, key=lambda one: (one.tone != "bad", list(Kind).index(one.kind))))


def in_words(count: int, one: str, many: str) -> str:
    """One of two sentences, its ``{}`` filled with the count."""
    return (one if count == 1 else many).format(f"{count:,}")


_SAID: dict[Kind, tuple[str, str, str]] = {
    Kind.APPLICATIONS: ("notice", "{} application to decide", "{} applications to decide"),
    Kind.CHANGES: ("notice", "{} contract change to read", "{} contract changes to read"),
    Kind.HELD: ("notice", "{} lead held for review", "{} leads held for review"),
    Kind.UNKNOWN: (
        "bad", "{} delivery whose answer was lost: say how it ended",
        "{} deliveries whose answer was lost: say how they ended",
    ),
    Kind.LATE: ("bad", "{} delivery is late", "{} deliveries are late"),
    Kind.UNROUTED: ("bad", "{} lead waits too long for routing", "{} leads wait too long for routing"),
    Kind.UNTOLD: ("bad", "{} event cannot be put into words", "{} events cannot be put into words"),
    Kind.UNHEARD: ("bad", "{} event waits too long to be told", "{} events wait too long to be told"),
    Kind.BEHIND: ("bad", "{} webhook message is late", "{} webhook messages are late"),
    Kind.MAILS: ("notice", "{} mail could not be sent", "{} mails could not be sent"),
    Kind.SWITCHED_OFF: ("bad", "{} endpoint is switched off", "{} endpoints are switched off"),
    Kind.FAILING_ENDPOINT: ("notice", "{} endpoint is failing", "{} endpoints are failing"),
}  # fmt: skip
_PEOPLE_WAIT: Sequence[Kind] = (Kind.APPLICATIONS, Kind.CHANGES)


def _alert(kind: Kind, pile: Pile, now: datetime) -> Alert:
    tone, one, many = _SAID[kind]
    if kind in _PEOPLE_WAIT and pile.since is not None and now - pile.since > PATIENCE:
        tone = "bad"
    return Alert(kind, tone, in_words(pile.count, one, many), pile.since)


def _failing(one: Service) -> Alert | None:
    if one.tried < FEWEST_TRIES or one.failed * NOTEWORTHY < one.tried:
        return None
    tone = "bad" if one.failed * GRAVE >= one.tried else "notice"
    every = max(1, (2 * one.tried + one.failed) // (2 * one.failed))
    said = "every delivery" if every == 1 else f"1 delivery in {every}"
    return Alert(Kind.FAILING_BUYER, tone, f"{one.buyer} fails {said}", None, one.buyer_id)
