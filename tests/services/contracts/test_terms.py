"""Terms that could not run are refused by name; a new contract is judged by the same rules."""

from __future__ import annotations

import pytest

from app.services import contract_edits, intake
from app.services.contract_faults import Faulty
from app.transaction import transaction
from tests.services.contracts.editing import DAILY, NOW, edit, sold, terms
from tests.support.world import submission


@pytest.mark.parametrize(
    ("wanted", "term"),
    [
        ({"price_minor": -1}, "price"),
        ({"filters": {"field": "city", "op": "nearly", "value": 1}}, "filters"),
        ({"filters": {"field": "city", "op": "in_list", "value": "Nowhere"}}, "filters"),
        ({"price_rules": [{"name": "", "when": {"all": []}, "price_minor": 1}]}, "p.0.name"),
        ({"price_rules": [{"name": "Hot", "when": {"any": []}, "price_minor": 1}]}, "p.0.w"),
        ({"schedule": [{"weekdays": []}]}, "schedule"),
        ({"zone": "Moon/Base"}, "zone"),
        ({"caps": [DAILY, DAILY]}, "c.1.period"),
        ({"caps": [DAILY | {"limit": -1}]}, "c.0.limit"),
        ({"minimum_score": 101}, "minimum_score"),
        ({"multiplier": "NaN"}, "multiplier"),
    ],
)
def test_terms_that_could_not_run_are_refused_by_name(world, contract_id, wanted, term):
    with pytest.raises(Faulty) as faulty:
        edit(world.admin, contract_id, **wanted)
    assert term in dict(faulty.value.faults)


def test_a_filter_may_refer_to_a_list(world, contract_id):
    world.add_list("London", ["sw1a 1aa"])
    edit(world.admin, contract_id, filters={"field": "postal_code", "op": "in_list", "value": "London"})
    assert sold(world, 1)


def test_a_new_contract_buys_the_next_lead(world, buyer_id):
    setup_id = terms(world, world.contract(buyer_id, 4000)).setup_id
    plain = {
        "name": "Fresh", "status": "active", "filters": None, "caps": [DAILY], "price_minor": 9000, "price_rules": [],
        "schedule": [], "zone": "Europe/London", "minimum_score": 0, "rank": 100, "weight": 1, "multiplier": "1",
        "seats": "any", "offers": [{"offer_id": str(world.offer_id), "level": 1}],
    }  # fmt: skip
    with transaction():
        made = contract_edits.add(world.admin, buyer_id, setup_id, plain, now=NOW)
    assert dict(terms(world, made).terms) == plain
    assert terms(world, made).version == 1
    outcome = intake.submit(world.access(), submission(1), now=NOW)
    assert outcome.sales[0].contract_id == made


def test_a_typed_address_is_judged_before_it_is_kept(world, buyer_id):
    sent = world.contract(buyer_id, 4000, url="https://buyer.example.com/leads")
    with pytest.raises(Faulty) as faulty:
        contract_edits.change_address(world.admin, sent, "ftp://169.254.169.254/", now=NOW)
    assert "url" in dict(faulty.value.faults)
    with pytest.raises(Faulty, match="portal"):
        contract_edits.change_address(world.admin, world.contract(buyer_id), "https://buyer.example.com/", now=NOW)
    assert contract_edits.change_address(world.admin, sent, "https://buyer.example.com/new", now=NOW)
