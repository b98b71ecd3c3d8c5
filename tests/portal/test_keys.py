import re
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from app import clock
from app.services import access
from tests.portal.people import Person
from tests.support.world import World

KEY = re.compile(r"pk_live_[0-9A-Za-z]{49}")


@pytest.fixture
def old_secret(world: World) -> str:
    return world.key.secret


def test_keys_are_known_by_prefix_and_end_and_never_whole(cara: Person, old_secret: str):
    page = cara.get("/keys").text
    assert f"pk_live_…{old_secret[-4:]}" in page
    assert old_secret not in page
    assert "never" in page


def test_a_key_is_replaced_at_once_and_the_new_one_shown_once(cara: Person, key_id: UUID, old_secret: str):
    answer = cara.post(f"/keys/{key_id}/rotate", {"overlap": "0"})
    new = KEY.search(answer.text)[0]
    assert new != old_secret
    assert answer.headers["Cache-Control"] == "no-store"
    assert "no longer works" in answer.text
    with pytest.raises(access.Refused):
        access.by_key("ingest", old_secret, clock.now())
    assert access.by_key("ingest", new, clock.now())
    assert new not in cara.get("/keys").text


def test_with_an_overlap_both_work_until_it_ends(cara: Person, key_id: UUID, old_secret: str):
    answer = cara.post(f"/keys/{key_id}/rotate", {"overlap": "24"})
    assert "works until" in answer.text
    assert access.by_key("ingest", old_secret, clock.now())
    assert "Ending" in cara.get("/keys").text
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False), pytest.raises(access.Refused):
        access.by_key("ingest", old_secret, clock.now())


def test_an_overlap_that_nobody_offered_is_refused_beside_the_field(cara: Person, key_id: UUID, old_secret: str):
    answer = cara.post(f"/keys/{key_id}/rotate", {"overlap": "9999"})
    assert answer.status_code == 422
    assert "Choose one of the four." in answer.text
    assert access.by_key("ingest", old_secret, clock.now())


def test_a_key_that_ended_cannot_be_replaced(cara: Person, key_id: UUID):
    cara.post(f"/keys/{key_id}/rotate", {"overlap": "0"})
    answer = cara.post(f"/keys/{key_id}/rotate", {"overlap": "0"})
    assert answer.status_code == 422
    assert not KEY.search(answer.text)


def test_an_admin_sees_whose_key_it_is(alice: Person, cara: Person, key_id: UUID):
    assert "QuickQuotes" in alice.get("/keys").text
    assert alice.post(f"/keys/{key_id}/rotate", {"overlap": "1"}).status_code == 200


def test_what_a_key_is_for_is_said_in_words(cara: Person, old_secret: str):
    page = cara.get("/keys").text
    assert "Posting leads" in page
    assert ">ingest</td>" not in page.replace('data-label="Name">ingest</td>', "")
