"""Whatever is posted, the answer is one of the dialect's, says nothing of the inside, and repeats nothing.

The normal ring tries a few dozen bodies, the same each time; the deep ring thousands of new ones.
"""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.db import db, enter_tenant
from app.models.leads import Lead
from app.models.parties import Publisher
from app.services import book
from app.transaction import commit
from tests.dialects.market import lead

CANARY = "Zq9canaryZq9"
ANSWERS = {200, 400, 409, 413, 415, 422}
INSIDE = re.compile(r"Traceback|<html|<!doctype|\.py\b|sqlalchemy|psycopg|sqlite3", re.IGNORECASE)

texts = st.text(max_size=40) | st.sampled_from(
    [CANARY, "", " ", "\0", "\ud800", "＋44", "1e9", "SW1A 1AA", "' or 1=1 --", "<img src=x>"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)
names = st.sampled_from([*lead(), "extra_fields", "city", "user_agent", "source_sub_id", "unknown"])
mutated = st.dictionaries(names, values, max_size=4).map(lambda changes: lead() | changes)
bodies = (
    mutated.map(lambda body: json.dumps(body).encode())
    | values.map(lambda body: json.dumps(body).encode())
    | st.binary(max_size=200)
    | st.tuples(mutated, st.integers(0, 400)).map(lambda cut: json.dumps(cut[0]).encode()[: cut[1]])
)
types = st.sampled_from(
    ["application/json", "application/json; charset=utf-8", "text/plain", "application/xml", "", 'a/b; c="d']
)


def _patient(market) -> None:
    """A key that may post as often as it likes."""
    enter_tenant(market.tenant_id)
    db.session.query(Publisher).update({"requests_per_minute": 10_000_000})
    book.touch(market.tenant_id)
    commit()


def _hammer(market, post, tries: int) -> None:
    _patient(market)

    @settings(max_examples=tries)
    @given(
        body=bodies,
        kind=types,
        key=st.none() | st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=300),
    )
    def answered(body: bytes, kind: str, key: str | None) -> None:
        answer = post(body, {"Content-Type": kind or None, "Idempotency-Key": key})
        assert answer.status_code in ANSWERS, answer.text
        assert answer.content_type == "application/json"
        assert answer.json["request_id" if answer.status_code != 200 else "lead_id"]
        assert CANARY not in answer.text
        assert not INSIDE.search(answer.text)

    answered()
    enter_tenant(market.tenant_id)
    half = select(func.count()).select_from(Lead).where(Lead.route_until.is_not(None))
    assert db.session.scalar(half) == 0, "a lead was left half routed"


def test_any_body_is_answered_in_the_dialects_shape(market, post):
    _hammer(market, post, 80)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_thousands_of_bodies_are_answered_in_the_dialects_shape(market, post):
    _hammer(market, post, 4000)
