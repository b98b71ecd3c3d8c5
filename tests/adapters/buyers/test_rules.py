"""Rules for answers are judged when somebody types them in; whatever an answer holds, reading never raises."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.buyers import FORMATS
from app.adapters.buyers.answers import faults
from app.adapters.buyers.base import Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    truncated: bool = False


GOOD = {
    "accepted": {"path": "status", "equals": ["accepted", "ok"]},
    "rejected": {"pattern": "rejected|declined"},
    "duplicate": {"path": "message", "pattern": "already"},
    "reason_path": "message",
    "price_path": "data.0.price",
}


def test_good_rules_have_no_faults():
    assert faults(GOOD) == ()
    assert faults({}) == ()


@pytest.mark.parametrize(
    ("rules", "word"),
    [
        ({"acepted": {"pattern": "x"}}, "acepted is not a rule"),
        ({"accepted": "ok"}, "accepted must hold"),
        ({"accepted": {}}, "accepted must hold"),
        ({"accepted": {"path": "a", "is": 1}}, "accepted must hold"),
        ({"accepted": {"path": "a..b"}}, "the path"),
        ({"accepted": {"path": 5}}, "the path"),
        ({"accepted": {"path": "a", "equals": "ok"}}, "equals must be a list"),
        ({"accepted": {"path": "a", "equals": []}}, "equals must be a list"),
        ({"rejected": {"pattern": "("}}, "rejected:"),
        ({"reason_path": ""}, "reason_path must be a path"),
        ({"price_path": 7}, "price_path must be a path"),
    ],
)
def test_a_faulty_rule_is_named(rules, word):
    assert any(word in fault for fault in faults(rules))


@given(
    status=st.integers(100, 999),
    body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    rules=st.dictionaries(
        st.sampled_from(["accepted", "rejected", "duplicate", "price_path", "reason_path"]),
        st.none()
        | st.text(max_size=10)
        | st.dictionaries(st.sampled_from(["path", "equals", "pattern"]), st.text(max_size=5)),
        max_size=3,
    ),
    function=st.sampled_from(["read_post", "read_ping"]),
)
def test_reading_never_raises(status, body, rules, function):
    reading = getattr(FORMATS["json"], function)(Answer(status, body), rules)
    if status >= 500 or status < 200:
        assert reading.verdict is Verdict.ERROR
    if reading.is_ambiguous:
        assert reading.verdict is Verdict.ERROR
        assert 200 <= status < 300
