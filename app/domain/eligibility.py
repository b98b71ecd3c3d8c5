"""Whether a contract may have a lead: judging one of each, with every no kept.

A buyer that asks "why did I not get it" is owed the whole list, so nothing here stops at the first
failed check. Caps and balances are read before and taken later, by guarded statements: what is
judged eligible may still find its place gone, and then the lead is judged again. All contracts of an
offer are judged together in `domain.panel`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.caps import Cap, Measure, standing
from app.domain.contract import Contract, Usage, caps_of
from app.domain.facts import Facts
from app.domain.hours import ScheduleRow, open_row, opens_next
from app.domain.money import Money
from app.domain.offers import Offer
from app.domain.pricing import Floors, PayoutTerms, Quote, Settlement, quote, settle
from app.domain.reasons import (
    ALREADY_BOUGHT,
    ALREADY_DECLINED,
    BUYER_PAUSED,
    CONTRACT_PAUSED,
    INSUFFICIENT_BALANCE,
    ONE_SEAT_A_BUYER,
    OUTSIDE_SCHEDULE,
    SCORE_TOO_LOW,
    SUPPRESSED_FOR_BUYER,
    No,
)

__all__ = [
    "Candidate", "Contract", "Outcome", "Remembered", "Terms", "TurnedAway", "Usage", "caps_of", "entered", "judge",
]  # fmt: skip

REMEMBERED = 10_000
"""Prices remembered at one source's terms."""


class Outcome(StrEnum):
    """What became of a contract in one auction."""

    SOLD = "sold"
    OUTBID = "outbid"
    FILTERED = "filtered"
    CAPPED = "capped"
    CLOSED = "closed"
    PAUSED = "paused"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    BELOW_PRICE = "below_price"
    ALREADY_BOUGHT = "already_bought"
    DECLINED = "declined"
    NO_BID = "no_bid"
    TIMEOUT = "timeout"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An eligible contract with its price for this lead."""

    contract: Contract
    quote: Quote
    settlement: Settlement
    waiting_since: datetime
    row: ScheduleRow | None = None

    @property
    def price(self) -> Money:
        """What its buyer would pay."""
        return self.quote.price

    @property
    def all_caps(self) -> tuple[Cap, ...]:
        """The contract's caps, and that of the schedule row that is open now."""
        return caps_of(self.contract, self.row)


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A contract that may not have the lead, with every reason; the first names the outcome."""

    contract: Contract
    outcome: Outcome
    noes: tuple[No, ...]
    quote: Quote


@dataclass(eq=False, slots=True)
class Remembered:
    """What was worked out for one source's leads before; it holds for as long as terms, floors and offers do.

    ``prices``: divided, by offer and amount. ``groups``: the contracts of a panel that these terms treat alike.
    """

    prices: dict[tuple[UUID, Decimal], tuple[Settlement, tuple[No, ...]]] = field(default_factory=dict)
    groups: dict[Any, tuple[tuple[int, ...], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the lead's own side brings: its source's payout terms and the floors over it."""

    payout: PayoutTerms
    floors: Floors
    usage: Usage = field(default_factory=Usage)
    remembered: Remembered = field(default_factory=Remembered, compare=False, repr=False)

    def divided(self, price: Money, offer: Offer) -> tuple[Settlement, tuple[No, ...]]:
        """`settle` at these terms; the same prices meet the same terms lead after lead."""
        key, prices = (offer.id, price.amount), self.remembered.prices
        found = prices.get(key)
        if found is None:
            if len(prices) >= REMEMBERED:
                prices.clear()
            found = prices[key] = settle(price, self.payout, offer, self.floors)
        return found


def judge(offer: Offer, contract: Contract, facts: Facts, terms: Terms, now: datetime) -> Candidate | TurnedAway:
    """One contract and one lead: a candidate, or every reason why not."""
    row = open_row(contract.schedule, contract.zone, now) if contract.schedule else None
    asked = quote(contract.price, contract.price_rules, facts, row.price if row else None)
    settlement, price_noes = terms.divided(asked.price, offer)
    against = _unsuited(contract, facts, terms.usage)
    if contract.schedule and row is None:
        against.append((Outcome.CLOSED, _hours(contract, now)))
    if price_noes:
        against.append((Outcome.BELOW_PRICE, price_noes))
    if caps := _caps(caps_of(contract, row), asked.price, terms.usage, now):
        against.append((Outcome.CAPPED, caps))
    if balance := _balance(contract, asked.price, terms.usage):
        against.append((Outcome.INSUFFICIENT_BALANCE, balance))
    if against:
        return TurnedAway(contract, against[0][0], tuple(no for _, noes in against for no in noes), asked)
    return _candidate(contract, asked, settlement, row, terms.usage)


