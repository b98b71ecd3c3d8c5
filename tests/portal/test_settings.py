"""The settings page: what is chosen takes effect, faults stand beside fields, nobody overwrites anybody unseen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db, enter_tenant
from app.models.tenants import Tenant
from app.transaction import read_only
from tests.portal.people import Person
from tests.support.world import World


def form(page: str) -> dict[str, Any]:
    """What a browser would send for the form as it was drawn."""
    [drawn] = re.findall(r'<form class="form" id="editor".*?</form>', page, re.DOTALL)
    values: dict[str, Any] = {
        name: value
        for name, value in re.findall(r'<input[^>]* name="(\w+)"[^>]*?value="([^"]*)"', drawn)
        if name not in {"csrf_token", "require_second_factor"}
    }
    ticked = re.findall(r'name="require_second_factor" value="(\w+)" checked', drawn)
    return values | {"require_second_factor": ticked}


def stored(world: World) -> Tenant:
    enter_tenant(world.tenant_id)
    with read_only():
        found = db.session.scalars(select(Tenant).where(Tenant.id == world.tenant_id)).one()
        db.session.expunge(found)
    return found


def test_what_is_chosen_is_stored_and_seen_at_once(alice: Person, world: World):
    sent = form(alice.get("/settings").text) | {
        "name": "Harbour Leads", "zone": "America/New_York", "keep_deliveries_days": "90", "webhook_prefix": "Harbour",
    }  # fmt: skip
    assert alice.post("/settings", sent).location == "/settings"
    page = alice.get("/settings").text
    assert "Saved." in page
    assert "Harbour Leads" in page
    assert "America/New_York" in page
    found = stored(world)
    assert (found.webhook_prefix, found.choices) == ("Harbour", {"keep_deliveries_days": 90})
    assert form(page)["keep_deliveries_days"] == "90"


def test_a_required_second_factor_is_asked_for_from_the_next_page_on(alice: Person, bob: Person):
    sent = form(alice.get("/settings").text) | {"require_second_factor": ["buyer"]}
    alice.post("/settings", sent)
    assert form(alice.get("/settings").text)["require_second_factor"] == ["buyer"]
    assert "second-factor" in bob.get("/leads").location
    assert alice.get("/leads").status_code == 200


def test_a_fault_stands_beside_its_field_and_what_was_typed_stays(alice: Person, world: World):
    sent = form(alice.get("/settings").text) | {"zone": "Atlantis/Centre", "keep_messages_days": "soon", "name": "New"}
    answer = alice.post("/settings", sent)
    assert answer.status_code == 422
    assert 'id="keep_messages_days-fault"' in answer.text
    assert 'value="soon"' in answer.text
    assert 'value="New"' in answer.text
    answer = alice.post("/settings", sent | {"keep_messages_days": "60"})
    assert 'id="zone-fault"' in answer.text
    assert 'value="Atlantis/Centre"' in answer.text
    assert stored(world).name == "World"


def test_two_people_see_both_values(alice: Person, world: World):
    mine = form(alice.get("/settings").text) | {"name": "Mine", "zone": "Africa/Johannesburg"}
    theirs = form(alice.get("/settings").text) | {"name": "Theirs"}
    alice.post("/settings", theirs)
    answer = alice.post("/settings", mine)
    assert answer.status_code == 409
    assert "changed this while you had it open" in answer.text
    for value in ("Mine", "Theirs", "Africa/Johannesburg", "Europe/London"):
        assert value in answer.text
    assert stored(world).name == "Theirs"
    taken = alice.post("/settings", form(answer.text) | {"do": "theirs:name"})
    assert form(taken.text)["name"] == "Theirs"
    alice.post("/settings", form(taken.text))
    found = stored(world)
    assert (found.name, found.zone) == ("Theirs", "Africa/Johannesburg")


def test_saving_nothing_says_so(alice: Person):
    alice.post("/settings", form(alice.get("/settings").text))
    assert "Nothing was different" in alice.get("/settings").text


def test_secrets_of_the_environment_are_never_shown(app: Flask, alice: Person):
    page = alice.get("/settings").text
    settings = app.extensions["settings"]
    for secret in (settings.secret_key, settings.redis_url, settings.database_url):
        assert secret not in page
    assert "SMTP_URL" in page


def test_a_name_of_markup_stays_text(alice: Person):
    alice.post("/settings", form(alice.get("/settings").text) | {"name": "<img src=x onerror=alert(1)>"})
    page = alice.get("/settings").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_settings_are_the_admins_own(bob: Person, cara: Person, dan: Person, world: World):
    for person in (bob, cara):
        assert person.get("/settings").status_code == 404
        assert person.post("/settings", {"name": "x"}).status_code == 404
    dan.post("/settings", form(dan.get("/settings").text) | {"name": "Dan's"})
    assert stored(world).name == "World"


@pytest.mark.parametrize("missing", ["seen", "name"])
def test_a_form_that_is_not_whole_changes_nothing(alice: Person, world: World, missing: str):
    sent = form(alice.get("/settings").text) | {"zone": "Africa/Johannesburg"}
    del sent[missing]
    answer = alice.post("/settings", sent)
    assert answer.status_code in {303, 409}
    assert stored(world).name == "World"
