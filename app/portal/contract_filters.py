"""A filter as a form: rows and groups with names by their place (``f.0.field``), to and from the stored tree.

What was typed is kept as text, so that a fault never loses it; a leaf becomes a test only when it is saved.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.portal.contract_words import MODES, OPS, value_said

Tree = dict[str, Any]
Judge = Callable[[Tree], str]
Kinds = Mapping[str, str]

DEEPEST, WIDEST = 6, 60
MOST = 400
"""Rows and groups of all filters of a form: each is asked of thousands of leads for an estimate."""

NO_VALUE = frozenset({"exists", "blank"})
SEVERAL = frozenset({"in", "not_in", "starts_with", "postcode_prefix"})
AS_TYPED = frozenset({"matches", "in_list", "starts_with", "postcode_prefix"})
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_BROKEN = re.compile(r"[+-]?\d{1,15}\.\d{1,9}", re.ASCII)
_RADIUS = re.compile(r"([\d.]+)\s*km(?:\s+of|\s+around|,)?\s+(-?[\d.]+)\s*[,;\s]\s*(-?[\d.]+)", re.ASCII)
_BETWEEN = re.compile(r"(.+?)\s*(?:\bto\b|\band\b|,|;|–)\s*(.+)")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass
class Leaf:
    """One row: field, operator and value as typed."""

    field: str = ""
    op: str = "eq"
    value: str = ""


@dataclass
class Group:
    """Rows and groups that hold together: ``all``, ``any``, ``none`` or ``not_all`` of them."""

    mode: str = "all"
    parts: list[Leaf | Group] = field(default_factory=list)


def read(form: Mapping[str, str], prefix: str, left: Iterator[int] | None = None) -> Group:
    """The group whose fields begin with ``prefix``; what goes deeper, wider or on longer than people's is left out.

    ``left``: one for each row that may still come, where several filters share what is left.
    """
    return _group(form, prefix, _places(form, prefix), left if left is not None else room(), 1)


def room() -> Iterator[int]:
    """As many as all rows of a form's filters may be."""
    return iter(range(MOST))


def _group(
    form: Mapping[str, str], prefix: str, places: Mapping[str, set[int]], left: Iterator[int], depth: int
) -> Group:
    mode = form.get(f"{prefix}.mode", "all")
    group = Group(mode if mode in MODES else "all")
    for number in sorted(places.get(prefix, ()))[:WIDEST]:
        if next(left, None) is None:
            break
        place = f"{prefix}.{number}"
        if f"{place}.mode" not in form:
            op = form.get(f"{place}.op", "eq")
            value = form.get(f"{place}.value", "").strip()
            group.parts.append(Leaf(form.get(f"{place}.field", ""), op if op in OPS else "eq", value))
        elif depth < DEEPEST:
            group.parts.append(_group(form, place, places, left, depth + 1))
    return group


def _places(form: Iterable[str], prefix: str) -> Mapping[str, set[int]]:
    """The numbers below each place, found in one walk: a form may hold thousands of names."""
    found: dict[str, set[int]] = defaultdict(set)
    for name in form:
        if not name.startswith(f"{prefix}."):
            continue
        place = prefix
        for head in name[len(prefix) + 1 :].split(".", DEEPEST + 1):
            if not (head.isdecimal() and len(head) < 4):  # noqa: PLR2004 - a thousand rows
                break
            found[place].add(int(head))
            place = f"{place}.{head}"
    return found


def numbers(form: Iterable[str], prefix: str) -> list[int]:
    """The numbers of the rows below a prefix, in order."""
    heads = {name[len(prefix) + 1 :].partition(".")[0] for name in form if name.startswith(prefix + ".")}
    return sorted(int(head) for head in heads if head.isdecimal() and len(head) < 4)  # noqa: PLR2004 - a thousand rows


