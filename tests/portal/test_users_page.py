"""Everybody of the tenant: found, switched off and on, signed out from outside; what each role may do."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.people import AuditEntry, User, UserSession
from app.portal import nav, rights
from app.transaction import read_only
from tests.portal.people import Person, add_user, seat
from tests.support.world import World


@pytest.fixture
def chief(app: Flask, world: World) -> Person:
    return seat(app, add_user(world.admin, Role.SUPERADMIN, "chief@example.com"), "chief@example.com")


def of(person: Person) -> UUID:
    return person.actor.principal_id


def session_of(person: Person) -> UUID:
    enter_tenant(person.actor.tenant_id)
    with read_only():
        return db.session.scalar(select(UserSession.id).where(UserSession.user_id == of(person)))


def test_everybody_is_found_by_role_name_company_and_state(alice: Person, bob: Person, cara: Person, northgate: UUID):
    assert all(name in alice.get("/users").text for name in ("Alice", "Bob", "Cara"))
    buyers = alice.get("/users?role=buyer", htmx=True).text
    assert "Bob" in buyers
    assert "Cara" not in buyers
    assert "Bob" in alice.get(f"/users?company={northgate}", htmx=True).text
    assert "Cara" in alice.get("/users?name=car", htmx=True).text
    assert "Nobody in this view" in alice.get("/users?status=invited", htmx=True).text


def test_one_person_shows_sessions_and_is_signed_out_from_outside(alice: Person, bob: Person):
    page = alice.get(f"/users/{of(bob)}").text
    assert "Firefox on Linux" in page
    assert "127.0.0.1" in page
    alice.post(f"/users/{of(bob)}/sessions/{session_of(bob)}/end")
    assert bob.get("/leads").status_code == 303
    assert "Nowhere at present." in alice.get(f"/users/{of(bob)}").text
    assert alice.post(f"/users/{of(bob)}/sessions/{session_of(alice)}/end").status_code == 404
    assert alice.get("/leads").status_code == 200


def test_somebody_is_switched_off_after_a_question_and_on_again(alice: Person, bob: Person):
    assert "1 session of theirs ends now" in alice.get(f"/users/{of(bob)}?ask=disable").text
    alice.post(f"/users/{of(bob)}/disable")
    assert bob.get("/leads").status_code == 303
    assert "Switched off" in alice.get(f"/users/{of(bob)}").text
    alice.post(f"/users/{of(bob)}/enable")
    assert "Active" in alice.get("/users?name=Bob", htmx=True).text
    answer = alice.post(f"/users/{of(alice)}/disable")
    assert answer.status_code == 422
    assert "You cannot switch yourself off" in answer.text


def test_every_session_ends_at_once(alice: Person, bob: Person):
    alice.post(f"/users/{of(bob)}/sessions/end")
    assert bob.get("/leads").status_code == 303


def test_a_link_is_sent_again_only_to_those_who_have_not_come(alice: Person, bob: Person):
    assert alice.post(f"/users/{of(bob)}/invite").status_code == 422
    alice.post("/team/invite", {"name": "Ines", "email": "ines@example.com", "place": "admin"})
    enter_tenant(alice.actor.tenant_id)
    with read_only():
        ines = db.session.scalar(select(User.id).where(User.email == "ines@example.com"))
    assert "Send link again" in alice.get(f"/users/{ines}").text
    assert alice.post(f"/users/{ines}/invite").status_code == 303


def test_only_a_superadmin_changes_roles(alice: Person, bob: Person, chief: Person):
    assert "Roles of your own people are changed by a superadmin." not in alice.get(f"/users/{of(bob)}").text
    assert alice.post(f"/users/{of(bob)}/role", {"role": "admin"}).status_code == 404
    assert alice.post(f"/users/{of(chief)}/disable").status_code == 404
    answer = chief.post(f"/users/{of(bob)}/role", {"role": "admin"})
    assert answer.status_code == 422
    assert "people of a buyer or publisher are invited anew" in answer.text
    assert chief.post(f"/users/{of(alice)}/role", {"role": "superadmin"}).status_code == 303
    assert 'value="superadmin" selected' in chief.get(f"/users/{of(alice)}").text
    assert chief.post(f"/users/{of(alice)}/role", {"role": "emperor"}).status_code == 422


def test_a_strangers_admin_and_other_companies_find_nobody(dan: Person, bob: Person, cara: Person, alice: Person):
    paths = (f"/users/{of(bob)}/disable", f"/users/{of(bob)}/sessions/end", f"/users/{of(bob)}/invite")
    for person in (dan, cara):
        assert person.get(f"/users/{of(bob)}").status_code == 404
        assert [person.post(path).status_code for path in paths] == [404] * 3
    assert bob.get("/leads").status_code == 200
    enter_tenant(alice.actor.tenant_id)
    with read_only():
        asked = select(AuditEntry.action).where(AuditEntry.actor_id == of(cara))
        assert set(db.session.scalars(asked)) == {"page.not_theirs"}


def test_no_address_holds_an_e_mail(alice: Person, bob: Person):
    for path in ("/users", f"/users/{of(bob)}"):
        page = alice.get(path).text
        assert not [link for link in page.split('href="')[1:] if "@" in link.partition('"')[0]]


def test_what_a_role_may_do_is_what_the_views_say(app: Flask, alice: Person):
    acts = {right.word: right for right in rights.acts(app)}
    assert acts["Switch publisher"].roles == nav.STAFF
    assert acts["Rotate"].roles == nav.EVERYBODY
    assert acts["Switch contract"].roles == nav.BUYING
    assert all(right.detail for right in acts.values())
    page = alice.get("/users").text
    assert "Switch publisher" in page
    assert "What each role may do" in page
