"""The contract's form: everything as typed, to and from its terms. Faults go by the name of the form's field."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from app.domain.contract_terms import Terms
from app.domain.money import Money
from app.portal import contract_filters
from app.portal.contract_filters import Group, Judge, Kinds, numbers
from app.portal.contract_typed import clock_time, days, minor, whole

MOST_ROWS = 50
LONGEST = 200


@dataclass
class Premium:
    """A price for leads that a filter fits."""

    name: str = ""
    price: str = ""
    when: Group = field(default_factory=Group)


@dataclass
class Hours:
    """A row of the schedule."""

    days: list[int] = field(default_factory=list)
    opens: str = "00:00"
    closes: str = "00:00"
    price: str = ""
    cap: str = ""


@dataclass
class CapLine:
    """A row of the caps table."""

    measure: str = "count"
    period: str = "day"
    limit: str = ""
    zone: str = ""


@dataclass
class Draft:
    """The whole form. ``offers``: offer id -> level as typed."""

    plain: dict[str, str]
    filters: Group = field(default_factory=Group)
    premiums: list[Premium] = field(default_factory=list)
    schedule: list[Hours] = field(default_factory=list)
    caps: list[CapLine] = field(default_factory=list)
    offers: dict[str, str] = field(default_factory=dict)


PLAIN = ("name", "price", "zone", "minimum_score", "rank", "weight", "multiplier", "seats")
_PLAIN_PARTS = {"price": "price", "zone": "schedule", "minimum_score": "minimum_score"}


def of_terms(terms: Terms, currency: str) -> Draft:
    """The form as it opens on these terms."""
    plain = {name: str(terms[name]) for name in PLAIN if name != "price"}
    return Draft(
        plain | {"price": _typed(terms["price_minor"], currency)},
        contract_filters.from_tree(terms["filters"]),
        [
            Premium(rule["name"], _typed(rule["price_minor"], currency), contract_filters.from_tree(rule["when"]))
            for rule in terms["price_rules"]
        ],
        [hours_of(row, currency) for row in terms["schedule"]],
        [cap_of(cap, currency) for cap in terms["caps"]],
        {one["offer_id"]: str(one["level"]) for one in terms["offers"]},
    )


def read(form: MultiDict[str, str], base: Draft, open_parts: Collection[str]) -> Draft:
    """What was typed, where this person may type; elsewhere what stands."""
    staff = "staff" in open_parts
    plain = {
        name: form.get(name, base.plain[name]).strip()[:LONGEST]
        if _PLAIN_PARTS.get(name, "staff") in open_parts
        else base.plain[name]
        for name in PLAIN
    }
    return Draft(
        plain,
        contract_filters.read(form, "f") if "filters" in open_parts else base.filters,
        _premiums(form) if "price" in open_parts else base.premiums,
        schedule_typed(form) if "schedule" in open_parts else base.schedule,
        caps_typed(form) if "caps" in open_parts else base.caps,
        _offers(form) if staff else base.offers,
    )


def terms_of(draft: Draft, status: str, currency: str, kinds: Kinds, judge: Judge) -> tuple[Terms, dict[str, str]]:
    """The terms that the form asks for, and the faults; terms with faults hold what could be read."""
    faults: dict[str, str] = {}

    def taken(name: str, read_as: Callable[[str], Any], text: str, otherwise: Any) -> Any:
        try:
            return read_as(text)
        except ValueError as fault:
            faults[name] = str(fault)
            return otherwise

    plain, amount = draft.plain, lambda text: minor(text, currency)
    filters, more = contract_filters.to_tree(draft.filters, "f", kinds, judge)
    faults |= more
    rules = []
    for number, rule in enumerate(draft.premiums):
        when, more = contract_filters.to_tree(rule.when, f"p.{number}.w", kinds, judge)
        faults |= more
        price = taken(f"p.{number}.price", amount, rule.price, 0)
        rules.append({"name": rule.name, "when": when or {"all": []}, "price_minor": price})
    terms = {
        "status": status, "name": plain["name"], "filters": filters, "price_rules": rules,
        "price_minor": taken("price", amount, plain["price"], 0), "zone": plain["zone"], "seats": plain["seats"],
        "multiplier": plain["multiplier"],
        **{name: taken(name, whole, plain[name], 0) for name in ("minimum_score", "rank", "weight")},
        "schedule": [_row(row, f"s.{number}", taken, amount) for number, row in enumerate(draft.schedule)],
        "caps": [_cap(cap, f"c.{number}", taken, amount) for number, cap in enumerate(draft.caps)],
        "offers": [
            {"offer_id": offer_id, "level": taken("offers", whole, level or "1", 1)}
            for offer_id, level in sorted(draft.offers.items())
        ],
    }  # fmt: skip
    return terms, faults


def settled(current: Terms, wanted: Terms, untouched: Terms) -> Terms:
    """``wanted``, but with the stored spelling of whatever the form would give back untouched."""
    return {term: current[term] if value == untouched[term] else value for term, value in wanted.items()}


def _row(row: Hours, place: str, taken: Callable[..., Any], amount: Callable[[str], int]) -> dict[str, Any]:
    opens = taken(f"{place}.opens", clock_time, row.opens, "00:00")
    kept: dict[str, Any] = {
        "weekdays": taken(f"{place}.days", days, ",".join(map(str, row.days)), [0]),
        "opens": opens, "closes": taken(f"{place}.closes", clock_time, row.closes, "00:00"),
    }  # fmt: skip
    if row.price:
        kept["price_minor"] = taken(f"{place}.price", amount, row.price, 0)
    if row.cap:
        kept["cap"] = taken(f"{place}.cap", whole, row.cap, 0)
    return kept


def _cap(cap: CapLine, place: str, taken: Callable[..., Any], amount: Callable[[str], int]) -> dict[str, Any]:
    read_as = amount if cap.measure == "money" else whole
    limit = taken(f"{place}.limit", read_as, cap.limit, 0)
    return {"measure": cap.measure, "period": cap.period, "limit": limit, "zone": cap.zone}


def _typed(minor_units: int | None, currency: str) -> str:
    return "" if minor_units is None else Money.from_minor(minor_units, currency).as_text()


def hours_of(row: Mapping[str, Any], currency: str) -> Hours:
    """A stored row of hours, as it is typed."""
    cap = row.get("cap")
    return Hours(
        sorted(row["weekdays"]), row.get("opens", "00:00"), row.get("closes", "00:00"),
        _typed(row.get("price_minor"), currency), "" if cap is None else str(cap),
    )  # fmt: skip


def cap_of(cap: Mapping[str, Any], currency: str) -> CapLine:
    """A stored cap, as it is typed."""
    limit = cap["limit"]
    typed = _typed(limit, currency) if cap["measure"] == "money" else str(limit)
    return CapLine(cap["measure"], cap["period"], typed, cap["zone"])


def _premiums(form: MultiDict[str, str]) -> list[Premium]:
    left = contract_filters.room()
    return [
        Premium(
            form.get(f"p.{number}.name", "").strip()[:LONGEST], form.get(f"p.{number}.price", "").strip(),
            contract_filters.read(form, f"p.{number}.w", left),
        )
        for number in numbers(form, "p")[:MOST_ROWS]
    ]  # fmt: skip


def schedule_typed(form: MultiDict[str, str]) -> list[Hours]:
    """The rows of a schedule, as typed."""
    return [
        Hours(
            sorted({int(day) for day in form.getlist(f"s.{number}.days") if day in set("0123456")}),
            form.get(f"s.{number}.opens", "").strip(), form.get(f"s.{number}.closes", "").strip(),
            form.get(f"s.{number}.price", "").strip(), form.get(f"s.{number}.cap", "").strip(),
        )
        for number in numbers(form, "s")[:MOST_ROWS]
    ]  # fmt: skip


def caps_typed(form: MultiDict[str, str]) -> list[CapLine]:
    """The rows of a table of caps, as typed."""
    return [
        CapLine(
            *(form.get(f"c.{number}.{name}", "").strip()[:LONGEST] for name in ("measure", "period", "limit", "zone"))
        )
        for number in numbers(form, "c")[:MOST_ROWS]
    ]


def _offers(form: MultiDict[str, str]) -> dict[str, str]:
    chosen = filter(_ID.fullmatch, form.getlist("offer"))
    return {offer_id: form.get(f"level.{offer_id}", "1").strip() for offer_id in chosen}


_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
