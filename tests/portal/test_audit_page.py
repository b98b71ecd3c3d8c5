"""The audit log as admins read it, and as a file: who, what, before and after, and nothing that must not be read."""

import ast
import csv
import io
import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.people import AuditEntry
from app.portal import audit_words
from app.services import audit, contract_edits
from app.transaction import read_only, transaction
from tests.portal.people import Person
from tests.support.applicant import newest_token
from tests.support.tree import modules
from tests.support.world import World


@pytest.fixture
def write(world: World, alice: Person):
    def written(action: str, before=None, after=None, actor: Actor | None = None, kind: str = "endpoint", at=None):
        enter_tenant(world.tenant_id)
        with transaction():
            audit.record(
                actor or alice.actor, action, (kind, world.publisher_id), now=at or clock.now(), before=before,
                after=after,
            )  # fmt: skip

    return written


def test_a_change_stands_there_with_its_hand_its_thing_and_both_values(alice: Person, world: World):
    path = f"/publishers/{world.publisher_id}"
    seen = re.search(r'name="seen" value="(\w+)"', alice.get(f"{path}/edit").text)[1]
    alice.post(f"{path}/edit", {"name": "Quick Quotes", "requests_per_minute": "7", "seen": seen})
    page = alice.get("/audit").text
    assert "Publisher changed" in page
    assert f'href="{path}"' in page
    assert f'href="/audit?who={alice.actor.principal_id}"' in page
    assert "<del>120</del> → <ins>7</ins>" in page


def test_filters_narrow_by_person_action_kind_thing_and_period(alice: Person, bob: Person, world: World, write):
    write("endpoint.enabled", at=clock.now() - timedelta(days=40))
    write("publisher.tickled", kind="publisher", actor=bob.actor)
    for query, there, gone in (
        (f"who={bob.actor.principal_id}", "Publisher tickled", "Webhook endpoint enabled"),
        ("action=endpoint.enabled", "Webhook endpoint enabled", "Publisher tickled"),
        ("kind=publisher", "Publisher tickled", "Webhook endpoint enabled"),
        (f"subject={world.publisher_id}&kind=endpoint", "Webhook endpoint enabled", "Publisher tickled"),
        ("period=30d", "Publisher tickled", "Webhook endpoint enabled"),
    ):
        rows = alice.get(f"/audit?{query}", htmx=True).text
        assert there in rows, query
        assert gone not in rows, query
    assert "Nothing in this view" in alice.get("/audit?action=nothing", htmx=True).text
    for wrong in ("who=bob", "kind=odd", "period=ever", "subject=1", "after=x"):
        assert alice.get(f"/audit?{wrong}").status_code == 400


def test_whoever_acts_in_anothers_place_is_named_with_them(alice: Person, bob: Person, northgate: UUID, write):
    both = Actor(bob.actor.tenant_id, Role.BUYER, alice.actor.principal_id, northgate, acting_as=bob.actor.principal_id)
    write("endpoint.registered", actor=both)
    assert "Alice acting as Bob" in alice.get("/audit").text
    assert "Alice acting as Bob" in alice.get(f"/audit?who={bob.actor.principal_id}").text


def test_contracts_changes_are_told_in_words(alice: Person, bob: Person, world: World, northgate: UUID):
    contract_id = world.contract(northgate, 5000, name="Second")
    enter_tenant(world.tenant_id)
    with transaction():
        contract_edits.set_status(alice.actor, contract_id, "paused", now=clock.now())
    page = alice.get("/audit").text
    assert "Contract changed" in page
    assert "<del>Active</del> → <ins>Paused</ins>" in page
    assert ">Second</a>" in page


