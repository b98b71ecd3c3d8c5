"""Beside a change that waits an admin reads what last week would have been, as the contract stands and as asked."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db import db
from app.models.contracts import Contract, ContractChange
from tests.portal.people import Person
from tests.support.world import World

ROW = re.compile(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', re.DOTALL)


@pytest.fixture
def contract_id(northgate: UUID) -> UUID:
    return db.session.scalars(select(Contract.id)).one()


def asked(world: World, bob: Person, contract_id: UUID, **after: Any) -> str:
    """The page of a change that Northgate asked for."""
    row = db.session.scalars(select(Contract).where(Contract.id == contract_id)).one()
    before = {term: [] if term == "caps" else getattr(row, term) for term in after}
    change_id = world._row(
        ContractChange, contract_id=contract_id, buyer_id=bob.actor.owner_id, asked_by=bob.actor.principal_id,
        before=before, after=after, version=row.version,
    )  # fmt: skip
    world.touch()
    return f"/changes/{change_id}"


def told(page: str) -> dict[str, list[str]]:
    """The numbers of the estimate by their row."""
    beside = page[page.index('aria-labelledby="effect-head"') :]
    return {word: unescape(re.sub(r"<[^>]+>", " ", cells)).split() for word, cells in ROW.findall(beside)}


def test_a_higher_minimum_score_is_told_in_leads_and_money(alice, bob, world, contract_id, lead_id):
    page = alice.get(asked(world, bob, contract_id, minimum_score=100)).text
    assert told(page) == {
        "Would have matched": ["1", "0", "−1"], "Bought at most": ["1", "0", "−1"],
        "Cost": ["£62.00", "£0.00", "−£62.00"],
    }  # fmt: skip
    assert "Of 1 lead of its offers." in page


def test_a_price_and_caps_are_told_apart(alice, bob, world, contract_id, lead_id):
    dearer = told(alice.get(asked(world, bob, contract_id, price_minor=7000)).text)
    assert dearer["Would have matched"] == ["1", "1", "the", "same"]
    assert dearer["Cost"] == ["£62.00", "£70.00", "+£8.00"]
    cap = {"measure": "count", "period": "day", "limit": 0, "zone": "UTC"}
    capped = told(alice.get(asked(world, bob, contract_id, caps=[cap])).text)
    assert capped["Would have matched"] == ["1", "1", "the", "same"]
    assert capped["Bought at most"] == ["1", "0", "−1"]


def test_pausing_is_told_as_buying_nothing(alice, bob, world, contract_id, lead_id):
    page = alice.get(asked(world, bob, contract_id, status="paused")).text
    assert told(page)["Bought at most"] == ["1", "0", "−1"]
    alice.post(f"/contracts/{contract_id}/pause", {"back": "/"})
    page = alice.get(asked(world, bob, contract_id, minimum_score=100)).text
    assert told(page)["Would have matched"] == ["1", "0", "−1"]
    assert "both count as if it were not" in page


def test_what_cannot_be_any_more_is_said_and_the_page_stands(alice, bob, world, contract_id, lead_id):
    gone = {"field": "postal_code", "op": "in_list", "value": "gone"}
    page = alice.get(asked(world, bob, contract_id, filters=gone))
    assert page.status_code == 200
    assert "Nothing can be counted" in page.text


def test_only_who_decides_reads_it_and_only_while_it_waits(alice, bob, world, contract_id, lead_id):
    path = asked(world, bob, contract_id, price_minor=7000)
    assert "effect-head" not in bob.get(path).text
    version = re.search(r'name="version" value="(\d+)"', alice.get(path).text)[1]
    assert alice.post(f"{path}/approve", {"version": version}).status_code == 303
    assert "effect-head" not in alice.get(path).text


def test_a_buyer_reads_of_no_few_leads_and_staff_read_the_number(alice, bob, contract_id, lead_id):
    path = f"/contracts/{contract_id}"
    assert '<strong class="number">1</strong> lead would have matched' in alice.get(path).text
    page = bob.get(path).text
    assert "Fewer than 10</strong> leads would have matched" in page
    assert "Counted in tens" in page
    assert "</strong> cost" not in page
