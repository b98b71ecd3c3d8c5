"""Whatever a browser, or somebody without one, sends to the contract's form: an answer, never an error of ours."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from app import clock
from app.db import db
from app.models.contracts import Contract
from app.services import contract_edits
from app.transaction import transaction

EVIL = "<img src=x onerror=alert(1)> hx-get=/x"
DEEP = {f"f{'.0' * depth}.mode": "any" for depth in range(40)}
MOVES = (
    "", "add", "add:", "add:x", "add:f.999", "add:p.7.w", "group:f.0.0.0.0.0.0.0", "drop:f", "drop:f.9", "less:c.x",
    "less:c.99", "less:z.0", "up:p.0", "down:", "more:z", "more:", "geo", "theirs:", "theirs:status", "theirs:caps",
    "theirs:offers", "try", "add:f." + "1." * 500,
)  # fmt: skip
FORMS = (
    {},
    DEEP,
    {"c.0.measure": "pigeons", "c.0.period": "blue moon", "c.0.limit": "9" * 40, "c.0.zone": "../../etc"},
    {"s.0.opens": "25:99", "s.0.closes": "", "s.0.days": ["9", "x"], "s.0.price": "NaN", "s.0.cap": "-1"},
    {"s.0.days": ["0"], "s.0.opens": "09:00", "s.0.closes": "10:00", "s.0.price": "-4", "zone": ""},
    {"p.0.name": EVIL, "p.0.price": "Infinity", "p.0.w.0.field": EVIL, "p.0.w.0.op": "nearly", "p.0.w.0.value": EVIL},
    {"p.999.name": "far", "p.x.name": "odd", "p..name": "empty"},
    {"f.0.field": "score", "f.0.op": "between", "f.0.value": "1"},
    {"f.0.field": "place", "f.0.op": "radius", "f.0.value": "9.9.9 km of 1, 2"},
    {"f.0.field": "city", "f.0.op": "matches", "f.0.value": "(" * 200},
    {"f.0.field": "city", "f.0.op": "in", "f.0.value": ",,,"},
    {"price": "1e400", "minimum_score": "٣", "rank": "", "weight": "--1", "multiplier": "Infinity", "seats": EVIL},
    {"offer": [str(uuid4()), EVIL], "level": "2", f"level.{EVIL}": "x", "name": EVIL * 9},
    {"c.0.measure": "money", "c.0.period": "day", "c.0.limit": "9" * 40, "c.0.zone": "UTC", "price": "8" * 30},
    {"lead": EVIL, "try": EVIL, "version": EVIL, "clash": "1"},
    {"lead": str(uuid4()), "version": "9" * 30, "price": "£1,000.00"},
)


@pytest.fixture
def contract_id(northgate):
    return db.session.scalars(select(Contract.id)).one()


@pytest.mark.parametrize("number", range(len(FORMS)))
def test_no_form_is_an_error_of_ours(alice, bob, contract_id, northgate, number):
    form = FORMS[number]
    for person in (alice, bob):
        for path in ("/draft", "/estimate", ""):
            for htmx in (False, True):
                answer = person.post(f"/contracts/{contract_id}{path}", form, htmx=htmx)
                assert answer.status_code in {200, 204, 303, 409, 422}
                assert "<img src=x" not in answer.text
    for path in (f"/contracts/new/{northgate}", f"/contracts/new/{northgate}/draft"):
        assert alice.post(path, form).status_code in {200, 303, 422}


def test_no_move_is_an_error_of_ours(alice, contract_id):
    for do in MOVES:
        assert alice.post(f"/contracts/{contract_id}/draft", {"do": do}).status_code == 200


def test_a_hostile_name_is_text_wherever_it_stands(alice, bob, world, northgate, contract_id):
    with transaction():
        contract_edits.edit(world.admin, contract_id, {"name": EVIL}, version=1, now=clock.now())
    bob.post(f"/contracts/{contract_id}/pause")
    for path in ("/contracts", f"/contracts/{contract_id}", "/changes", f"/contracts?ask={contract_id}"):
        page = alice.get(path).text
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


@pytest.mark.parametrize("query", ["?buyer=x", "?status=odd", "?after=zz", "?ask=1", "?done=%00", "?vertical=*"])
def test_an_address_that_cannot_be_read_says_so(alice, northgate, query):
    assert alice.get(f"/contracts{query}").status_code == 400
    assert alice.get("/changes?status=odd").status_code == 400
    assert alice.get(f"/contracts/new?buyer={uuid4()}").status_code == 404