def test_secrets_and_contact_data_are_never_shown(alice: Person, write):
    write(
        "endpoint.registered",
        before={"secret": "whsec_abc", "note": "call +447712345678"},
        after={
            "url": "https://user:pass@hooks.example/in?token=tok_123",
            "filters": {"field": "email", "value": "j.patel@example.co.uk"},
            "headers": {"X-Key": "kkk"},
            "nested": [{"api_token": "ttt"}],
        },
    )
    told = alice.get("/audit").text + alice.get("/audit.csv").text
    for hidden in ("whsec_abc", "7712345678", "user:pass", "tok_123", "j.patel", "kkk", "ttt"):
        assert hidden not in told, hidden
    assert "https://hooks.example/in?…" in told


def test_the_file_holds_what_is_filtered_computes_nothing_and_is_written_down(alice: Person, write):
    write("endpoint.enabled", after={"note": "fine"})
    write("publisher.tickled", after={"name": "=HYPERLINK(1)"}, kind="publisher")
    answer = alice.get("/audit.csv?kind=publisher&action=publisher.tickled")
    assert answer.mimetype == "text/csv"
    head, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert head[0] == "At (Europe/London)"
    assert row[1:4] == ["Alice", "publisher.tickled", "publisher"]
    assert row[4] == "QuickQuotes"
    assert not any(cell.startswith("=") for cell in row)
    answer.close()
    enter_tenant(alice.actor.tenant_id)
    with read_only():
        said = db.session.scalar(select(AuditEntry.after).where(AuditEntry.action == "audit.exported"))
    assert said["rows"] == 1
    assert said["complete"] is True


def test_pages_follow_each_other(alice: Person, write, monkeypatch):
    monkeypatch.setattr("app.portal.filters.PAGE_SIZE", 2)
    for number in range(3):
        write(f"endpoint.step_{number}", at=clock.now() + timedelta(seconds=number))
    first = alice.get("/audit?kind=endpoint", htmx=True).text
    assert "step 2" in first
    assert "step 0" not in first
    rest = first.partition('href="?')[2].partition('"')[0].replace("&amp;", "&")
    assert "step 0" in alice.get(f"/audit?{rest}", htmx=True).text


def test_another_tenants_log_is_another(dan: Person, alice: Person, write, app: Flask):
    write("endpoint.enabled", after={"note": "ours"})
    assert "ours" not in dan.get("/audit").text
    assert "Alice" not in dan.get("/audit").text


def test_every_kind_that_is_recorded_has_its_word_and_can_be_filtered_by():
    """Literal kinds in calls of ``audit.record``, ``added``, ``change`` and ``removed``."""
    found = set()
    for _, path in modules("app"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and len(node.args) >= 3:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                place = node.args[2]
                if name == "record" and isinstance(place, ast.Tuple):
                    place = place.elts[0]
                if name in {"record", "added", "change", "removed"} and isinstance(place, ast.Constant):
                    found.add(place.value)
    assert {"publisher", "user", "buyer"} <= found
    assert found <= set(audit_words.KINDS), found - set(audit_words.KINDS)


def test_no_secret_reaches_the_table(app: Flask, alice: Person, cara: Person, world: World):
    made = alice.post(f"/publishers/{world.publisher_id}/keys/new", {"kind": "ingest", "name": "CRM"}).text
    turned = cara.post(f"/keys/{world.key.id}/rotate", {"overlap": "0"}).text
    hooked = cara.post("/webhooks/new", {"url": "https://hooks.example/in", "events": "lead.rejected"}).text
    alice.post("/team/invite", {"name": "Ines", "email": "ines@example.com", "place": "admin"})
    secrets = [
        text for page in (made, turned, hooked) for text in re.findall(r"(?:pk_live_|whsec_)[\w+/=-]{20,}", page)
    ]
    assert len(set(secrets)) >= 3
    enter_tenant(world.tenant_id)
    with read_only():
        stored = json.dumps([list(row) for row in db.session.execute(select(AuditEntry.before, AuditEntry.after))])
    assert "hooks.example" in stored
    for secret in {*secrets, newest_token(), "ines@example.com"}:
        assert secret not in stored
