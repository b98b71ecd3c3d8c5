"""Ninety days of past leads, put in by the way that leads take, at moments gone by.

Each is submitted, delivered and told with the clock of its own moment; whatever a buyer does not take at
once is left to the workers, as it would be.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

from app.demo import shelf
from app.demo.build import OPTED_OUT, SECOND_VERTICALS
from app.demo.people import enquiry, sub_id
from app.services import access, deliveries, intake, outbox, webhooks
from app.services.submission import Submission

DAYS = 90
LATELY = 9
"""So many days back the traffic is dense enough to compare today with a week ago, hour by hour."""
LATE_BURSTS, EARLY_BURSTS, A_BURST = 70, 60, 4
GAP = timedelta(seconds=3)
VERTICALS = tuple(place.key for place in shelf.SHELVES)
KNOWN, KNOWN_IN = 2, "payday-loans"
"""So many leads of the first publisher, in this vertical, come again by the second."""
FIRST_HOUR, LAST_HOUR = 8, 21
CALLER = "198.51.100.7"


@dataclass(frozen=True)
class Past:
    """One lead to be: its number, its vertical, the key it comes in by, the moment."""

    number: int
    vertical: str
    key: str
    at: datetime


def plan(keys: tuple[str, str], now: datetime) -> list[list[Past]]:
    """Bursts of a few leads within seconds of each other, as traffic comes, oldest first.

    A burst is handed over together: the slowest buyer is waited for once a burst and not once a lead.
    """
    rng = random.Random("history")  # noqa: S311 - the same past every time is what is wanted
    lately = (_moment(rng, now, 0, LATELY) for _ in range(LATE_BURSTS))
    before = (_moment(rng, now, LATELY, DAYS) for _ in range(EARLY_BURSTS))
    bursts = sorted([*lately, *before])
    past = [
        [_past(number, keys, at + GAP * place) for place, number in enumerate(range(first, first + A_BURST))]
        for first, at in zip(range(0, len(bursts) * A_BURST, A_BURST), bursts, strict=True)
    ]
    return [*past, _known_people(past, keys, now)]


def fill(tenant_id: UUID, keys: tuple[str, str], now: datetime) -> int:
    """Put the past in; how many leads there were."""
    count = 0
    for burst in plan(keys, now):
        for lead in burst:
            opened = access.by_key("ingest", lead.key, lead.at)
            intake.submit(opened, _submission(lead), now=lead.at)
            count += 1
        _hand_over(tenant_id, burst[-1].at + GAP)
    return count


def _hand_over(tenant_id: UUID, at: datetime) -> None:
    deliveries.drain(tenant_id, at)
    outbox.fan_out(tenant_id, at + GAP)
    webhooks.drain(tenant_id, at + GAP)


def _past(number: int, keys: tuple[str, str], at: datetime) -> Past:
    """Every third lead is the second publisher's, where it has a source."""
    vertical = VERTICALS[number % len(VERTICALS)]
    is_second = number % 3 == 0 and vertical in SECOND_VERTICALS
    return Past(number, vertical, keys[is_second], at)


def _known_people(past: list[list[Past]], keys: tuple[str, str], now: datetime) -> list[Past]:
    """Sold already, and offered again by somebody else at an hour when few are open: nobody takes them."""
    late = (now - timedelta(days=1)).replace(hour=23, minute=12, second=0, microsecond=0)
    sold = [
        lead.number
        for lead in chain.from_iterable(past)
        if lead.vertical == KNOWN_IN and lead.key == keys[0] and lead.at < late and not dict(_odd(lead))
    ]
    return [Past(number, KNOWN_IN, keys[1], late + GAP * place) for place, number in enumerate(sold[-KNOWN:])]


def _moment(rng: random.Random, now: datetime, nearest: int, farthest: int) -> datetime:
    """Some time within these days ago, in waking hours, not within the last hour."""
    day = (now - timedelta(days=rng.randrange(nearest, farthest))).replace(minute=0, second=0, microsecond=0)
    at = day.replace(hour=rng.randrange(FIRST_HOUR, LAST_HOUR)) + timedelta(seconds=rng.randrange(3600))
    return at if at < now - timedelta(hours=1) else at - timedelta(days=1)


def _submission(lead: Past) -> Submission:
    values, extra = enquiry(lead.number, lead.vertical, lead.at)
    values |= dict(_odd(lead))
    return Submission(
        vertical_key=lead.vertical, campaign_id=None, values=values, extra=extra, dialect="ingest",
        request_id=f"history-{lead.number:04d}", caller_ip=CALLER, sub_id=sub_id(lead.number),
    )  # fmt: skip


def _odd(lead: Past) -> Iterator[tuple[str, object]]:
    """What is wrong with a few of them: a mistyped phone, a person who opted out, one who was here before."""
    number = lead.number
    if number % 15 == 7:  # noqa: PLR2004 - any few will do
        yield "phone", "01234"
    if number % 19 == 11:  # noqa: PLR2004
        yield "email", OPTED_OUT[0]
    if number % 17 == 13:  # noqa: PLR2004
        yield "email", enquiry(number - 10, "mortgages", lead.at)[0]["email"]
