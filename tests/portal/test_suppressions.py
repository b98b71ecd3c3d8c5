"""Suppression lists in the portal: uploaded with a preview, obeyed by the next lead, tested, emptied, deleted."""

import io
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.adapters.suppression_file import read
from app.db import db, enter_tenant
from app.domain.suppression import Purpose
from app.models.leads import Lead, Suppression, SuppressionDraft
from app.models.people import AuditEntry
from app.services import intake, suppression_uploads, suppressions
from app.services.changes import NoSuchThing
from app.transaction import transaction
from tests.portal.people import Person
from tests.support.databases import Database
from tests.support.settings import settings_for
from tests.support.world import World, submission

PERSON = "j.patel1@example.co.uk"
FILE = f"email\n{PERSON}\nANN@example.com\nann@example.com\nnobody\n"
DRAFT = re.compile(r'name="draft" value="([^"]+)"')


@pytest.fixture
def list_id(world: World, alice: Person) -> UUID:
    """An empty list of people who opted out."""
    enter_tenant(world.tenant_id)
    with transaction():
        return suppressions.add_list(world.admin, "Opted out", Purpose.OPT_OUT, now=world.now)


def upload(person: Person, list_id: UUID, text: str | bytes = FILE, **more: str):
    raw = text.encode() if isinstance(text, str) else text
    form = {"file": (io.BytesIO(raw), "people.csv"), "country": "GB", **more}
    return person.post(f"/suppressions/{list_id}/preview", form, content_type="multipart/form-data")


def confirm(person: Person, list_id: UUID, page: str):
    [draft] = DRAFT.findall(page)
    return person.post(f"/suppressions/{list_id}/add", {"draft": draft})


def size(tenant_id: UUID) -> int:
    enter_tenant(tenant_id)
    return db.session.scalar(select(func.count()).select_from(Suppression)) or 0


def state_of_next(world: World) -> tuple[str, str | None]:
    found = intake.submit(world.access(), submission(), now=clock.now())
    enter_tenant(world.tenant_id)
    row = db.session.execute(select(Lead.state, Lead.reason).where(Lead.id == found.lead_id)).one()
    return row.state, row.reason


def test_nothing_is_on_the_list_before_it_is_confirmed(world: World, alice: Person, list_id: UUID):
    page = upload(alice, list_id).text
    assert "Add 2 entries to Opted out?" in page
    assert '<td class="right number">5</td><td>Neither' in page
    assert "nobody" not in page
    assert PERSON not in page
    assert "j••••@example.co.uk" in page
    assert size(world.tenant_id) == 0
    assert confirm(alice, list_id, page).status_code == 303
    assert size(world.tenant_id) == 2


def test_the_next_lead_obeys(world: World, northgate: UUID, alice: Person, list_id: UUID):
    confirm(alice, list_id, upload(alice, list_id).text)
    assert state_of_next(world) == ("rejected", "suppressed")
    alice.post(f"/suppressions/{list_id}/remove", {"value": PERSON})
    assert state_of_next(world)[0] == "sold"


def test_a_deleted_list_stops_nobody(world: World, northgate: UUID, alice: Person, list_id: UUID):
    confirm(alice, list_id, upload(alice, list_id).text)
    assert "2 entries are gone for good" in alice.get(f"/suppressions/{list_id}?delete=1").text
    assert alice.post(f"/suppressions/{list_id}/delete").status_code == 303
    assert state_of_next(world)[0] == "sold"
    assert alice.get(f"/suppressions/{list_id}").status_code == 404


def test_a_buyers_own_list_stops_that_buyer_alone(world: World, northgate: UUID, alice: Person):
    world.contract(world.buyer("Harbour"), 4800, name="Harbour")
    answer = alice.post("/suppressions/new", {"name": "Northgate knows", "purpose": f"buyer:{northgate}"})
    list_id = UUID(answer.location.rpartition("/")[2])
    confirm(alice, list_id, upload(alice, list_id, PERSON).text)
    tested = alice.post("/suppressions/test", {"value": PERSON}).text
    assert "Not sold to some" in tested
    assert "of Northgate" in tested
    assert state_of_next(world)[0] == "sold"


@pytest.mark.parametrize("value", [PERSON, "J.Patel1@Example.co.uk", "07712300001", "+44 7712 300001"])
def test_a_value_is_tested_without_leaving_a_trace(
    world: World, alice: Person, list_id: UUID, value: str, caplog: pytest.LogCaptureFixture
):
    confirm(alice, list_id, upload(alice, list_id, f"{PERSON}\n07712300001").text)
    with caplog.at_level(logging.DEBUG):
        answer = alice.post("/suppressions/test", {"value": value, "country": "GB"})
    assert answer.status_code == 200
    assert "<strong>Stopped.</strong>" in answer.text
    assert "Opted out" in answer.text
    assert value not in caplog.text
    enter_tenant(world.tenant_id)
    kept = [str(row) for row in db.session.execute(select(AuditEntry.before, AuditEntry.after))]
    assert not [row for row in kept if "patel" in row.lower() or "7712" in row]


