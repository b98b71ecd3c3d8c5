from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select, text

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.people import AuditEntry
from app.transaction import transaction
from tests.portal.people import Person, add_user, seat
from tests.support.world import World


def set_state(world: World, state: str) -> None:
    enter_tenant(world.tenant_id)
    with transaction():
        db.session.execute(text("update deliveries set state = :state"), {"state": state})


def lose_the_answer(world: World) -> None:
    """The delivery is unknown, and so is its sale."""
    set_state(world, "unknown")
    with transaction():
        db.session.execute(text("update sales set state = 'unknown'"))


def undo_the_sale(world: World) -> None:
    enter_tenant(world.tenant_id)
    with transaction():
        db.session.execute(text("update sales set state = 'released'"))


def test_the_log_names_buyer_state_and_next_try(alice: Person, delivery_id: UUID):
    page = alice.get("/deliveries").text
    assert "Northgate" in page
    assert "Waiting" in page
    assert f"/deliveries/{delivery_id}" in page


def test_filters_narrow_it(alice: Person, delivery_id: UUID, northgate: UUID):
    assert str(delivery_id) in alice.get(f"/deliveries?state=pending&buyer={northgate}").text
    assert "Nothing matches these filters." in alice.get("/deliveries?state=failed").text


def test_sending_again_asks_first_and_names_the_risk(alice: Person, world: World, delivery_id: UUID):
    set_state(world, "unknown")
    page = alice.get(f"/deliveries/{delivery_id}?sure=1").text
    assert "may have it already" in page
    assert alice.post(f"/deliveries/{delivery_id}/replay").status_code == 303
    assert "on its way again" in alice.get(f"/deliveries/{delivery_id}").text


def test_what_is_under_way_is_not_sent_again(alice: Person, delivery_id: UUID):
    assert "Send again" not in alice.get(f"/deliveries/{delivery_id}").text
    answer = alice.post(f"/deliveries/{delivery_id}/replay")
    assert answer.status_code == 422
    assert "cannot be sent again" in answer.text


def test_nothing_delivered_yet_is_a_beginning(alice: Person):
    assert "Nothing was delivered yet" in alice.get("/deliveries").text


def test_what_failed_for_good_is_not_offered_again(alice: Person, world: World, delivery_id: UUID):
    set_state(world, "failed")
    undo_the_sale(world)
    assert "Send again" not in alice.get(f"/deliveries/{delivery_id}?sure=1").text
    assert alice.post(f"/deliveries/{delivery_id}/replay").status_code == 422


def test_a_lost_answer_asks_a_person_how_it_ended(alice: Person, world: World, delivery_id: UUID):
    lose_the_answer(world)
    page = alice.get(f"/deliveries/{delivery_id}").text
    assert "The buyer took it" in page
    assert "The buyer did not take it" in page
    assert "Send again" in page


def test_saying_that_it_was_taken_names_the_effect_first(alice: Person, world: World, delivery_id: UUID):
    lose_the_answer(world)
    assert "The sale then stands" in alice.get(f"/deliveries/{delivery_id}?sure=taken").text
    assert alice.post(f"/deliveries/{delivery_id}/taken").status_code == 303
    page = alice.get(f"/deliveries/{delivery_id}").text
    assert "The sale stands." in page
    assert "Delivered" in page
    assert "The buyer took it" not in page


def test_saying_that_it_was_not_taken_names_the_risk_first(alice: Person, world: World, delivery_id: UUID):
    lose_the_answer(world)
    page = alice.get(f"/deliveries/{delivery_id}?sure=declined").text
    assert "next in line" in page
    assert "two buyers will call the same person" in page
    assert alice.post(f"/deliveries/{delivery_id}/declined").status_code == 303
    assert "The sale is undone" in alice.get(f"/deliveries/{delivery_id}").text


def test_what_is_known_needs_no_decision(alice: Person, delivery_id: UUID):
    assert "The buyer took it" not in alice.get(f"/deliveries/{delivery_id}?sure=taken").text
    answer = alice.post(f"/deliveries/{delivery_id}/taken")
    assert answer.status_code == 422
    assert "needs nobody" in answer.text


def test_a_buyer_does_not_decide_its_own_delivery(bob: Person, world: World, delivery_id: UUID):
    lose_the_answer(world)
    assert "The buyer took it" not in bob.get(f"/deliveries/{delivery_id}?sure=taken").text
    for ending in ("taken", "declined"):
        assert bob.post(f"/deliveries/{delivery_id}/{ending}").status_code == 404


def test_another_tenants_admin_does_not_decide(dan: Person, world: World, delivery_id: UUID):
    lose_the_answer(world)
    for ending in ("taken", "declined"):
        assert dan.post(f"/deliveries/{delivery_id}/{ending}").status_code == 404


def test_late_ones_are_those_owed_for_over_five_minutes(alice: Person, world: World, delivery_id: UUID):
    assert str(delivery_id) not in alice.get("/deliveries?state=late").text
    enter_tenant(world.tenant_id)
    with transaction():
        old = {"at": (clock.now() - timedelta(minutes=6)).isoformat(" ")}
        db.session.execute(text("update deliveries set created_at = :at"), old)
    assert str(delivery_id) in alice.get("/deliveries?state=late").text
    set_state(world, "delivered")
    assert str(delivery_id) not in alice.get("/deliveries?state=late").text


def test_a_buyer_sends_its_own_lost_delivery_again(bob: Person, world: World, delivery_id: UUID):
    lose_the_answer(world)
    page = bob.get(f"/deliveries/{delivery_id}").text
    assert "Look for the delivery id below on your side" in page
    assert "Send again" in page
    assert "you may have it already" in bob.get(f"/deliveries/{delivery_id}?sure=1").text
    assert bob.post(f"/deliveries/{delivery_id}/replay").status_code == 303
    assert "Waiting" in bob.get(f"/deliveries/{delivery_id}").text


def test_another_buyers_delivery_is_not_there_and_the_question_is_written_down(
    app: Flask, world: World, delivery_id: UUID
):
    harbour = world.buyer("Harbour")
    hal = seat(app, add_user(world.admin, Role.BUYER, "hal@example.com", harbour), "hal@example.com")
    assert hal.get(f"/deliveries/{delivery_id}").status_code == 404
    assert hal.post(f"/deliveries/{delivery_id}/replay").status_code == 404
    enter_tenant(world.tenant_id)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "delivery.not_theirs"))
    assert [one.subject_id for one in entries] == [delivery_id, delivery_id]
