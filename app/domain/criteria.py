"""Filters: trees of tests on a lead, built once and run on every lead.

A tree is JSON: `{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}` or `{"field", "op", "value"}`. `parse` refuses what
it does not know and names the place. Of a lead that fails every failed check is told, not the first alone.
"""

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.domain import operators
from app.domain.facts import GEOGRAPHIC, PERSONAL, Facts, is_missing
from app.domain.fields import CompilePattern, no_patterns
from app.domain.operators import Check, Tools
from app.domain.reasons import FILTER_MISMATCH, GEO_MISMATCH, No

DEEPEST = 20
MOST_TESTS = 1000
LONGEST_SHOWN = 40

Passes = Callable[[Facts], bool]
Explains = Callable[[Facts], tuple[No, ...]]

OPERATORS: Mapping[str, Callable[[object, Tools], Check]] = MappingProxyType(
    {
        "eq": operators.equals,
        "in": operators.is_in,
        "lt": operators.ordered(operator.lt, "is not under", "is under"),
        "le": operators.ordered(operator.le, "is over", "is at most"),
        "gt": operators.ordered(operator.gt, "is not over", "is over"),
        "ge": operators.ordered(operator.ge, "is under", "is at least"),
        "between": operators.between,
        "exists": operators.exists,
        "starts_with": operators.starts_with,
        "matches": operators.matches,
        "in_list": operators.in_list,
        "postcode_prefix": operators.postcode_prefix,
        "radius": operators.radius,
    }
)
TURNED: Mapping[str, str] = MappingProxyType({"ne": "eq", "not_in": "in", "blank": "exists"})
"""Operators that are another one turned round: a lead that lacks the field passes them, but for `blank`'s sake."""


class CriteriaError(ValueError):
    """The filter cannot be used; the text names the place in the tree and the rule."""


@dataclass(frozen=True, slots=True, eq=False)
class Criterion:
    """A filter ready to run. ``failures``: every failed check as a sentence; empty when the lead passes."""

    passes: Passes
    failures: Explains


ALWAYS = Criterion(lambda _facts: True, lambda _facts: ())
"""No filter at all."""


