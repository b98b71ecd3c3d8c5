"""Trying one stored lead against a draft contract: every check with its sentence, and which price rule fires.

Hours are judged as of the lead's arrival, caps as they stand now. Leads that the actor may not see are not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.caps import Cap, Measure, Owner, Period, standing, window_of
from app.domain.eligibility import Contract, TurnedAway, caps_of, judge
from app.domain.facts import ORIGIN
from app.domain.hours import open_row
from app.domain.reasons import Audience, No
from app.models.leads import Lead
from app.queries import cap_bars, scope
from app.services import book as books
from app.services import contract_drafts
from app.services.book_contracts import Lists, criterion
from app.services.book_facts import Book
from app.services.contract_drafts import Draft
from app.services.contract_faults import fields_of, value_lists

TOO_LOW = "The price is too low for this lead."


@dataclass(frozen=True, slots=True)
class Check:
    """One thing asked of the lead. ``tree``: the filter test it is, if it is one; ``said``: why it failed."""

    name: str
    passed: bool
    said: tuple[tuple[str, str], ...] = ()
    tree: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RuleTried:
    """One premium: whether this lead fits it, why not, and whether it is the one that decides."""

    name: str
    price_minor: int
    fits: bool
    decides: bool
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """The whole answer. ``buys``: every check passed. ``rule``: what set the price, "" for the plain one.

    ``facts``: what was judged, for the sentences name values of it; ``pii``: its fields that are masked.
    """

    lead_id: UUID
    short_id: str
    received_at: datetime
    buys: bool
    price_minor: int
    rule: str
    checks: tuple[Check, ...]
    rules: tuple[RuleTried, ...]
    has_offer: bool
    facts: Mapping[str, Any]
    pii: frozenset[str]


def try_lead(actor: Actor, draft: Draft, lead_id: UUID, *, now: datetime) -> Trial | None:
    """Judge the lead; None when there is no such lead for this actor, or it never reached a campaign."""
    row = _lead(actor, lead_id)
    book = books.current(actor.tenant_id)
    if row is None or row.source_id not in book.sources:
        return None
    source, facts, lists = book.sources[row.source_id], {**row.fields, **row.facts}, value_lists(actor)
    contract = contract_drafts.contract(actor, book, draft)
    offer_id = source.campaign.offer_id
    judged = judge(book.offers[offer_id], contract, facts, source.terms, row.received_at)
    noes = judged.noes if isinstance(judged, TurnedAway) else ()
    has_offer = str(offer_id) in {one["offer_id"] for one in draft.terms["offers"]}
    full = _full(actor, draft, contract, row.received_at, judged.quote.price.minor, now)
    checks = tuple(_checks(actor, draft, facts, lists, noes, full, _offer_name(book, row.source_id, has_offer)))
    return Trial(
        row.id, row.short_id, row.received_at, all(check.passed for check in checks), judged.quote.price.minor,
        judged.quote.rule, checks, tuple(_rules(actor, draft, contract, facts, judged.quote.rule)), has_offer, facts,
        frozenset(entry.name for entry in source.campaign.schema.fields if entry.pii),
    )  # fmt: skip


def _lead(actor: Actor, lead_id: UUID) -> Row[*tuple[Any, ...]] | None:
    return db.session.execute(
        select(Lead.id, Lead.short_id, Lead.source_id, Lead.fields, Lead.facts, Lead.received_at).where(
            scope.leads(actor), Lead.id == lead_id
        )
    ).first()


def _offer_name(book: Book, source_id: UUID, has_offer: bool) -> str:  # noqa: FBT001 - one question, one place
    return "" if has_offer else book.sources[source_id].campaign.name


def _checks(
    actor: Actor, draft: Draft, facts: Mapping[str, Any], lists: Lists, noes: tuple[No, ...], full: tuple[No, ...],
    elsewhere: str,
) -> Iterator[Check]:  # fmt: skip
    said = f"It came in by {elsewhere}, which sells through an offer that this contract is not attached to."
    yield Check("offer", not elsewhere, (("", said),) if elsewhere else ())
    for tree in _tests(draft.terms["filters"]):
        failed = criterion(tree, lists).failures(facts)
        yield Check("filter", not failed, _said(actor, failed, tree), tree)
    for name, belongs in _GROUPS.items():
        some = tuple(no for no in noes if belongs(no.rule))
        yield Check(name, not some, _said(actor, some))
    yield Check("caps", not full, _said(actor, full))


_GROUPS: Mapping[str, Callable[[str], bool]] = {
    "score": lambda rule: rule == "contract:minimum_score",
    "hours": lambda rule: rule == "contract:schedule",
    "price": lambda rule: rule.startswith(("floor:", "price:")),
    "buyer": lambda rule: rule == "buyer:status",
}


def _tests(tree: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """The tests that stand in a row: those of an ``all`` one by one, anything else as a whole."""
    if not tree:
        return
    if set(tree) == {"all"}:
        for part in tree["all"]:
            yield from _tests(part)
    else:
        yield tree


def _said(actor: Actor, noes: tuple[No, ...], tree: Mapping[str, Any] | None = None) -> tuple[tuple[str, str], ...]:
    """Code and sentence; to buyers nothing of the house's margins, nor of where a lead came from."""
    if actor.role is not Role.BUYER:
        return tuple((no.code, no.sentence) for no in noes)
    if tree and fields_of(tree) & ORIGIN:
        return tuple((no.code, no.reason.sentence) for no in noes)
    return tuple((no.code, no.sentence) if no.reason.seen_by(Audience.BUYER) else ("", TOO_LOW) for no in noes)


def _rules(actor: Actor, draft: Draft, contract: Contract, facts: Mapping[str, Any], fired: str) -> Iterator[RuleTried]:
    kept = {str(rule["name"]): rule["when"] for rule in draft.terms["price_rules"]}
    for rule in contract.price_rules:
        failed = rule.when.failures(facts)
        said = tuple(sentence for _, sentence in _said(actor, failed, kept.get(rule.name)))
        yield RuleTried(rule.name, rule.price.minor, not failed, rule.name == fired, said)


def _full(
    actor: Actor, draft: Draft, contract: Contract, at: datetime, price_minor: int, now: datetime
) -> tuple[No, ...]:
    """The caps that have no room now; a stored contract's own caps are found by their measure and period."""
    used = {}
    if draft.contract_id is not None:
        bars = cap_bars.of_contract(actor, draft.contract_id, now)
        used = {(bar.cap.measure, bar.cap.period): bar.used for bar in bars if _same_window(bar, contract, now)}
    found: list[No] = []
    for cap in caps_of(contract, open_row(contract.schedule, contract.zone, at)):
        taken = used.get((str(cap.measure), str(cap.period)), 0) if cap.owner is Owner.CONTRACT else 0
        found += standing(cap, taken, _asked(cap, price_minor), now)
    return tuple(found)


def _same_window(bar: cap_bars.Bar, contract: Contract, now: datetime) -> bool:
    """A draft that moves a cap to another zone begins a window of its own."""
    zones = {(str(cap.measure), str(cap.period)): cap.zone for cap in contract.caps if cap.owner is Owner.CONTRACT}
    zone = zones.get((bar.cap.measure, bar.cap.period))
    period = Period(bar.cap.period)
    return zone is not None and window_of(period, zone, now) == window_of(period, bar.cap.zone, now)


def _asked(cap: Cap, price_minor: int) -> int:
    return price_minor if cap.measure is Measure.MONEY else 1