def from_tree(tree: Mapping[str, Any] | None) -> Group:
    """A stored filter as rows."""
    if not tree:
        return Group()
    part = _part(tree)
    return part if isinstance(part, Group) else Group("all", [part])


def to_tree(group: Group, prefix: str, kinds: Kinds, judge: Judge) -> tuple[Tree | None, dict[str, str]]:
    """What to store, None for an empty filter, and the faults by the name of the form's field."""
    faults: dict[str, str] = {}
    built = []
    for number, part in enumerate(group.parts):
        place = f"{prefix}.{number}"
        if isinstance(part, Group):
            tree, more = to_tree(part, place, kinds, judge)
        elif part.field:
            tree, more = _test(part, place, kinds, judge)
        else:
            tree, more = None, {f"{place}.field": "Choose a field, or remove the row."} if part.value else {}
        faults |= more
        built += [tree] if tree else []
    return (_joined(group.mode, built) if built else None), faults


def _joined(mode: str, built: list[Tree]) -> Tree:
    if mode in {"none", "not_all"}:
        return {"not": {"any" if mode == "none" else "all": built}}
    return built[0] if len(built) == 1 else {mode: built}


def _part(tree: Mapping[str, Any]) -> Leaf | Group:
    if "field" in tree:
        op = str(tree["op"])
        return Leaf(str(tree["field"]), op, value_said(op, tree.get("value")))
    [(word, inner)] = tree.items()
    if word != "not":
        return Group(word, [_part(part) for part in inner])
    if set(inner) & {"all", "any"}:
        [(turned, parts)] = inner.items()
        return Group("none" if turned == "any" else "not_all", [_part(part) for part in parts])
    return Group("none", [_part(inner)])


def _test(leaf: Leaf, place: str, kinds: Kinds, judge: Judge) -> tuple[Tree | None, dict[str, str]]:
    tree: Tree = {"field": leaf.field, "op": leaf.op}
    if leaf.op not in NO_VALUE:
        if not leaf.value:
            return None, {f"{place}.value": "Give a value, or remove the row."}
        tree["value"] = _value(leaf, kinds.get(leaf.field, "text"))
    fault = judge(tree)
    if not fault:
        return tree, {}
    said = fault.partition(": ")[2].removeprefix(f"{leaf.op} ") or fault
    return None, {f"{place}.value": f"The value {said.rstrip('.')}."}


def _value(leaf: Leaf, kind: str) -> Any:
    """The text as the operator wants it; what cannot be read stays text, and the judge says why."""
    if leaf.op == "radius":
        return _radius(leaf.value)
    if leaf.op == "between":
        found = _BETWEEN.fullmatch(leaf.value)
        return [_bound(bound) for bound in found.groups()] if found else leaf.value
    if leaf.op in SEVERAL:
        values = [part.strip() for part in re.split(r"[,\n]", leaf.value) if part.strip()]
        numeric = kind == "number" and leaf.op not in AS_TYPED
        return [number(value) for value in values] if numeric else values
    if leaf.op in AS_TYPED:
        return leaf.value
    if leaf.op in {"eq", "ne"}:
        if kind == "boolean":
            return _YES.get(leaf.value.casefold(), leaf.value)
        return number(leaf.value) if kind == "number" else leaf.value
    return _bound(leaf.value)


def number(text: str) -> int | float | str:
    """A number where the text is one, thousands with commas or blanks too."""
    plain = text.replace(",", "").replace(" ", "").lstrip("£$R")
    if _WHOLE.fullmatch(plain):
        return int(plain)
    return float(plain) if _BROKEN.fullmatch(plain) else text


def _bound(text: str) -> int | float | str:
    return number(text.strip())


def _radius(text: str) -> Any:
    found = _RADIUS.fullmatch(text.strip())
    if not found:
        return text
    try:
        km, lat, lon = map(float, found.groups())
    except ValueError:
        return text
    return {"lat": lat, "lon": lon, "km": km}
