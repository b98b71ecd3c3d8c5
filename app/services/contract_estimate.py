"""What a contract would have done in the last days: its draft terms replayed over the leads that are stored.

The same `judge` decides as in routing, lead by lead in their order, with caps filling as they would have. It says
what the contract wanted and what its caps, hours and the once-a-person rule left; other buyers' bids are not replayed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, select

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.caps import Cap, Measure, Period, window
from app.domain.contract_terms import Terms as ContractTerms
from app.domain.eligibility import Candidate, Contract, TurnedAway, Usage, caps_of, judge
from app.domain.facts import PERSONAL
from app.domain.hours import open_row
from app.domain.reasons import ALREADY_BOUGHT, BY_CODE, SCHEDULE_CAP_REACHED, Reason
from app.domain.states import LeadState
from app.models.leads import Lead
from app.services import book as books
from app.services import contract_drafts
from app.services.book_facts import Book
from app.services.contract_faults import fields_of

DAYS = 7
MOST = 2000
"""Leads looked at; a busier week is answered from the newest of them, and the answer says so."""

FEWEST = 10
"""Buyers are told of no fewer leads than this: most of those that are counted are other people's."""

CAPPED = frozenset(code for code in BY_CODE if code.endswith(("cap_reached", "budget_reached"))) | {
    SCHEDULE_CAP_REACHED.code
}
LATER = CAPPED | {ALREADY_BOUGHT.code}
"""Noes of leads that the contract wanted all the same."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Estimate:
    """The answer. ``looked_at``: leads of its offers since ``since``; ``sampled``: there were more than that.

    ``matched``: those it wanted; ``bought``: what caps and the once-a-person rule left of them, for ``cost_minor``.
    ``why``: reasons why the others were turned away, commonest first. ``premiums``: rule -> leads bought by it.
    ``withheld``: nothing was counted, for the buyer asked about people whose leads are not its own. ``rough``: for a
    buyer's eyes, in tens; where fewer than ten leads matched, ``matched`` is nought and nothing else is told.
    """

    since: datetime
    looked_at: int = 0
    sampled: bool = False
    matched: int = 0
    bought: int = 0
    cost_minor: int = 0
    has_offers: bool = True
    why: tuple[tuple[Reason, int], ...] = ()
    premiums: Mapping[str, int] = field(default_factory=dict)
    withheld: bool = False
    rough: bool = False


@dataclass(slots=True)
class _Tally:
    """What is counted while leads pass."""

    taken: Counter[tuple[UUID, datetime]] = field(default_factory=Counter)
    persons: dict[bytes, datetime] = field(default_factory=dict)
    matched: int = 0
    bought: int = 0
    prices: Counter[int] = field(default_factory=Counter)
    why: Counter[Reason] = field(default_factory=Counter)
    premiums: Counter[str] = field(default_factory=Counter)

    @property
    def cost(self) -> int:
        """What was bought, at the mean of the prices that are told; nought where none is."""
        told = self.prices.total()
        return sum(price * count for price, count in self.prices.items()) * self.bought // told if told else 0


def estimate(actor: Actor, draft: contract_drafts.Draft, *, now: datetime) -> Estimate:
    """Replay the draft; raises ValueError for terms that cannot be read."""
    book, since = books.current(actor.tenant_id), now - timedelta(days=DAYS)
    contracts = contract_drafts.by_offer(actor, book, draft)
    if not contracts:
        return Estimate(since, has_offers=False)
    if actor.role is Role.BUYER and _asks_about_people(book, draft.terms):
        return Estimate(since, withheld=True)
    rows = _leads(book, contracts, since)
    looked_at = rows[:MOST]
    tally = _replayed(book, contracts, draft, looked_at)
    if actor.role is Role.BUYER:
        told = _without_rare_premiums(draft, tally)
        if told is not draft:
            tally = _replayed(book, contract_drafts.by_offer(actor, book, told), told, looked_at)
        tally = _in_tens(tally)
    return Estimate(
        since=looked_at[-1].received_at if len(rows) > MOST else since, looked_at=len(looked_at),
        sampled=len(rows) > MOST, matched=tally.matched, bought=tally.bought, cost_minor=tally.cost,
        why=tuple(tally.why.most_common(4)), premiums=dict(tally.premiums), rough=actor.role is Role.BUYER,
    )  # fmt: skip


def _replayed(
    book: Book, contracts: Mapping[UUID, Contract], draft: contract_drafts.Draft, rows: Sequence[Row[*tuple[Any, ...]]]
) -> _Tally:
    """Every lead in its order, from the oldest."""
    tally, once_in = _Tally(), timedelta(days=book.buyers[draft.buyer_id].person_window_days)
    for row in reversed(rows):
        _pass(tally, book, contracts[book.campaigns[row.campaign_id].offer_id], row, once_in)
    return tally


def _without_rare_premiums(draft: contract_drafts.Draft, tally: _Tally) -> contract_drafts.Draft:
    """A premium dear enough for one postcode would empty a budget, and so tell whether anybody came from there."""
    rules = draft.terms["price_rules"]
    kept = [rule for rule in rules if tally.premiums[str(rule["name"])] >= FEWEST]
    return draft if len(kept) == len(rules) else replace(draft, terms={**draft.terms, "price_rules": kept})


def _in_tens(tally: _Tally) -> _Tally:
    """A count of one says whether somebody came whom the buyer knows to look for: no group is told below ten."""
    if tally.matched < FEWEST:
        return _Tally()
    return replace(
        tally, matched=_tens(tally.matched), bought=_tens(tally.bought), prices=_all_in_tens(tally.prices),
        why=_all_in_tens(tally.why), premiums=_all_in_tens(tally.premiums),
    )  # fmt: skip


def _all_in_tens(counts: Counter[T]) -> Counter[T]:
    return Counter({what: tens for what, count in counts.items() if (tens := _tens(count))})


def _tens(count: int) -> int:
    """The nearest ten; nought below ten."""
    return 0 if count < FEWEST else round(count, -1)


def _asks_about_people(book: Book, terms: ContractTerms) -> bool:
    """A count of the leads with one e-mail address tells whether that person came, and test by test all about them."""
    guarded = {entry.name for one in book.campaigns.values() for entry in one.schema.fields if entry.pii}
    asked = fields_of([terms["filters"], [rule["when"] for rule in terms["price_rules"]]])
    return bool(asked & (PERSONAL | guarded))


def _leads(book: Book, contracts: Mapping[UUID, Contract], since: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """The newest leads that came in by campaigns of these offers and were not refused; one more than ``MOST``."""
    campaigns = [one.id for one in book.campaigns.values() if one.offer_id in contracts]
    return db.session.execute(
        select(
            Lead.campaign_id, Lead.source_id, Lead.fields, Lead.facts, Lead.received_at, Lead.email_key, Lead.phone_key
        )
        .where(Lead.tenant_id == book.tenant.id, Lead.received_at >= since, Lead.campaign_id.in_(campaigns))
        .where(Lead.test.is_(False), Lead.state != LeadState.REJECTED.value)
        .order_by(Lead.received_at.desc(), Lead.id.desc())
        .limit(MOST + 1)
    ).all()


def _pass(tally: _Tally, book: Book, contract: Contract, row: Row[*tuple[Any, ...]], once_in: timedelta) -> None:
    at, marks = row.received_at, [mark for mark in (row.email_key, row.phone_key) if mark]
    caps = _countable(caps_of(contract, open_row(contract.schedule, contract.zone, at)))
    places = {cap.id: (cap.id, window(cap, at).start) for cap in caps}
    known = any(mark in tally.persons and at - tally.persons[mark] < once_in for mark in marks)
    usage = Usage(
        used={cap_id: tally.taken[place] for cap_id, place in places.items()},
        bought=frozenset({contract.buyer_id} if known else ()),
    )
    source = book.sources[row.source_id]
    terms = replace(source.terms, usage=usage)
    judged = judge(book.offers[source.campaign.offer_id], contract, {**row.fields, **row.facts}, terms, at)
    if isinstance(judged, TurnedAway):
        _turned_away(tally, judged)
        return
    _bought(tally, judged, caps, places)
    tally.persons |= dict.fromkeys(marks, at)


def _turned_away(tally: _Tally, judged: TurnedAway) -> None:
    wanted = all(no.code in LATER for no in judged.noes)
    tally.matched += wanted
    tally.why[judged.noes[0].reason] += 1


def _bought(
    tally: _Tally, judged: Candidate, caps: Sequence[Cap], places: Mapping[UUID, tuple[UUID, datetime]]
) -> None:
    price = judged.price.minor
    tally.matched += 1
    tally.bought += 1
    tally.prices[price] += 1
    if judged.quote.rule:
        tally.premiums[judged.quote.rule] += 1
    for cap in caps:
        tally.taken[places[cap.id]] += price if cap.measure is Measure.MONEY else 1


def _countable(caps: Sequence[Cap]) -> tuple[Cap, ...]:
    """How long a buyer kept each lead in work is not known afterwards, so those caps are left out."""
    return tuple(cap for cap in caps if cap.period is not Period.CONCURRENT)
