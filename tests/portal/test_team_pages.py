"""The team over HTTP: who sees it, who is invited, who is switched off by whom."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.db import db, enter_tenant
from app.models.people import User
from tests.portal.people import seat


def test_a_team_is_seen_by_its_own_people(alice, bob, cara):
    everybody = alice.get("/team").text
    assert "bob@example.com" in everybody
    assert "cara@example.com" in everybody
    assert "cara@example.com" not in bob.get("/team").text
    assert "bob@example.com" not in cara.get("/team").text


def test_a_publisher_invites_a_colleague_of_its_own(cara, world):
    form = {"name": "Cleo", "email": "cleo@example.com", "place": "admin"}
    assert cara.post("/team/invite", form).status_code == 303
    enter_tenant(world.tenant_id)
    cleo = db.session.scalars(select(User).where(User.email == "cleo@example.com")).one()
    assert (cleo.role, cleo.owner_id, cleo.status) == ("publisher", world.publisher_id, "invited")


@pytest.mark.parametrize(
    "place", ["", "buyer:nonsense", "buyer:", "system", "nonsense", "buyer:06b147f3-ff27-4747-9df6-71c9104e2b1a"]
)
def test_an_invitation_to_nowhere_is_shown_again(alice, place):
    answer = alice.post("/team/invite", {"name": "Cleo", "email": "cleo@example.com", "place": place})
    assert answer.status_code in {404, 422}
    assert place != "system" or answer.status_code == 404
    assert answer.status_code == 404 or 'value="Cleo"' in answer.text


def test_a_taken_address_is_a_fault_of_its_field(alice, bob):
    answer = alice.post("/team/invite", {"name": "Bob", "email": "bob@example.com", "place": "admin"})
    assert answer.status_code == 422
    assert 'id="email-fault"' in answer.text


def test_whoever_is_switched_off_is_out_at_once(alice, bob, app):
    assert alice.post(f"/team/{bob.actor.principal_id}/disable").status_code == 303
    assert bob.get("/leads").status_code == 303
    alice.post(f"/team/{bob.actor.principal_id}/enable")
    assert bob.get("/leads").status_code == 303
    assert seat(app, bob.actor, bob.email).get("/leads").status_code == 200


def test_people_are_switched_by_nobody_else(alice, bob, cara, dan):
    for person in (cara, dan):
        for act in ("disable", "enable", "invite"):
            assert person.post(f"/team/{bob.actor.principal_id}/{act}").status_code == 404
    assert bob.post(f"/team/{bob.actor.principal_id}/disable").status_code == 422
    assert bob.post(f"/team/{alice.actor.principal_id}/disable").status_code == 404
