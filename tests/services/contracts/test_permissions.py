"""What a buyer may change of its contracts, and no way around it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.db import db
from app.domain.actor import Role
from app.models.people import Mail
from app.services import contract_changes
from app.services.changes import NotAllowed, Refused
from app.services.contract_faults import Faulty
from app.transaction import transaction
from tests.portal.people import add_user
from tests.services.contracts.editing import NOW, allow, edit, terms

OFFICE = {"weekdays": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "17:00"}


@pytest.mark.parametrize(("row", "part"), [({"price_minor": 1}, "price"), ({"cap": 9999}, "caps")])
def test_hours_are_no_way_around_the_permission_for_a_price_or_a_cap(world, buyer_id, contract_id, bob, row, part):
    allow(world, buyer_id, schedule="instant", **{part: "no"})
    with pytest.raises(Refused, match=part):
        edit(bob, contract_id, schedule=[OFFICE | row])
    allow(world, buyer_id, schedule="instant")
    assert edit(bob, contract_id, schedule=[OFFICE | row]).waiting == ("schedule",)
    assert edit(bob, contract_id, schedule=[OFFICE]).applied == ("schedule",)


def test_who_may_not_set_prices_cannot_move_hours_that_carry_one(world, buyer_id, contract_id, bob):
    allow(world, buyer_id, schedule="instant", price="no")
    edit(world.admin, contract_id, schedule=[OFFICE | {"price_minor": 9000}])
    with pytest.raises(Refused, match="price"):
        edit(bob, contract_id, version=2, schedule=[OFFICE])


def test_a_buyer_keeps_a_test_on_the_origin_and_cannot_vary_it(world, buyer_id, contract_id, bob):
    allow(world, buyer_id, filters="instant")
    origin = {"field": "publisher", "op": "ne", "value": "QuickQuotes"}
    near = {"field": "city", "op": "exists"}
    edit(world.admin, contract_id, filters=origin)
    assert edit(bob, contract_id, version=2, filters={"all": [near, origin]}).applied
    for other in ({"op": "eq"}, {"value": "Rival"}, {"field": "source"}):
        with pytest.raises(Faulty, match="cannot ask about"):
            edit(bob, contract_id, version=3, filters={"all": [near, origin, origin | other]})


def test_a_part_that_is_not_the_buyers_refuses_the_whole_change(world, buyer_id, contract_id, bob):
    allow(world, buyer_id, minimum_score="instant", price="no")
    with pytest.raises(Refused, match="price"):
        edit(bob, contract_id, minimum_score=40, price_minor=7000)
    assert terms(world, contract_id).terms["minimum_score"] == 0


def test_what_decides_between_buyers_is_the_staffs(world, contract_id, bob):
    for term, value in {"rank": 1, "multiplier": "2", "weight": 9, "name": "Mine", "offers": []}.items():
        with pytest.raises(NotAllowed):
            edit(bob, contract_id, **{term: value})


def test_permissions_are_one_of_three_words(world, buyer_id):
    with pytest.raises(Faulty):
        allow(world, buyer_id, price="perhaps")


def test_buyers_cannot_filter_on_where_a_lead_came_from(world, buyer_id, contract_id, bob):
    allow(world, buyer_id, filters="instant")
    with pytest.raises(Faulty, match="publisher"):
        edit(bob, contract_id, filters={"field": "publisher", "op": "eq", "value": "QuickQuotes"})
    edit(world.admin, contract_id, filters={"field": "publisher", "op": "eq", "value": "QuickQuotes"})


def mails():
    return db.session.scalar(select(func.count()).select_from(Mail))


def test_who_asks_again_for_what_waits_already_writes_no_second_mail(world, buyer_id, contract_id, bob):
    allow(world, buyer_id)
    add_user(world.admin, Role.ADMIN, "alice@example.com", now=NOW)
    first = edit(bob, contract_id, minimum_score=40)
    told = mails()
    assert edit(bob, contract_id, minimum_score=40) == first
    assert mails() == told > 0
    assert edit(bob, contract_id, minimum_score=41).change_id != first.change_id
    with transaction():
        contract_changes.withdraw(bob, first.change_id, now=NOW)
    assert edit(bob, contract_id, minimum_score=40).change_id != first.change_id


def test_asking_and_taking_back_comes_to_an_end(world, buyer_id, contract_id, bob, monkeypatch):
    monkeypatch.setattr(contract_changes, "MOST_A_DAY", 2)
    allow(world, buyer_id)
    for _ in range(2):
        asked = edit(bob, contract_id, minimum_score=40).change_id
        with transaction():
            contract_changes.withdraw(bob, asked, now=NOW)
    with pytest.raises(Refused, match="within a day"):
        edit(bob, contract_id, minimum_score=40)