def test_who_is_on_no_list_is_said_to_be_free(alice: Person, list_id: UUID):
    assert "Not stopped." in alice.post("/suppressions/test", {"value": "free@example.com"}).text
    answer = alice.post("/suppressions/test", {"value": "nobody"})
    assert answer.status_code == 422
    assert 'id="value-fault"' in answer.text


def test_a_draft_is_used_once_and_runs_out(world: World, alice: Person, list_id: UUID):
    page = upload(alice, list_id).text
    assert confirm(alice, list_id, page).status_code == 303
    assert confirm(alice, list_id, page).status_code == 422
    page = upload(alice, list_id, "new@example.com").text
    with time_machine.travel(clock.now() + suppression_uploads.PATIENCE, tick=False):
        assert confirm(alice, list_id, page).status_code == 422
    assert size(world.tenant_id) == 2


def test_a_draft_is_sealed_and_its_makers_own(world: World, alice: Person, dan: Person, list_id: UUID):
    page = upload(alice, list_id).text
    assert confirm(dan, list_id, page).status_code == 404
    enter_tenant(world.tenant_id)
    [sealed] = db.session.scalars(select(SuppressionDraft.sealed))
    assert b"example" not in sealed
    assert suppressions.entry(PERSON).digest not in sealed
    answer = alice.post(f"/suppressions/{list_id}/add", {"draft": "no such"})
    assert answer.status_code == 422


def test_who_is_on_it_already_is_counted(alice: Person, list_id: UUID):
    confirm(alice, list_id, upload(alice, list_id).text)
    page = upload(alice, list_id, FILE + "more@example.com\n").text
    assert "Add 1 entry to Opted out?" in page
    again = upload(alice, list_id).text
    assert "Nothing to add" in again
    assert not DRAFT.findall(again)


def test_files_of_spreadsheets_and_typed_lines_are_read(alice: Person, list_id: UUID):
    assert "Add 1 entry" in upload(alice, list_id, "email\nann@example.com\n".encode("utf-16")).text
    assert "Add 1 entry" in upload(alice, list_id, b"email;name\nann@example.com;Andr\xe9\n").text
    assert "Add 2 entries" in upload(alice, list_id, "a@example.com", lines="b@example.com").text
    assert upload(alice, list_id, b"").status_code == 422


def test_a_file_that_is_too_big_is_refused(alice: Person, list_id: UUID):
    many = "\n".join(f"a{number}@example.com" for number in range(20_000))
    assert "Add 20,000 entries" in upload(alice, list_id, many).text
    assert upload(alice, list_id, "\n" * 60_000).status_code == 422
    answer = alice.client.post(  # as bytes: the test client keeps a file of its own for a big form
        f"/suppressions/{list_id}/preview",
        data=b"x" * (3 * 1024 * 1024),
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413


def test_only_that_form_takes_so_much(alice: Person):
    assert alice.post("/suppressions/test", {"value": "x" * 300_000}).status_code == 413


def test_every_change_is_written_down_without_a_person(world: World, alice: Person, list_id: UUID):
    confirm(alice, list_id, upload(alice, list_id).text)
    alice.post(f"/suppressions/{list_id}/remove", {"value": PERSON})
    alice.post(f"/suppressions/{list_id}/delete")
    enter_tenant(world.tenant_id)
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject_id == list_id, AuditEntry.actor_id == alice.actor.principal_id)
    ).all()
    told = {entry.action: entry.after or entry.before for entry in entries}
    assert told["suppression_list.filled"] == {"uploaded": 2, "added": 2, "email": 2}
    assert told["suppression_list.entry_removed"] == {"count": 1}
    assert told["suppression_list.emptied"]["count"] == 1
    assert "suppression_list.removed" in told


def test_a_list_needs_a_name_and_a_purpose(alice: Person):
    for form, field in (({"name": "", "purpose": "opt_out"}, "name"), ({"name": "X", "purpose": "fun"}, "purpose")):
        answer = alice.post("/suppressions/new", form)
        assert answer.status_code == 422
        assert f'id="{field}-fault"' in answer.text


def test_the_lists_cost_a_fixed_number_of_statements(app: Flask, alice: Person, list_id: UUID, statements: list[str]):
    alice.get("/suppressions")
    assert len(statements) <= 6


@pytest.mark.postgres
def test_of_two_confirmations_at_once_one_finds_the_draft(postgres: Database, redis_url: str, make_app):
    app = make_app(settings_for(postgres.url, redis_url))
    with app.app_context():
        world = World()
        with transaction():
            list_id = suppressions.add_list(world.admin, "Opted out", Purpose.OPT_OUT, now=world.now)
            found = suppression_uploads.preview(world.admin, list_id, read(FILE, "GB"), now=world.now)
        db.session.remove()
    start = Barrier(4)

    def add(_number: int) -> int | None:
        with app.app_context():
            enter_tenant(world.tenant_id)
            start.wait()
            try:
                with transaction():
                    return suppression_uploads.confirm(world.admin, list_id, found.draft_id, now=world.now).added
            except NoSuchThing:
                return None
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4)), key=str) == [2, None, None, None]
