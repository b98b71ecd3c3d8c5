from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.people import AuditEntry, SavedView
from app.services import saved_views
from app.transaction import read_only
from tests.portal.people import Person, add_user, seat
from tests.support.world import World


def save(person: Person, name: str, query: str = "state=sold") -> UUID:
    answer = person.post(f"/leads/views?{query}", {"view-name": name})
    assert answer.status_code == 303, answer.text
    return only(person, name).id


def only(person: Person, name: str) -> SavedView:
    enter_tenant(person.actor.tenant_id)
    with read_only():
        mine = SavedView.user_id == person.actor.principal_id
        found = db.session.scalars(select(SavedView).where(SavedView.name == name, mine)).one()
        db.session.expunge(found)
    return found


def test_a_view_is_kept_in_one_form_and_leads_back_to_itself(alice: Person, lead_id: UUID):
    answer = alice.post(
        "/leads/views?sort=-score&vertical=&state=unsold&state=sold&junk=1", {"view-name": " Hot  ones "}
    )
    assert answer.location == "/leads?state=unsold&state=sold&sort=-score"
    assert only(alice, "Hot ones").query == "state=unsold&state=sold&sort=-score"
    page = alice.get(answer.location).text
    assert 'href="/leads?state=unsold&amp;state=sold&amp;sort=-score" aria-current="page">Hot ones</a>' in page
    assert "The view is saved" in page
    assert "Change view" in page
    assert "Hot ones" in alice.get("/leads").text


def test_a_view_can_be_renamed_and_deleted(alice: Person, lead_id: UUID):
    view_id = save(alice, "Sold")
    assert (
        alice.post(f"/leads/views/{view_id}/rename?state=sold", {"new-name": "Bought"}).location == "/leads?state=sold"
    )
    assert only(alice, "Bought").id == view_id
    assert alice.post(f"/leads/views/{view_id}/delete?state=sold").location == "/leads?state=sold"
    assert "Bought" not in alice.get("/leads", follow_redirects=True).text.replace("The view Bought is deleted.", "")
    with read_only():
        told = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == view_id)).all()
    assert set(told) == {"view.saved", "view.renamed", "view.removed"}


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "Give the view a name."), ("x" * 41, "longer than 40"), ("Sold", "You have a view of this name already.")],
)
def test_a_name_that_cannot_be_is_said_beside_its_field(alice: Person, lead_id: UUID, name: str, said: str):
    save(alice, "Sold")
    answer = alice.post("/leads/views?state=rejected", {"view-name": name})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'id="view-name-fault"' in answer.text
    assert f'value="{name}"' in answer.text
    assert 'value="rejected" selected' in answer.text  # the list is the one that was to be saved
    view_id = save(alice, "Other", "state=unsold")
    refused = alice.post(f"/leads/views/{view_id}/rename?state=unsold", {"new-name": name})
    assert refused.status_code == 422
    assert 'id="new-name-fault"' in refused.text


def test_a_name_is_text_whatever_it_looks_like(alice: Person, lead_id: UUID):
    save(alice, "<img src=x onerror=alert(1)>", "state=sold")
    page = alice.get("/leads").text
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror" in page


def test_views_are_ones_own(app: Flask, alice: Person, bob: Person, dan: Person, world: World, lead_id: UUID):
    view_id = save(alice, "Mine")
    other = seat(app, add_user(world.admin, Role.ADMIN, "amy@example.com"), "amy@example.com")
    for person in (other, bob, dan):
        assert ">Mine</a>" not in person.get("/leads").text
        assert person.post(f"/leads/views/{view_id}/rename", {"new-name": "Theirs"}).status_code == 404
        assert person.post(f"/leads/views/{view_id}/delete").status_code == 404
    assert alice.post(f"/leads/views/{uuid4()}/delete").status_code == 404
    assert only(alice, "Mine").id == view_id
    save(bob, "Mine", "tier=hot")  # the same name is free for everybody


def test_nobody_keeps_more_views_than_anybody_reads(alice: Person, lead_id: UUID, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(saved_views, "MOST", 1)
    save(alice, "One")
    assert "Delete one first" in alice.post("/leads/views?state=held", {"view-name": "Two"}).text


def test_what_cannot_be_read_is_not_kept(alice: Person, lead_id: UUID):
    assert alice.post("/leads/views?state=odd", {"view-name": "Odd"}).status_code == 400
