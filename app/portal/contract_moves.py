"""What the buttons within the contract's form do: add, remove and move rows, with nothing stored.

A button's value names the move and its place, such as ``drop:f.0.1``; moves that make no sense do nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.portal.contract_filters import DEEPEST, Group, Leaf
from app.portal.contract_form import CapLine, Draft, Hours, Premium

OFFICE = Hours([0, 1, 2, 3, 4], "09:00", "17:00")
_PLACE = re.compile(r"(?:f|p\.(\d{1,3})\.w)((?:\.\d{1,3})*)", re.ASCII)
PLACES: Mapping[str, tuple[str, str, str]] = {
    "region": ("region", "in", "State or province is one of"),
    "postcode": ("postal_code", "postcode_prefix", "Postcode begins with one of"),
    "city": ("city", "in", "City is one of"),
    "radius": ("place", "radius", "Within so many km of a place"),
    "country": ("country", "in", "Country is one of"),
}
"""The ways of saying where: field, operator, and how it is put."""


def move(draft: Draft, do: str, form: Mapping[str, str]) -> str:
    """Make the move in the draft; answers the name of the field that the reader goes to next, or nothing."""
    verb, _, place = do.partition(":")
    if verb in {"add", "group", "drop"}:
        return _in_filter(draft, verb, place)
    if verb == "geo":
        return _where(draft, form)
    if verb == "more":
        return _more(draft, place)
    if verb in {"less", "up", "down"}:
        kind, _, number = place.partition(".")
        _among(_rows(draft, kind), verb, int(number[:4]) if number.isdecimal() else -1)
        return kind
    return ""


def _more(draft: Draft, kind: str) -> str:
    zone = draft.plain["zone"]
    rows = _rows(draft, kind)
    if kind == "c":
        draft.caps.append(CapLine(zone=zone))
    elif kind == "s":
        left = sorted(set(range(7)) - {day for row in draft.schedule for day in row.days})
        days = left if draft.schedule and left else OFFICE.days
        draft.schedule.append(Hours(list(days), OFFICE.opens, OFFICE.closes))
    elif kind == "p":
        draft.premiums.append(Premium(when=Group("all", [Leaf()])))
    first = {"c": "limit", "s": "opens", "p": "name"}
    return f"{kind}.{len(rows) - 1}.{first[kind]}" if kind in first else ""


def _rows(draft: Draft, kind: str) -> list[Any]:
    held: dict[str, list[Any]] = {"c": draft.caps, "s": draft.schedule, "p": draft.premiums}
    return held.get(kind, [])


def _among(rows: list[Any], verb: str, number: int) -> None:
    if not 0 <= number < len(rows):
        return
    row = rows.pop(number)
    if verb != "less":
        rows.insert(max(0, number - 1) if verb == "up" else number + 1, row)


def _in_filter(draft: Draft, verb: str, place: str) -> str:
    found = _PLACE.fullmatch(place)
    if not found:
        return ""
    root = _root(draft, found[1])
    steps = [int(step) for step in found[2].split(".") if step]
    group = _group(root, steps[:-1] if verb == "drop" else steps)
    if group is None:
        return ""
    if verb == "drop":
        if steps and steps[-1] < len(group.parts):
            group.parts.pop(steps[-1])
        return place.rpartition(".")[0]
    if verb == "group" and len(steps) + 2 > DEEPEST:
        return ""
    group.parts.append(Leaf() if verb == "add" else Group("any", [Leaf()]))
    return f"{place}.{len(group.parts) - 1}{'' if verb == 'add' else '.0'}.field"


def _root(draft: Draft, premium: str | None) -> Group | None:
    if premium is None:
        return draft.filters
    return draft.premiums[int(premium)].when if int(premium) < len(draft.premiums) else None


def _group(group: Group | None, steps: list[int]) -> Group | None:
    for step in steps:
        if group is None or step >= len(group.parts):
            return None
        part = group.parts[step]
        group = part if isinstance(part, Group) else None
    return group


def _where(draft: Draft, form: Mapping[str, str]) -> str:
    """A place typed into the helper becomes a row; an ``any`` on top is wrapped, for a place narrows the rest."""
    kind, value = form.get("geo.kind", ""), form.get("geo.value", "").strip()
    if kind not in PLACES or not value:
        return "geo.value"
    if draft.filters.mode != "all" and draft.filters.parts:
        draft.filters = Group("all", [draft.filters])
    field, op, _ = PLACES[kind]
    draft.filters.mode = "all"
    draft.filters.parts.append(Leaf(field, op, value))
    return f"f.{len(draft.filters.parts) - 1}.value"
