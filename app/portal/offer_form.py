"""An offer's form: everything as typed, to and from its terms; levels are rows that come and go by the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from app.domain.offers import Seats
from app.portal import market_form
from app.portal.contract_filters import numbers
from app.portal.contract_typed import whole
from app.portal.market_form import Faults, Reading, Typed
from app.portal.market_words import percent_said
from app.services.catalogue_edits import Terms

MOST_LEVELS = 20
NAMES = {
    "floor_minor": "floor", "min_margin_minor": "min_margin",
}  # fmt: skip
"""Terms whose fields are called otherwise."""


@dataclass
class Level:
    """A level with a mode of its own."""

    level: str = ""
    mode: str = "priority"


@dataclass
class Draft:
    """The whole form."""

    plain: Typed
    levels: list[Level] = field(default_factory=list)


NEW: Terms = {
    "name": "", "mode": "highest_bid", "levels": [], "seats": "exclusive", "seat_count": 1, "floor_minor": 0,
    "min_margin_minor": 0, "min_margin_percent": "0", "decline_policy": "next",
}  # fmt: skip


def opened(terms: Terms, currency: str) -> Draft:
    """The form as it opens on these terms."""
    plain = {
        **{name: str(terms[name]) for name in ("name", "mode", "seats", "seat_count", "decline_policy")},
        "floor": market_form.amount(terms["floor_minor"], currency),
        "min_margin": market_form.amount(terms["min_margin_minor"], currency),
        "min_margin_percent": percent_said(terms["min_margin_percent"]),
    }
    return Draft(plain, [Level(str(one["level"]), str(one["mode"])) for one in terms["levels"]])


def typed(form: MultiDict[str, str], base: Draft) -> Draft:
    """What was typed."""
    levels = [
        Level(form.get(f"l.{number}.level", "").strip(), form.get(f"l.{number}.mode", ""))
        for number in numbers(form, "l")[:MOST_LEVELS]
    ]
    return Draft(market_form.typed_in(form, base.plain), levels)


def wanted(draft: Draft, current: Terms, currency: str) -> tuple[Terms, Faults]:
    """The terms that the form asks for, and what cannot be read."""
    plain, reading = draft.plain, Reading(draft.plain, currency)
    exclusive = plain["seats"] == Seats.EXCLUSIVE
    percent = plain["min_margin_percent"] or "0"
    terms = {
        "name": plain["name"], "mode": plain["mode"], "seats": plain["seats"],
        "seat_count": 1 if exclusive else reading.whole("seat_count"),
        "levels": sorted((_level(reading, number, one) for number, one in enumerate(draft.levels)), key=_by_level),
        "floor_minor": reading.money("floor"), "min_margin_minor": reading.money("min_margin"),
        # the stored spelling of an untouched share, so that 5.00 does not become 5
        "min_margin_percent": current["min_margin_percent"]
        if percent == percent_said(current["min_margin_percent"]) else percent,
        "decline_policy": plain["decline_policy"],
    }  # fmt: skip
    return terms, reading.faults


def move(draft: Draft, verb: str, about: str, theirs: Draft) -> str:
    """Make the move of a button in the draft; answers the field that the reader goes to next."""
    if verb == "more":
        draft.levels.append(Level(str(len(draft.levels) + 1)))
        return f"l.{len(draft.levels) - 1}.level"
    if verb == "less" and about.isdecimal() and int(about[:4]) < len(draft.levels):
        draft.levels.pop(int(about[:4]))
    elif verb == "theirs" and about == "levels":
        draft.levels = theirs.levels
    elif verb == "theirs":
        name = NAMES.get(about, about)
        draft.plain[name] = theirs.plain.get(name, "")
    return ""


def _level(reading: Reading, number: int, one: Level) -> dict[str, Any]:
    return {"level": reading.taken(f"l.{number}.level", whole, one.level, 1), "mode": one.mode}


def _by_level(one: dict[str, Any]) -> int:
    return int(one["level"])
