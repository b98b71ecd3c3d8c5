"""A contract's terms in words: filters as sentences, hours, caps and prices as lines. For lists, pages and diffs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from app.portal import words
from app.portal.wording import counted, money

OPS: Mapping[str, str] = MappingProxyType({
    "eq": "is", "ne": "is not", "in": "is one of", "not_in": "is none of", "ge": "is at least", "gt": "is over",
    "le": "is at most", "lt": "is under", "between": "is between", "starts_with": "starts with",
    "matches": "matches the pattern", "in_list": "is on the list", "postcode_prefix": "is in the postcode areas",
    "radius": "is within", "exists": "is given", "blank": "is blank",
})  # fmt: skip
"""Every operator of a filter, in the order in which people look for them."""

MODES: Mapping[str, str] = MappingProxyType({
    "all": "All of these", "any": "Any of these", "none": "None of these", "not_all": "Not all of these",
})  # fmt: skip
PERIODS: Mapping[str, str] = MappingProxyType({
    "hour": "an hour", "day": "a day", "week": "a week", "month": "a month", "total": "in all",
    "concurrent": "in work at once",
})  # fmt: skip
MEASURES: Mapping[str, str] = MappingProxyType({"count": "leads", "money": "money"})
SEATS: Mapping[str, str] = MappingProxyType({
    "any": "Any seat", "exclusive": "Exclusive leads alone", "shared": "Shared leads alone",
})  # fmt: skip
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TERMS: Mapping[str, str] = MappingProxyType({
    "status": "Status", "filters": "Filters", "caps": "Caps", "price_minor": "Price", "price_rules": "Premiums",
    "schedule": "Hours", "zone": "Time zone", "minimum_score": "Minimum score", "name": "Name", "offers": "Offers",
    "seats": "Seats", "rank": "Rank", "weight": "Weight", "multiplier": "Multiplier",
})  # fmt: skip
PARTS: Mapping[str, str] = MappingProxyType({
    "status": "Pause and resume", "filters": "Filters", "caps": "Caps", "price": "Price and premiums",
    "schedule": "Hours", "minimum_score": "Minimum score",
})  # fmt: skip
PERMISSIONS: Mapping[str, str] = MappingProxyType({
    "instant": "At once", "approval": "After approval", "no": "Not at all",
})  # fmt: skip
ANY_HOUR = "Always open"
EVERYTHING = "Every lead"
_CHECKS: Mapping[str, str] = MappingProxyType({
    "offer": "Offer", "score": "Minimum score", "hours": "Hours", "price": "Price covers the floors", "caps": "Caps",
    "buyer": "Buyer active",
})  # fmt: skip


def condition(tree: Mapping[str, Any] | None, *, inside: bool = False) -> str:
    """A filter as a sentence; groups within groups stand in brackets."""
    if not tree:
        return EVERYTHING
    if "field" in tree:
        return test(tree)
    [(word, inner)] = tree.items()
    if word == "not":
        return f"not ({condition(inner)})"
    said = (" and " if word == "all" else " or ").join(condition(part, inside=True) for part in inner)
    return f"({said})" if inside and len(inner) > 1 else said or EVERYTHING


def test(leaf: Mapping[str, Any]) -> str:
    """One test, such as "Deposit GBP is at least 75000"."""
    said = f"{words.label(str(leaf['field']))} {OPS.get(str(leaf['op']), str(leaf['op']))}"
    value = value_said(str(leaf["op"]), leaf.get("value"))
    return f"{said} {value}" if value else said


def value_said(op: str, value: object) -> str:
    """The value of a test as it is typed into the form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return f"{value.get('km')} km of {value.get('lat')}, {value.get('lon')}"
    if isinstance(value, list):
        return (" to " if op == "between" else ", ").join(map(str, value))
    return str(value)


def hours(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line a row of the schedule."""
    return [_row(row) for row in rows] or [ANY_HOUR]


def days_said(weekdays: Sequence[int]) -> str:
    """Such as Mon–Fri, or Mon, Wed, Sat."""
    held = sorted(set(weekdays))
    if len(held) == len(DAYS):
        return "Every day"
    if len(held) > 2 and held[-1] - held[0] == len(held) - 1:  # noqa: PLR2004 - two days are named
        return f"{DAYS[held[0]]}–{DAYS[held[-1]]}"
    return ", ".join(DAYS[day] for day in held)


def cap(one: Mapping[str, Any]) -> str:
    """Such as 50 leads a day, or £500.00 a week."""
    limit = money(one["limit"]) if one["measure"] == "money" else counted(one["limit"], "lead")
    return f"{limit} {PERIODS.get(one['period'], one['period'])}"


def caps(some: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line a cap, with its zone."""
    return [f"{cap(one)} ({one['zone']})" for one in some] or ["No caps"]


def premiums(rules: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line a premium, in their order."""
    return [f"{rule['name']}: {money(rule['price_minor'])} when {condition(rule['when'])}" for rule in rules] or [
        "None"
    ]


def modes_for(mode: str) -> list[tuple[str, str]]:
    """The ways in which rows go together; the rarest is offered only where it is in use."""
    return [(code, word) for code, word in MODES.items() if code != "not_all" or mode == code]


def named(terms: Mapping[str, Any]) -> str:
    """The terms of a change by name, such as "Caps, Price"."""
    return ", ".join(TERMS[term] for term in TERMS if term in terms)


def check_name(name: str) -> str:
    """What a check of a trial is called."""
    return _CHECKS.get(name, name)


def lines(term: str, value: Any, offers: Mapping[str, str]) -> list[str]:
    """A term's value in words, line by line; ``offers``: id -> name."""
    if term == "offers":
        return [f"{offers.get(one['offer_id'], one['offer_id'])}, level {one['level']}" for one in value] or ["None"]
    return _LINES.get(term, lambda plain: [str(plain)])(value)


def _filter_lines(tree: Mapping[str, Any] | None) -> list[str]:
    return [condition(part) for part in (tree["all"] if tree and set(tree) == {"all"} else [tree])] or [EVERYTHING]


_LINES: Mapping[str, Callable[[Any], list[str]]] = MappingProxyType({
    "filters": _filter_lines,
    "caps": caps,
    "price_minor": lambda minor: [money(minor)],
    "price_rules": premiums,
    "schedule": hours,
    "status": lambda status: [words.status("contract", status).word],
    "seats": lambda seats: [SEATS.get(seats, seats)],
})  # fmt: skip


def _row(row: Mapping[str, Any]) -> str:
    opens, closes = row.get("opens", "00:00"), row.get("closes", "00:00")
    span = "all day" if opens == closes == "00:00" else f"{opens}–{closes}"
    said = [f"{days_said(row['weekdays'])} {span}"]
    if row.get("price_minor") is not None:
        said.append(money(row["price_minor"]))
    if row.get("cap") is not None:
        said.append(f"at most {row['cap']} a day")
    return ", ".join(said)
