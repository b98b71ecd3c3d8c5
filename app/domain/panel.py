"""All contracts of an offer, made ready once a version of the book to judge lead after lead together.

The contracts of a large offer differ in name and price and in little else. Those whose verdict hangs on the same
filter, score and hours stand in a group, and a group is judged once, by its first contract. Whoever has a price of
its own for this lead, or has something counted against it at this moment, is judged by itself. Either way it is
`eligibility.judge` that speaks, so that nobody's list of reasons is shorter than if it had been asked alone.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from app.domain.caps import Measure
from app.domain.contract import Contract, Usage
from app.domain.eligibility import Candidate, Outcome, Terms, TurnedAway, entered, judge
from app.domain.facts import Facts
from app.domain.offers import Offer
from app.domain.pricing import Quote
from app.domain.reasons import No

Places = tuple[int, ...]
"""Contracts by their place in the panel, in its order."""

_NOTHING = Usage()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in every trace of a panel; its name follows from its content, so it is stored but once.

    ``body``: {"currency", "buyers": [[id, name]], "contracts": [[id, name, buyer, price in minor units]]}.
    """

    id: UUID
    body: Mapping[str, Any]


class Panel:
    """One offer with its contracts, in their order, and what is known of them before any lead comes."""

    def __init__(self, offer: Offer, contracts: Iterable[Contract]) -> None:
        self.offer = offer
        self.contracts = tuple(contracts)
        self.place_of = {contract.id: place for place, contract in enumerate(self.contracts)}
        self._alone = frozenset(place for place, one in enumerate(self.contracts) if _stands_alone(one))
        self._of_buyer: dict[UUID, list[int]] = {}
        self._under_cap: dict[UUID, list[int]] = {}
        for place, contract in enumerate(self.contracts):
            self._of_buyer.setdefault(contract.buyer_id, []).append(place)
            for cap in contract.caps:
                self._under_cap.setdefault(cap.id, []).append(place)

    @cached_property
    def sheet(self) -> Sheet:
        """What every trace of these contracts says, whoever the lead is."""
        return _sheet_of(self.contracts)

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """What each contract pays where nothing moves its price."""
        return tuple(Quote(contract.price) for contract in self.contracts)

    def by_themselves(self, usage: Usage) -> frozenset[int]:
        """Whom no group can speak for: a price of its own, or something counts against it at this moment."""
        noted: set[int] = {self.place_of[one] for one in usage.declined if one in self.place_of}
        for buyers in (usage.available, usage.bought, usage.suppressed, usage.holding):
            noted.update(*(self._of_buyer.get(buyer_id, ()) for buyer_id in buyers))
        noted.update(*(self._under_cap.get(cap_id, ()) for cap_id in usage.used))
        return self._alone | noted if noted else self._alone

    def grouped(self, terms: Terms) -> tuple[Places, ...]:
        """Equals together, as they stand under these terms; remembered for as long as those hold."""
        groups = terms.remembered.groups.get(self)
        if groups is None:
            alike: dict[object, list[int]] = {}
            for place, contract in enumerate(self.contracts):
                if place not in self._alone:
                    alike.setdefault(_what_decides(contract, self.offer, terms), []).append(place)
            groups = terms.remembered.groups[self] = tuple(map(tuple, alike.values()))
        return groups


@dataclass(frozen=True, slots=True)
class Refusal:
    """Contracts that were turned away for the same reasons; the first reason names the outcome.

    ``quote``: the price that one of them would have paid, where it is not its plain one.
    """

    outcome: Outcome
    noes: tuple[No, ...]
    places: Places
    quote: Quote | None = None


@dataclass(frozen=True, slots=True)
class Sifted:
    """Both heaps of a panel: who may have the lead, in the panel's order, and everybody else with the reasons."""

    panel: Panel
    eligible: tuple[Candidate, ...]
    refusals: tuple[Refusal, ...]

    @property
    def turned_away(self) -> tuple[TurnedAway, ...]:
        """The refusals contract by contract, in the panel's order."""
        panel, found = self.panel, {}
        for refusal in self.refusals:
            for place in refusal.places:
                asked = refusal.quote or panel.quotes[place]
                found[place] = TurnedAway(panel.contracts[place], refusal.outcome, refusal.noes, asked)
        return tuple(found[place] for place in sorted(found))


def sift(panel: Panel, facts: Facts, terms: Terms, now: datetime) -> Sifted:
    """Judge every contract of a panel for one lead."""
    alone = panel.by_themselves(terms.usage)
    plain = replace(terms, usage=_NOTHING)
    eligible: dict[int, Candidate] = {}
    refusals: list[Refusal] = []
    for group in panel.grouped(terms):
        places = _without(group, alone)
        if not places:
            continue
        judged = judge(panel.offer, panel.contracts[places[0]], facts, plain, now)
        if isinstance(judged, TurnedAway):
            refusals.append(Refusal(judged.outcome, judged.noes, places))
        else:
            for place in places:
                contract, asked = panel.contracts[place], panel.quotes[place]
                eligible[place] = entered(panel.offer, contract, asked, judged.row, terms)
    for place in alone:
        judged = judge(panel.offer, panel.contracts[place], facts, terms, now)
        if isinstance(judged, TurnedAway):
            moved = judged.quote if judged.quote != panel.quotes[place] else None
            refusals.append(Refusal(judged.outcome, judged.noes, (place,), moved))
        else:
            eligible[place] = judged
    return Sifted(panel, tuple(eligible[place] for place in sorted(eligible)), tuple(refusals))


def _sheet_of(contracts: Sequence[Contract]) -> Sheet:
    buyers: dict[tuple[UUID, str], int] = {}
    lines = [
        [str(one.id), one.name, buyers.setdefault((one.buyer_id, one.buyer_name), len(buyers)), one.price.minor]
        for one in contracts
    ]
    currency = contracts[0].price.currency if contracts else ""
    body = {"currency": currency, "buyers": [[str(one), name] for one, name in buyers], "contracts": lines}
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()
    return Sheet(UUID(bytes=digest[:16]), body)


def _without(group: Places, others: frozenset[int]) -> Places:
    """Most of the time nobody has to leave the group."""
    return group if not others or others.isdisjoint(group) else tuple(one for one in group if one not in others)


def _what_decides(contract: Contract, offer: Offer, terms: Terms) -> object:
    """Equal for two contracts that no lead can tell apart, but for their names and what they pay."""
    _, price_noes = terms.divided(contract.price, offer)
    return (
        contract.wants, contract.minimum_score, contract.active, contract.buyer_active,
        contract.schedule, contract.zone if contract.schedule else "", price_noes,
    )  # fmt: skip


def _stands_alone(contract: Contract) -> bool:
    """Its price moves with the lead or the hour, or a cap of its own is too small for a single lead."""
    moves = contract.price_rules or any(row.price is not None or row.cap is not None for row in contract.schedule)
    asked = {Measure.COUNT: 1, Measure.MONEY: contract.price.minor}
    return bool(moves) or any(cap.limit < asked[cap.measure] for cap in contract.caps)
