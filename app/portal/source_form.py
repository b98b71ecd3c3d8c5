"""A source's form: everything as typed, to and from its terms; rows of hours and caps come and go by the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from app.portal import contract_form, market_form
from app.portal.contract_form import CapLine, Hours
from app.portal.contract_typed import clock_time, days, whole
from app.portal.market_form import Faults, Reading, Typed
from app.portal.market_words import percent_said
from app.services.catalogue_edits import Terms

NAMES = {"floor_minor": "floor"}
"""Terms whose fields are called otherwise."""

PLAIN = ("name", "tag", "payout.kind", "payout.amount", "payout.percent", "floor", "allow_loss", "zone", "allowed_ips")


@dataclass
class Draft:
    """The whole form."""

    plain: Typed
    schedule: list[Hours] = field(default_factory=list)
    caps: list[CapLine] = field(default_factory=list)


def new_terms(zone: str) -> Terms:
    """What a new source begins with."""
    payout = {"kind": "standard", "percent": "0", "amount_minor": None}
    return {
        "name": "", "tag": "", "payout": payout, "floor_minor": 0, "allow_loss": False, "schedule": [], "zone": zone,
        "allowed_ips": [], "caps": [],
    }  # fmt: skip


def opened(terms: Terms, currency: str) -> Draft:
    """The form as it opens on these terms."""
    payout = terms["payout"]
    plain = {
        "name": str(terms["name"]), "tag": str(terms["tag"]), "zone": str(terms["zone"]),
        "payout.kind": str(payout["kind"]), "payout.percent": percent_said(payout["percent"]),
        "payout.amount": market_form.amount(payout["amount_minor"], currency),
        "floor": market_form.amount(terms["floor_minor"], currency),
        "allow_loss": "1" if terms["allow_loss"] else "", "allowed_ips": "\n".join(terms["allowed_ips"]),
    }  # fmt: skip
    return Draft(
        plain,
        [contract_form.hours_of(row, currency) for row in terms["schedule"]],
        [contract_form.cap_of(cap, currency) for cap in terms["caps"]],
    )


def typed(form: MultiDict[str, str], base: Draft) -> Draft:
    """What was typed."""
    caps = contract_form.caps_typed(form)
    for cap in caps:
        cap.measure = "count"
    return Draft(market_form.typed_in(form, base.plain), contract_form.schedule_typed(form), caps)


def wanted(draft: Draft, current: Terms, currency: str) -> tuple[Terms, Faults]:
    """The terms that the form asks for, and what cannot be read."""
    plain, reading = draft.plain, Reading(draft.plain, currency)
    terms = {
        "name": plain["name"], "tag": plain["tag"], "zone": plain["zone"],
        "payout": _payout(reading, current["payout"]), "floor_minor": reading.money("floor"),
        "allow_loss": bool(plain["allow_loss"]),
        "allowed_ips": [line.strip() for line in plain["allowed_ips"].splitlines() if line.strip()],
        "schedule": [_row(reading, f"s.{number}", row) for number, row in enumerate(draft.schedule)],
        "caps": [_cap(reading, f"c.{number}", cap) for number, cap in enumerate(draft.caps)],
    }  # fmt: skip
    return terms, reading.faults


def move(draft: Draft, verb: str, about: str, theirs: Draft) -> str:
    """Make the move of a button in the draft; answers the field that the reader goes to next."""
    rows: dict[str, list[Any]] = {"s": draft.schedule, "c": draft.caps}
    kind, _, number = about.partition(".")
    if verb == "more" and kind in rows:
        new: Hours | CapLine = CapLine(zone=draft.plain["zone"])
        if kind == "s":
            new = Hours([0, 1, 2, 3, 4], "09:00", "17:00")
        rows[kind].append(new)
        return f"{kind}.{len(rows[kind]) - 1}.{'opens' if kind == 's' else 'limit'}"
    if verb == "less" and kind in rows and number.isdecimal() and int(number[:4]) < len(rows[kind]):
        rows[kind].pop(int(number[:4]))
    elif verb == "theirs":
        _take(draft, about, theirs)
    return ""


def _take(draft: Draft, term: str, theirs: Draft) -> None:
    """Put the stored value of a term into the draft."""
    if term in {"schedule", "caps"}:
        setattr(draft, term, getattr(theirs, term))
    for name in theirs.plain:
        if name == NAMES.get(term, term) or name.startswith(f"{term}."):
            draft.plain[name] = theirs.plain[name]


def _payout(reading: Reading, current: Terms) -> dict[str, Any]:
    """Only what the kind goes by is kept; an untouched share keeps its stored spelling."""
    kind, percent = reading.typed["payout.kind"], reading.typed["payout.percent"].rstrip("%").strip() or "0"
    fixed = kind == "fixed"
    amount = reading.money("payout.amount") if fixed and reading.typed["payout.amount"] else None
    stored = str(current["percent"])
    return {
        "kind": kind,
        "percent": stored if percent == percent_said(stored) else "0" if fixed else percent,
        "amount_minor": amount,
    }


def _row(reading: Reading, place: str, row: Hours) -> dict[str, Any]:
    return {
        "weekdays": reading.taken(f"{place}.days", days, ",".join(map(str, row.days)), [0]),
        "opens": reading.taken(f"{place}.opens", clock_time, row.opens, "00:00"),
        "closes": reading.taken(f"{place}.closes", clock_time, row.closes, "00:00"),
    }


def _cap(reading: Reading, place: str, cap: CapLine) -> dict[str, Any]:
    limit = reading.taken(f"{place}.limit", whole, cap.limit, 0)
    return {"measure": cap.measure, "period": cap.period, "limit": limit, "zone": cap.zone}
