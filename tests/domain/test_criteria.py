"""Filters: every operator, every failed check, and agreement with an evaluator that is too simple to be wrong."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import reasons
from app.domain.criteria import OPERATORS, TURNED, CriteriaError, parse
from app.domain.operators import distance_km

JAMES = {
    "region": "NY", "postal_code": "sw1a 1aa", "deposit_gbp": 70000, "rate": Decimal("4.25"), "employed": True,
    "email": "j.patel@example.co.uk", "notes": "Wants a SOLAR roof", "consent_at": "2026-02-09T07:42:18+00:00",
    "lat": 51.5, "lon": -0.12, "income": "38,000", "blank": "  ", "born": date(1990, 5, 20),
}  # fmt: skip


def holds(pattern: str) -> Callable[[str], bool]:
    if pattern == "(":
        raise ValueError("not a pattern")
    return lambda text: pattern in text


def sentences(tree: object, facts: dict[str, Any] = JAMES) -> list[str]:
    found = parse(tree, compile_pattern=holds, lists={"vip": {"ny", "nj"}}).failures(facts)
    return [no.sentence for no in found]


def asks(op: str, field: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


@pytest.mark.parametrize("tree", [None, {}, {"all": []}, {"all": [{"all": []}]}])
def test_an_empty_filter_lets_everything_through(tree: object) -> None:
    assert sentences(tree) == []


@pytest.mark.parametrize(
    ("op", "field", "value"),
    [
        ("eq", "region", "ny"), ("eq", "deposit_gbp", 70000), ("eq", "rate", 4.25), ("eq", "employed", True),
        ("eq", "deposit_gbp", "70000"), ("ne", "region", "TX"), ("ne", "absent", "TX"), ("in", "region", ["tx", "ny"]),
        ("in", "deposit_gbp", [1, 70000.0]), ("not_in", "region", ["TX"]), ("not_in", "absent", ["TX"]),
        ("lt", "deposit_gbp", 70001), ("le", "deposit_gbp", 70000), ("gt", "rate", "4.24"), ("ge", "rate", 4.25),
        ("between", "deposit_gbp", [70000, 80000]), ("exists", "notes", None), ("blank", "blank", None),
        ("blank", "absent", None), ("starts_with", "notes", "wants"), ("starts_with", "region", ["T", "n"]),
        ("matches", "notes", "solar"), ("in_list", "region", "vip"), ("postcode_prefix", "postal_code", ["SW1"]),
        ("postcode_prefix", "postal_code", "SW1A 1"), ("radius", "place", {"lat": 51.6, "lon": -0.1, "km": 20}),
        ("ge", "consent_at", "2026-02-09"), ("lt", "born", "1990-05-21"),
        ("between", "born", ["1990-01-01", "1990-12-31"]),
    ],
)  # fmt: skip
def test_a_test_that_holds_says_nothing_and_turned_round_it_speaks(op: str, field: str, value: Any) -> None:
    assert sentences(asks(op, field, value)) == []
    assert len(sentences({"not": asks(op, field, value)})) == 1
    assert sentences({"not": {"not": asks(op, field, value)}}) == []


@pytest.mark.parametrize(
    ("op", "field", "value", "sentence"),
    [
        ("in", "region", ["TX", "FL", "CA"], "region NY is not in TX, FL, CA"),
        ("not_in", "region", ["NY", "NJ"], "region NY is among the excluded NY, NJ"),
        ("eq", "region", "TX", "region NY is not TX"),
        ("ne", "region", "ny", "region NY is excluded"),
        ("eq", "employed", False, "employed is not false"),
        ("ge", "deposit_gbp", 75000, "deposit_gbp 70000 is under 75000"),
        ("gt", "deposit_gbp", 70000, "deposit_gbp 70000 is not over 70000"),
        ("le", "deposit_gbp", 60000, "deposit_gbp 70000 is over 60000"),
        ("lt", "deposit_gbp", 70000, "deposit_gbp 70000 is not under 70000"),
        ("between", "rate", [5, 6], "rate 4.25 is not between 5 and 6"),
        ("ge", "absent", 1, "absent is missing"),
        ("ge", "income", 1, "income 38,000 is not a number"),
        ("exists", "absent", None, "absent is missing"),
        ("blank", "region", None, "region NY is given and must be blank"),
        ("starts_with", "region", ["T", "F"], "region NY does not start with T, F"),
        ("matches", "notes", "wind", "notes Wants a SOLAR roof does not match wind"),
        ("postcode_prefix", "postal_code", ["S", "SW2"], "postal_code sw1a 1aa is not in S, SW2"),
        ("radius", "place", {"lat": 0, "lon": 0, "km": 50}, "place 51.5, -0.12 is not within 50 km of 0, 0"),
        ("radius", "ip", {"lat": 0, "lon": 0, "km": 50}, "ip is missing"),
        ("in", "region", list("abcdefghijkl"), "region NY is not in a, b, c, d, e, f, g, h, i, j and 2 more"),
    ],
)
def test_a_failed_test_says_the_value_beside_the_limit(op: str, field: str, value: Any, sentence: str) -> None:
    assert sentences(asks(op, field, value)) == [sentence]


def test_what_tells_who_the_person_is_stays_unsaid() -> None:
    assert sentences(asks("starts_with", "email", "x")) == ["email does not start with x"]


def test_all_failed_checks_are_told_not_the_first_alone() -> None:
    tree = {"all": [asks("eq", "region", "TX"), asks("exists", "notes"), asks("ge", "rate", 9)]}

    assert sentences(tree) == ["region NY is not TX", "rate 4.25 is under 9"]


def test_alternatives_fail_together() -> None:
    tree = {"any": [asks("eq", "region", "TX"), asks("postcode_prefix", "postal_code", "E1")]}
    [no] = parse(tree).failures(JAMES)

    assert no.sentence == "region NY is not TX; postal_code sw1a 1aa is not in E1 (any one would do)"
    assert no.reason is reasons.GEO_MISMATCH


def test_places_and_other_fields_have_their_own_reasons_and_name_the_test() -> None:
    tree = {"all": [asks("eq", "region", "TX"), {"any": [asks("ge", "rate", 9)]}]}
    found = parse(tree).failures(JAMES)

    assert [(no.reason, no.rule) for no in found] == [
        (reasons.GEO_MISMATCH, "filter.all[0]"),
        (reasons.FILTER_MISMATCH, "filter.all[1].any[0]"),
    ]


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ([], "filter: must be an object"),
        ({"field": "a"}, "filter: must have exactly"),
        ({"all": [], "any": []}, "filter: must have exactly"),
        ({"any": []}, "filter.any: must be a list"),
        ({"all": {}}, "filter.all: must be a list"),
        ({"all": [{"field": "a", "op": "near"}]}, r"filter.all\[0\].op: must be one of eq, in"),
        ({"field": "", "op": "eq", "value": 1}, "filter.field: must be the name"),
        ({"field": "a", "op": ["eq"], "value": 1}, "filter.op: must be one of"),
        ({"field": "a", "op": "eq"}, "filter.value: eq must be a text"),
        ({"field": "a", "op": "in", "value": []}, "a list of 1 to"),
        ({"field": "a", "op": "in", "value": [{}]}, "a list of texts or numbers"),
        ({"field": "a", "op": "lt", "value": "soon"}, "a number or a date"),
        ({"field": "a", "op": "between", "value": [2, 1]}, "the smaller first"),
        ({"field": "a", "op": "between", "value": [1]}, "a list of 2"),
        ({"field": "a", "op": "exists", "value": 1}, "takes no value"),
        ({"field": "a", "op": "starts_with", "value": [" "]}, "must be a list of texts"),
        ({"field": "a", "op": "matches", "value": "("}, "filter.value: matches not a pattern"),
        ({"field": "a", "op": "in_list", "value": "vip2"}, "there is no list 'vip2'"),
        ({"field": "a", "op": "radius", "value": {"lat": 1}}, "all numbers"),
        ({"field": "a", "op": "radius", "value": {"lat": 91, "lon": 0, "km": 1}}, "a place on Earth"),
        ({"not": {"field": "a", "op": "eq", "value": float("nan")}}, "filter.not.value: eq must be"),
    ],
)
def test_a_faulty_filter_is_refused_by_its_place(tree: object, said: str) -> None:
    with pytest.raises(CriteriaError, match=said):
        parse(tree, compile_pattern=holds)


def test_filters_are_bounded_in_depth_and_number() -> None:
    deep: Any = asks("exists", "a")
    for _ in range(20):
        deep = {"not": deep}
    with pytest.raises(CriteriaError, match="20 levels"):
        parse(deep)
    with pytest.raises(CriteriaError, match="1000 tests"):
        parse({"all": [asks("exists", "a")] * 1001})


def test_a_pattern_without_an_engine_is_refused() -> None:
    with pytest.raises(CriteriaError, match="not available"):
        parse(asks("matches", "notes", "solar"))


def test_distances_follow_the_great_circle() -> None:
    assert distance_km((51.5007, -0.1246), (40.6892, -74.0445)) == pytest.approx(5575, rel=0.002)
    assert distance_km((0, 0), (0, 180)) == pytest.approx(20015, rel=0.001)


leaves = st.one_of(
    st.builds(lambda v: asks("eq", "a", v), st.integers(0, 3)),
    st.builds(lambda v: asks("ne", "b", v), st.sampled_from("xyz")),
    st.builds(lambda v: asks("in", "b", v), st.lists(st.sampled_from("xyz"), min_size=1, max_size=3)),
    st.builds(lambda v: asks("ge", "a", v), st.integers(0, 3)),
    st.builds(lambda op: asks(op, "c"), st.sampled_from(["exists", "blank"])),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=12,
)
some_facts = st.fixed_dictionaries(
    {}, optional={"a": st.integers(0, 3) | st.none(), "b": st.sampled_from("xyzXYZ"), "c": st.sampled_from(["", "q"])}
)


def simply(tree: dict[str, Any], facts: dict[str, Any]) -> bool:
    if "all" in tree:
        return all(simply(part, facts) for part in tree["all"])
    if "any" in tree:
        return any(simply(part, facts) for part in tree["any"])
    if "not" in tree:
        return not simply(tree["not"], facts)
    return alone(tree["op"], facts.get(tree["field"]), tree.get("value"))


def alone(op: str, value: Any, wanted: Any) -> bool:
    there = value not in (None, "")
    if op in {"exists", "blank"}:
        return there is (op == "exists")
    if op in {"eq", "ne"}:
        return (there and str(value).lower() == str(wanted)) is (op == "eq")
    return there and (str(value).lower() in wanted if op == "in" else value >= wanted)


@given(trees, some_facts)
def test_a_filter_agrees_with_the_simple_evaluator(tree: dict[str, Any], facts: dict[str, Any]) -> None:
    criterion = parse(tree)

    assert criterion.passes(facts) is simply(tree, facts)
    assert bool(criterion.failures(facts)) is not simply(tree, facts)
    assert all(no.detail and no.rule.startswith("filter") for no in criterion.failures(facts))


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=4)


@given(st.sampled_from([*OPERATORS, *TURNED]), json_values, json_values)
def test_no_value_in_a_filter_or_a_lead_crashes_it(op: str, wanted: Any, value: Any) -> None:
    try:
        criterion = parse({"field": "a", "op": op, "value": wanted}, compile_pattern=holds)
    except CriteriaError:
        return
    criterion.failures({"a": value})
