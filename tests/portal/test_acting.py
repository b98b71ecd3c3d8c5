"""An admin looks at the portal as somebody else: what they see, what they may not, and what is written down."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.people import AuditEntry
from app.services import team
from app.transaction import transaction
from tests.portal.people import Person, add_user, seat
from tests.support.databases import Database
from tests.support.world import World


@pytest.fixture
def database(sqlite: Database) -> Database:
    return sqlite


@pytest.fixture
def acting(alice: Person, bob: Person) -> Person:
    """Alice as Bob."""
    return act_as(alice, bob)


def act_as(admin: Person, person: Person) -> Person:
    answer = admin.post(f"/act-as/{person.actor.principal_id}")
    assert answer.status_code == 303, answer.text
    admin._token = ""
    return admin


def entries(person: Person, action: str) -> list[AuditEntry]:
    enter_tenant(person.actor.tenant_id)
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_the_portal_is_the_other_ones_and_says_so_on_every_page(acting: Person, lead_id: UUID, rejected_id: UUID):
    for path in ("/deliveries", "/live", "/contracts", "/keys", "/account", "/nothing-here"):
        page = acting.get(path).text
        assert "You act as <strong>Bob</strong> of Northgate" in page, path
        assert "Alice" in page
    rows = acting.get("/leads?period=all").text
    assert str(lead_id) in rows
    assert str(rejected_id) not in rows
    assert acting.get("/applications").status_code == 404


def test_stopping_gives_the_admin_back(acting: Person, rejected_id: UUID):
    assert acting.post("/act-as/stop").status_code == 303
    page = acting.get("/leads?period=all").text
    assert "You act as" not in page
    assert str(rejected_id) in page


def test_what_is_done_names_both(acting: Person, alice: Person, bob: Person, lead_id: UUID):
    assert acting.post(f"/leads/{lead_id}/reveal").status_code in {200, 303}
    acting.post("/act-as/stop")
    for action in ("lead.revealed", "user.acting_ended"):
        [entry] = entries(alice, action)
        assert (entry.actor_id, entry.acting_as) == (alice.actor.principal_id, bob.actor.principal_id), action
    [began] = entries(alice, "user.acting_began")
    assert (began.actor_id, began.acting_as) == (alice.actor.principal_id, None)
    assert began.subject_id == bob.actor.principal_id


@pytest.mark.parametrize(
    "path",
    [
        "/account/password",
        "/account/second-factor/begin",
        "/account/second-factor/confirm",
        "/account/second-factor/off",
        "/account/second-factor/codes",
        "/account/sessions/end-others",
    ],
)
def test_what_is_theirs_alone_is_refused_in_words(acting: Person, path: str):
    answer = acting.post(path)
    assert answer.status_code == 403, path
    assert "theirs alone" in answer.text


def test_no_secret_is_shown_to_an_admin_who_acts(alice: Person, cara: Person, key_id: UUID, endpoint_id: UUID):
    acting = act_as(alice, cara)
    answers = [
        acting.post(f"/keys/{key_id}/rotate", {"overlap": "0"}),
        acting.post("/webhooks/new", {"url": "https://example.com/x", "events": "lead.rejected"}),
        acting.post(f"/webhooks/{endpoint_id}/secret", {"overlap": "0"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert acting.get("/account/second-factor").status_code == 403
    assert 'autocomplete="current-password"' not in acting.get("/account").text


def test_nobody_acts_as_an_admin_or_as_somebody_who_cannot_sign_in(alice: Person, bob: Person, world: World):
    ann = add_user(world.admin, Role.ADMIN, "ann@example.com")
    with transaction():
        team.disable(world.admin, bob.actor.principal_id, now=clock.now())
    for person in (ann.principal_id, bob.actor.principal_id, alice.actor.principal_id):
        alice.post(f"/act-as/{person}")
        assert "You act as" not in alice.get("/webhooks").text
    assert not entries(alice, "user.acting_began")


def test_only_admins_of_the_same_house_act(bob: Person, cara: Person, dan: Person):
    for stranger, person in ((bob, cara), (cara, bob), (dan, bob)):
        assert stranger.post(f"/act-as/{person.actor.principal_id}").status_code == 404
        assert "You act as" not in stranger.get("/webhooks").text


def test_who_acts_cannot_act_further(acting: Person, cara: Person):
    assert acting.post(f"/act-as/{cara.actor.principal_id}").status_code == 404


def test_it_ends_after_an_hour_and_does_nothing_more_in_that_moment(acting: Person, alice: Person):
    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=False):
        answer = acting.get("/contracts")
        assert (answer.status_code, answer.location) == (303, "/")
        page = acting.get("/webhooks").text
        assert "You act as <strong>" not in page
        assert "an hour is over" in page
    [ended] = entries(alice, "user.acting_ended")
    assert ended.after == {"why": "time"}


def test_a_form_of_the_one_view_is_not_sent_in_the_other(alice: Person, bob: Person):
    alice.get("/account")
    alice.post("/preferences", {"theme": "dark"})
    old_token, old_cookie = alice._token, alice.client.get_cookie("visit").value
    alice.post(f"/act-as/{bob.actor.principal_id}")
    assert alice.client.post("/logout", data={"csrf_token": old_token}).status_code == 400
    assert alice.client.get_cookie("visit").value != old_cookie


def test_the_token_before_opens_nothing(app: Flask, alice: Person, bob: Person):
    old = alice.client.get_cookie("visit").value
    act_as(alice, bob)
    thief = app.test_client()
    thief.set_cookie("visit", old)
    assert thief.get("/webhooks").status_code == 303


def test_signing_out_ends_it_and_the_admins_session(acting: Person, alice: Person, bob: Person):
    acting.post("/logout")
    assert acting.get("/webhooks").status_code == 303
    [ended] = entries(alice, "user.acting_ended")
    assert ended.after == {"why": "signed_out"}
    assert bob.get("/webhooks").status_code == 200


def test_somebody_switched_off_meanwhile_is_left(acting: Person, world: World, bob: Person):
    acting.post("/preferences", {"theme": "dark"})  # the token of a page that shows Bob's portal
    with transaction():
        team.disable(world.admin, bob.actor.principal_id, now=clock.now())
    answer = acting.post("/team/invite", {"name": "Eve", "email": "eve@example.com", "place": "admin"})
    assert (answer.status_code, answer.location) == (303, "/"), "what was asked for as Bob is not done as Alice"
    assert "You act as <strong>" not in acting.get("/webhooks").text
    assert entries(acting, "user.invited") == []
    [ended] = entries(acting, "user.acting_ended")
    assert (ended.actor_id, ended.acting_as) == (acting.actor.principal_id, bob.actor.principal_id)
    assert ended.after == {"why": "gone"}


def test_their_own_sessions_and_the_admins_others_are_untouched(app: Flask, alice: Person, bob: Person):
    elsewhere = seat(app, alice.actor, alice.email)
    act_as(alice, bob)
    assert "You act as" not in elsewhere.get("/webhooks").text
    assert "You act as" not in bob.get("/webhooks").text
