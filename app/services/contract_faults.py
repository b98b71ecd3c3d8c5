"""What is wrong with a contract's terms, by the name of the term; and filters, judged before they are stored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.caps import Measure, Period
from app.domain.contract_terms import Terms, cap_key
from app.domain.criteria import CriteriaError
from app.domain.facts import ORIGIN
from app.domain.hours import rows_from_json
from app.models.contracts import ValueList
from app.services.book_contracts import Lists, criterion
from app.services.changes import Refused

SEATS = ("any", "exclusive", "shared")
MOST_POINTS = 100
LEAST_FACTOR, MOST_FACTOR = Decimal("0.000001"), Decimal(1_000_000)
"""Bounds of a multiplier: beyond them a bid is no number that can be compared, and every auction of the offer fails."""

Faults = tuple[tuple[str, str], ...]


class Faulty(Refused):
    """The terms cannot be so; ``faults`` are (term, sentence) pairs."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(" ".join(sentence for _, sentence in faults))
        self.faults = faults


def value_lists(actor: Actor) -> Lists:
    """The named lists that a filter may refer to."""
    rows = db.session.execute(
        select(ValueList.name, ValueList.entries).where(ValueList.tenant_id == actor.tenant_id)
    ).all()
    return {row.name: frozenset(row.entries) for row in rows}


def filter_fault(tree: Mapping[str, Any] | None, lists: Lists) -> str:
    """Why a filter cannot be run; empty when it can."""
    try:
        criterion(tree, lists)
    except CriteriaError as fault:
        return str(fault)
    return ""


def judge(actor: Actor, before: Terms, after: Terms, currency: str) -> None:
    """Raise Faulty with everything that is wrong with what ``after`` names."""
    if faults := faults_in(actor, before, after, currency):
        raise Faulty(faults)


def faults_in(actor: Actor, before: Terms, after: Terms, currency: str) -> Faults:
    """The same as pairs; empty when these terms can be."""
    lists = value_lists(actor)
    return (
        *_filters(after, lists), *_prices(after, lists), *_hours(after, currency), *_caps(after), *_numbers(after),
        *_guarded(actor, before, after),
    )  # fmt: skip


def fields_of(tree: object) -> frozenset[str]:
    """Every field that a filter asks about."""
    return frozenset(str(one["field"]) for one in _tests(tree))


def _tests(tree: object) -> Iterator[Mapping[str, Any]]:
    """Every test of a filter, or of a list of filters."""
    if isinstance(tree, dict) and "field" in tree:
        yield tree
    elif isinstance(tree, dict | list):
        for part in tree.values() if isinstance(tree, dict) else tree:
            yield from _tests(part)


def _filters(after: Terms, lists: Lists) -> Iterator[tuple[str, str]]:
    if "filters" in after and (fault := filter_fault(after["filters"], lists)):
        yield "filters", _sentence(fault)


def _prices(after: Terms, lists: Lists) -> Iterator[tuple[str, str]]:
    if after.get("price_minor", 0) < 0:
        yield "price", "The price cannot be negative."
    names = [str(rule["name"]).strip() for rule in after.get("price_rules", ())]
    for number, rule in enumerate(after.get("price_rules", ())):
        if not names[number] or names.count(names[number]) > 1:
            yield f"p.{number}.name", "A premium needs a name that no other premium has."
        if rule["price_minor"] < 0:
            yield f"p.{number}.price", "The price cannot be negative."
        if fault := filter_fault(rule["when"] or {"any": []}, lists):
            yield f"p.{number}.w", _sentence(fault)


def _hours(after: Terms, currency: str) -> Iterator[tuple[str, str]]:
    try:
        rows = rows_from_json(after.get("schedule", ()), currency)
    except ValueError as fault:
        yield "schedule", _sentence(str(fault))
        return
    for number, row in enumerate(rows):
        if (row.price is not None and row.price.amount < 0) or (row.cap is not None and row.cap < 0):
            yield f"s.{number}.price", "Prices and caps cannot be negative."
    if "zone" in after and not is_zone(after["zone"]):
        yield "zone", "This is no time zone, such as Europe/London."


def _caps(after: Terms) -> Iterator[tuple[str, str]]:
    keys = [cap_key(cap) for cap in after.get("caps", ())]
    for number, cap in enumerate(after.get("caps", ())):
        if cap["measure"] not in set(Measure) or cap["period"] not in set(Period):
            yield f"c.{number}.period", "Choose what is counted, and over which period."
        elif keys.index(keys[number]) < number:
            yield f"c.{number}.period", "There is a cap of this measure and period already; change that one."
        if cap["limit"] < 0:
            yield f"c.{number}.limit", "A cap cannot be negative."
        if not is_zone(cap["zone"]):
            yield f"c.{number}.zone", "This is no time zone, such as Europe/London."


def _numbers(after: Terms) -> Iterator[tuple[str, str]]:
    if "name" in after and not str(after["name"]).strip():
        yield "name", "A contract needs a name."
    if not 0 <= after.get("minimum_score", 0) <= MOST_POINTS:
        yield "minimum_score", "A score is from 0 to 100."
    if after.get("weight", 0) < 0:
        yield "weight", "A weight is nought or more."
    if after.get("seats", "any") not in SEATS:
        yield "seats", "The seats are any, exclusive or shared."
    if not _over_nought(after.get("multiplier", "1")):
        yield "multiplier", "The multiplier is a number over nought, such as 1.2."
    if any(one["level"] < 1 for one in after.get("offers", ())):
        yield "offers", "Levels are counted from 1."


def _guarded(actor: Actor, before: Terms, after: Terms) -> Iterator[tuple[str, str]]:
    """Where a lead came from is not for buyers to know, so neither is it to filter on."""
    if actor.role is not Role.BUYER:
        return
    known, wanted = _of_origin(before), _of_origin(after)
    if foreign := {field for test, field in wanted.items() if test not in known}:
        yield "filters", f"Filters cannot ask about {', '.join(sorted(foreign))}."


def _of_origin(terms: Terms) -> dict[str, str]:
    """The tests on where a lead came from, as text, each with its field. Whoever may keep one may not vary it."""
    trees = [terms.get("filters"), [rule["when"] for rule in terms.get("price_rules", ())]]
    return {json.dumps(one, sort_keys=True): str(one["field"]) for one in _tests(trees) if str(one["field"]) in ORIGIN}


def is_zone(name: object) -> bool:
    """A name of the time zone database."""
    try:
        ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)


def _over_nought(text: object) -> bool:
    try:
        return LEAST_FACTOR <= Decimal(str(text)) <= MOST_FACTOR
    except InvalidOperation:
        return False


def _sentence(fault: str) -> str:
    return fault[:1].upper() + fault[1:].rstrip(".") + "."
