"""Contracts edited: at once where one may, after approval where not, and never over somebody else's edit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.db import db
from app.domain.actor import Role
from app.models.contracts import Cap, CapUsage, ContractChange
from app.models.people import AuditEntry
from app.models.webhooks import Event
from app.services import contract_changes, contract_edits
from app.services.changes import NoSuchThing, NotAllowed, Refused
from app.services.contract_changes import Stale
from app.transaction import transaction
from tests.services.contracts.editing import DAILY, NOW, actions, allow, edit, sold, terms


def test_a_change_within_permission_holds_for_the_very_next_lead(world, buyer_id, contract_id, bob):
    allow(world, buyer_id, filters="instant")
    assert sold(world, 1)
    edited = edit(bob, contract_id, filters={"field": "postal_code", "op": "postcode_prefix", "value": ["M"]})
    assert (edited.applied, edited.change_id) == (("filters",), None)
    assert not sold(world, 2)


def test_a_change_beyond_permission_waits_and_changes_nothing(world, contract_id, bob):
    edited = edit(bob, contract_id, caps=[DAILY | {"limit": 5}])
    assert edited.waiting == ("caps",)
    assert terms(world, contract_id).terms["caps"] == [DAILY]
    assert terms(world, contract_id).version == 1
    assert "contract_change.asked" in actions(world)


def test_after_approval_the_very_next_lead_obeys(world, contract_id, bob):
    asked = edit(bob, contract_id, caps=[DAILY | {"limit": 2}])
    assert sold(world, 1)
    assert not sold(world, 2)
    with transaction():
        contract_changes.approve(world.admin, asked.change_id, version=1, message="Fine", now=NOW)
    assert sold(world, 3)
    assert not sold(world, 4)


def test_a_cap_with_another_limit_remembers_what_was_taken(world, contract_id):
    assert sold(world, 1)
    before = db.session.scalars(select(Cap.id)).one()
    edit(world.admin, contract_id, caps=[DAILY | {"limit": 3}, DAILY | {"period": "week", "limit": 9}])
    kept = db.session.scalars(select(Cap).where(Cap.period == "day")).one()
    assert (kept.id, kept.limit_value) == (before, 3)
    assert db.session.scalars(select(CapUsage.used).where(CapUsage.id == before)).one() == 1


def test_a_cap_that_is_left_out_is_gone(world, contract_id):
    edit(world.admin, contract_id, caps=[])
    assert sold(world, 1)
    assert sold(world, 2)


def test_a_mixed_change_is_applied_in_part_and_asked_for_in_part(world, buyer_id, contract_id, bob):
    allow(world, buyer_id, minimum_score="instant")
    edited = edit(bob, contract_id, minimum_score=40, price_minor=7000)
    assert (edited.applied, edited.waiting) == (("minimum_score",), ("price_minor",))
    now = terms(world, contract_id)
    assert (now.terms["minimum_score"], now.terms["price_minor"], now.version) == (40, 6200, 2)
    change = db.session.scalars(select(ContractChange)).one()
    assert (change.before, change.after, change.version) == ({"price_minor": 6200}, {"price_minor": 7000}, 2)


def test_the_second_of_two_editors_sees_what_the_first_saved(world, contract_id):
    edit(world.admin, contract_id, price_minor=6500)
    with pytest.raises(Stale) as stale:
        edit(world.admin, contract_id, price_minor=6000)
    assert (stale.value.current.terms["price_minor"], stale.value.current.version) == (6500, 2)
    edit(world.admin, contract_id, version=2, price_minor=6000)
    assert terms(world, contract_id).terms["price_minor"] == 6000


def test_two_who_pause_at_once_are_not_in_each_others_way(world, contract_id):
    with transaction():
        assert contract_edits.set_status(world.admin, contract_id, "paused", now=NOW).applied == ("status",)
        assert contract_edits.set_status(world.admin, contract_id, "paused", now=NOW).applied == ()
    assert not sold(world, 1)


def test_a_change_is_not_approved_over_one_that_the_admin_did_not_see(world, contract_id, bob):
    asked = edit(bob, contract_id, price_minor=7000)
    edit(world.admin, contract_id, price_minor=6500)
    with pytest.raises(Stale), transaction():
        contract_changes.approve(world.admin, asked.change_id, version=1, now=NOW)
    with transaction():
        contract_changes.approve(world.admin, asked.change_id, version=2, now=NOW)
    assert terms(world, contract_id).terms["price_minor"] == 7000


def test_a_rejected_change_says_why_and_changes_nothing(world, contract_id, bob):
    asked = edit(bob, contract_id, price_minor=7000)
    with pytest.raises(Refused, match="why"):
        contract_changes.reject(world.admin, asked.change_id, message=" ", now=NOW)
    with transaction():
        contract_changes.reject(world.admin, asked.change_id, message="Too dear", now=NOW)
    with pytest.raises(Refused, match="rejected already"):
        contract_changes.approve(world.admin, asked.change_id, version=1, now=NOW)
    assert terms(world, contract_id).terms["price_minor"] == 6200


def test_only_staff_decide_and_only_the_buyer_withdraws(world, contract_id, bob):
    asked = edit(bob, contract_id, price_minor=7000)
    with pytest.raises(NotAllowed):
        contract_changes.approve(bob, asked.change_id, version=1, now=NOW)
    with pytest.raises(NotAllowed):
        contract_changes.withdraw(replace(bob, owner_id=world.publisher_id), asked.change_id, now=NOW)
    with transaction():
        contract_changes.withdraw(bob, asked.change_id, now=NOW)
    assert db.session.scalars(select(ContractChange.status)).one() == "withdrawn"


def test_another_buyers_contract_is_no_such_thing(world, contract_id, bob):
    fenwick = replace(bob, owner_id=world.buyer("Fenwick"))
    cara = replace(bob, role=Role.PUBLISHER, owner_id=world.publisher_id)
    for stranger in (fenwick, cara):
        with pytest.raises(NoSuchThing):
            edit(stranger, contract_id, price_minor=1)
        with pytest.raises(NoSuchThing):
            contract_edits.set_status(stranger, contract_id, "paused", now=NOW)


def test_a_change_is_audited_with_before_and_after_and_told(world, contract_id):
    edit(world.admin, contract_id, price_minor=6500, caps=[])
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "contract.changed")).one()
    assert (entry.before, entry.after) == (
        {"price_minor": 6200, "caps": [DAILY]},
        {"price_minor": 6500, "caps": []},
    )
    told = db.session.scalars(select(Event).where(Event.type == "contract.updated")).all()
    assert {event.owner_kind for event in told} == {"buyer", "tenant"}
    assert told[0].payload["changed"] == ["caps", "price_minor"]