def entered(offer: Offer, contract: Contract, asked: Quote, row: ScheduleRow | None, terms: Terms) -> Candidate:
    """The candidate that `judge` makes of a contract which nothing speaks against; ``row`` is the open one."""
    settlement, _ = terms.divided(asked.price, offer)
    return _candidate(contract, asked, settlement, row, terms.usage)


def _candidate(
    contract: Contract, asked: Quote, settlement: Settlement, row: ScheduleRow | None, usage: Usage
) -> Candidate:
    return Candidate(contract, asked, settlement, usage.last_sold.get(contract.id, contract.created_at), row)


def _unsuited(contract: Contract, facts: Facts, usage: Usage) -> list[tuple[Outcome, tuple[No, ...]]]:
    """Why this lead and this contract do not fit, whatever the hour and the price.

    What plainly cannot apply is not even asked: this runs for each contract and each lead.
    """
    against = []
    if not (contract.active and contract.buyer_active):
        against.append((Outcome.PAUSED, _switched_off(contract)))
    if (usage.declined or usage.holding) and (turn := _had_its_turn(contract, usage)):
        against.append((Outcome.DECLINED, turn))
    unwanted = contract.wants.failures(facts)
    if contract.minimum_score:
        unwanted += _score(contract, facts)
    if unwanted:
        against.append((Outcome.FILTERED, unwanted))
    if usage.suppressed and contract.buyer_id in usage.suppressed:
        against.append((Outcome.FILTERED, (No(SUPPRESSED_FOR_BUYER),)))
    if usage.bought and contract.buyer_id in usage.bought:
        against.append((Outcome.ALREADY_BOUGHT, (No(ALREADY_BOUGHT),)))
    return against


def _switched_off(contract: Contract) -> tuple[No, ...]:
    noes = () if contract.active else (No(CONTRACT_PAUSED, rule="contract:status"),)
    return noes if contract.buyer_active else (*noes, No(BUYER_PAUSED, rule="buyer:status"))


def _had_its_turn(contract: Contract, usage: Usage) -> tuple[No, ...]:
    noes = (No(ALREADY_DECLINED),) if contract.id in usage.declined else ()
    return (*noes, No(ONE_SEAT_A_BUYER)) if contract.buyer_id in usage.holding else noes


def _score(contract: Contract, facts: Facts) -> tuple[No, ...]:
    points = facts.get("score")
    if isinstance(points, int) and points >= contract.minimum_score:
        return ()
    return (No(SCORE_TOO_LOW, f"score {points} is under {contract.minimum_score}", "contract:minimum_score"),)


def _hours(contract: Contract, now: datetime) -> tuple[No, ...]:
    """No rows at all means always open; the screen says so."""
    again = opens_next(contract.schedule, contract.zone, now)
    detail = f"closed until {again:%a %d %b %H:%M} UTC" if again else "its schedule has no hour to come"
    return (No(OUTSIDE_SCHEDULE, detail, "contract:schedule", again),)


def _caps(caps: tuple[Cap, ...], price: Money, usage: Usage, now: datetime) -> tuple[No, ...]:
    noes: tuple[No, ...] = ()
    for cap in caps:
        asked = price.minor if cap.measure is Measure.MONEY else 1
        used = usage.used.get(cap.id, 0) if usage.used else 0
        if used + asked > cap.limit:
            noes += standing(cap, used, asked, now)
    return noes


def _balance(contract: Contract, price: Money, usage: Usage) -> tuple[No, ...]:
    left = usage.available.get(contract.buyer_id)
    if left is None or price.minor <= left:
        return ()
    short = Money.from_minor(price.minor - left, price.currency)
    return (No(INSUFFICIENT_BALANCE, f"the balance and credit are {short} short", "buyer:balance"),)