def parse(
    tree: object,
    *,
    compile_pattern: CompilePattern = no_patterns,
    lists: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Criterion:
    """Build a filter; None and {} let everything through. Raises CriteriaError.

    ``lists`` hold case-folded texts.
    """
    if tree is None or tree == {}:
        return ALWAYS
    return _Builder(Tools(compile_pattern, lists)).node(tree, "filter", turned=False, depth=1)


class _Builder:
    """Walks one tree, counting its tests.

    A `not` is carried down to the tests (De Morgan), so that each of them can say its own failure.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._tests = 0

    def node(self, tree: object, place: str, *, turned: bool, depth: int) -> Criterion:
        if depth > DEEPEST:
            raise CriteriaError(f"{place}: filters go at most {DEEPEST} levels deep")
        if not isinstance(tree, dict):
            raise CriteriaError(f"{place}: must be an object with all, any, not, or field and op")
        keys = set(tree)
        if keys == {"not"}:
            return self.node(tree["not"], f"{place}.not", turned=not turned, depth=depth + 1)
        if keys in ({"all"}, {"any"}):
            return self._group(tree, place, turned=turned, depth=depth)
        if {"field", "op"} <= keys <= {"field", "op", "value"}:
            return self._test(tree, place, turned=turned)
        raise CriteriaError(f"{place}: must have exactly all, any or not, or field and op with an optional value")

    def _group(self, tree: Mapping[str, Any], place: str, *, turned: bool, depth: int) -> Criterion:
        [(word, branches)] = tree.items()
        if not isinstance(branches, list) or (word == "any" and not branches):
            raise CriteriaError(f"{place}.{word}: must be a list of filters, and of at least one for any")
        parts = [
            self.node(branch, f"{place}.{word}[{number}]", turned=turned, depth=depth + 1)
            for number, branch in enumerate(branches)
        ]
        return _every(parts) if (word == "all") is not turned else _some(parts, place)

    def _test(self, tree: Mapping[str, Any], place: str, *, turned: bool) -> Criterion:
        field, op = tree["field"], tree["op"]
        if not isinstance(field, str) or not field:
            raise CriteriaError(f"{place}.field: must be the name of a field")
        if not isinstance(op, str) or op not in {*OPERATORS, *TURNED}:
            raise CriteriaError(f"{place}.op: must be one of {', '.join([*OPERATORS, *TURNED])}")
        self._tests += 1
        if self._tests > MOST_TESTS:
            raise CriteriaError(f"{place}: a filter has at most {MOST_TESTS} tests; use a list")
        try:
            check = OPERATORS[TURNED.get(op, op)](tree.get("value"), self._tools)
        except ValueError as fault:
            raise CriteriaError(f"{place}.value: {op} {fault}") from None
        wanted = (op not in TURNED) is not turned
        return _leaf(_getter(field, op), field, check, place, wanted=wanted)


REMEMBERED = 256
"""Verdicts a check remembers: leads come in with the same few states, scores and sources all day."""


def _getter(field: str, op: str) -> Callable[[Facts], object]:
    """Where the value is found; a radius looks at a pair, `ip_lat` and `ip_lon` for the field `ip`."""
    if op != "radius":
        return lambda facts: facts.get(field)
    prefix = "" if field in {"place", "lat", "postal_code"} else f"{field}_"
    return lambda facts: (facts.get(f"{prefix}lat"), facts.get(f"{prefix}lon"))


def _leaf(get: Callable[[Facts], object], field: str, check: Check, place: str, *, wanted: bool) -> Criterion:
    reads, holds = check.reads, check.passes
    reason = GEO_MISMATCH if check.kind == "a place" or field in GEOGRAPHIC else FILTER_MISMATCH
    told: dict[object, tuple[No, ...]] = {}

    def passes(facts: Facts) -> bool:
        value = get(facts)
        read = None if value is None else reads(value)
        return not wanted if read is None else holds(read) is wanted

    def failures(facts: Facts) -> tuple[No, ...]:
        value = get(facts)
        key = value if type(value) is str else (type(value), value) if isinstance(value, int) else None
        noes = told.get(key) if key is not None else None
        if noes is None:
            noes = () if passes(facts) else (No(reason, _sentence(field, value, check, wanted=wanted), place),)
            if key is not None:
                if len(told) >= REMEMBERED:
                    told.clear()
                told[key] = noes
        return noes

    return Criterion(passes, failures)


def _sentence(field: str, value: object, check: Check, *, wanted: bool) -> str:
    """Field, value and limit: "deposit_gbp 70000 is under 75000". What would tell who the person is stays unsaid."""
    if is_missing(value) or value == (None, None):
        return f"{field} is missing"
    shown = field if field in PERSONAL or value is True else f"{field} {_shown(value)}"
    if not wanted:
        return f"{shown} {check.holds_as}"
    return f"{shown} {check.fails_as}" if check.reads(value) is not None else f"{shown} is not {check.kind}"


def _shown(value: object) -> str:
    """One line, not too long."""
    line = ", ".join(map(str, value)) if isinstance(value, tuple) else " ".join(str(value).split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…"


def _every(parts: list[Criterion]) -> Criterion:
    if len(parts) == 1:
        return parts[0]
    tests = tuple(part.passes for part in parts)

    def passes(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110  a plain loop is a third quicker than all() here
            if not test(facts):
                return False
        return True

    def failures(facts: Facts) -> tuple[No, ...]:
        return () if passes(facts) else tuple(no for part in parts for no in part.failures(facts))

    return Criterion(passes, failures)


def _some(parts: list[Criterion], place: str) -> Criterion:
    """One of the parts is enough, so their failures are one failure, told together."""
    if len(parts) == 1:
        return parts[0]
    tests = tuple(part.passes for part in parts)

    def failures(facts: Facts) -> tuple[No, ...]:
        if any(test(facts) for test in tests):
            return ()
        noes = [no for part in parts for no in part.failures(facts)]
        reason = GEO_MISMATCH if all(no.reason is GEO_MISMATCH for no in noes) else FILTER_MISMATCH
        return (No(reason, "; ".join(no.sentence for no in noes) + " (any one would do)", place),)

    return Criterion(lambda facts: any(test(facts) for test in tests), failures)
