"""The editor of a campaign's fields: rows by the server, faults at their column, bodies tried, two editors."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from sqlalchemy import func, select

from app import clock
from app.db import db, enter_tenant
from app.domain.fields import Schema
from app.domain.presets import direct
from app.models.catalogue import Campaign
from app.models.leads import Lead
from app.services import catalogue_campaigns
from app.services.catalogue_edits import mark
from app.transaction import transaction
from tests.portal.people import Person
from tests.support.world import World

TAG = re.compile(r"<(?:input|select|textarea)\b[^>]*\bname=\"(k\.[^\"]+|seen|body)\"[^>]*>")
NEW = {"k.21.name": "loan_purpose", "k.21.type": "enum", "k.21.choices": "home\nbuy to let", "k.21.post": "1"}


@pytest.fixture
def path(world: World) -> str:
    return f"/campaigns/{world.campaign_id}/fields"


def form_on(page: str) -> dict[str, str]:
    """What a browser would send back of the editor's rows."""
    found = {}
    for tag in TAG.finditer(page):
        name, opening = tag[1], tag[0]
        if 'type="checkbox"' in opening and " checked" not in opening:
            continue
        if opening.startswith("<input"):
            value = re.search(r'\bvalue="([^"]*)"', opening)
            found[name] = unescape(value[1]) if value else ""
        elif opening.startswith("<textarea"):
            found[name] = unescape(page[tag.end() : page.index("</textarea>", tag.end())])
        else:
            chosen = re.search(
                r'<option value="([^"]*)" selected', page[tag.end() : page.index("</select>", tag.end())]
            )
            found[name] = chosen[1] if chosen else "string"
    return found


def stored(world: World) -> Schema:
    enter_tenant(world.tenant_id)
    kept = select(Campaign.schema).where(Campaign.id == world.campaign_id)
    return Schema.from_json(db.session.scalars(kept).one())


def test_an_untouched_form_changes_nothing(alice: Person, world: World, path: str):
    assert alice.post(path, form_on(alice.get(path).text)).status_code == 303
    assert stored(world) == direct("mortgages")


def test_a_field_is_added_moved_and_removed(alice: Person, world: World, path: str):
    form = form_on(alice.get(path).text)
    assert 'id="k.21.name"' in alice.post(path, form | {"do": "more:k"}).text
    assert alice.post(path, form | NEW).status_code == 303
    assert stored(world).fields[-1].enum == ("home", "buy to let")
    form = form_on(alice.get(path).text)
    moved = form_on(alice.post(path, form | {"do": "up:21"}).text)
    assert moved["k.20.name"] == "loan_purpose"
    gone = form_on(alice.post(path, moved | {"do": "less:20"}).text)
    assert "loan_purpose" not in gone.values()
    assert alice.post(path, gone).status_code == 303
    assert stored(world) == direct("mortgages")


def test_what_is_ours_has_no_button_and_no_way_out(alice: Person, world: World, path: str):
    page = alice.get(path).text
    assert ("Remove email" in page, "Remove deposit_gbp" in page) == (False, True)
    form = form_on(page)
    assert form_on(alice.post(path, form | {"do": "less:2"}).text) == form
    without = {name: value for name, value in form.items() if not name.startswith("k.2.")}
    answer = alice.post(path, without)
    assert (answer.status_code, "cannot be removed: email" in answer.text) == (422, True)
    assert alice.post(path, form | {"k.2.type": "string"}).status_code == 422
    assert stored(world) == direct("mortgages")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"k.21.name": "email", "k.21.type": "string"}, "name"),
        ({"k.21.name": "x", "k.21.type": "enum"}, "choices"),
        ({"k.21.name": "x", "k.21.type": "colour"}, "type"),
        ({"k.21.name": "x", "k.21.type": "integer", "k.21.min": "9", "k.21.max": "1"}, "max"),
    ],
)
def test_faults_stand_at_their_column_and_what_was_typed_stays(
    alice: Person, path: str, change: dict[str, str], column: str
):
    answer = alice.post(path, form_on(alice.get(path).text) | change)
    assert answer.status_code == 422
    assert f'id="k.21.{column}-fault"' in answer.text
    assert form_on(answer.text)["k.21.name"] == change["k.21.name"]


def test_fields_say_which_contracts_go_by_them(alice: Person, world: World, path: str):
    tree = {"all": [{"field": "deposit_gbp", "op": "ge", "value": 1}, {"field": "city", "op": "eq", "value": "Leeds"}]}
    rule = {"name": "Big", "when": {"field": "deposit_gbp", "op": "ge", "value": 9}, "price_minor": 9900}
    buyer_id = world.buyer("Fenwick")
    world.contract(buyer_id, 5700, filters=tree, price_rules=[rule])
    world.contract(buyer_id, 5800, filters={"field": "deposit_gbp", "op": "ge", "value": 2})
    world.contract(buyer_id, 5900, filters={"field": "region", "op": "eq", "value": "TX"}, status="paused")
    page = alice.get(path).text
    assert ("2 active contracts go by it" in page, "1 active contract goes by it" in page) == (True, True)
    assert page.count("go by it") + page.count("goes by it") == 2


def test_the_body_that_is_offered_passes(alice: Person, path: str):
    form = form_on(alice.get(path).text)
    answer = alice.post(path, form | {"do": "try"}, htmx=True)
    assert "It would be let in" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Lead)) == 0


def test_a_body_is_judged_by_fields_that_are_not_saved_yet(alice: Person, world: World, path: str):
    form = form_on(alice.get(path).text)
    answer = alice.post(path, form | NEW | {"do": "try"}).text
    assert "1 problem" in answer
    assert "<code>loan_purpose</code><span>Required on post." in answer
    body = json.dumps({**json.loads(form["body"]), "loan_purpose": "HOME", "email": "<img src=x onerror=1>"})
    answer = alice.post(path, form | NEW | {"do": "try", "body": body}).text
    assert ("<code>email</code>" in answer, "<img" in answer) == (True, False)
    assert stored(world) == direct("mortgages")


@pytest.mark.parametrize(
    ("body", "said"),
    [("", "empty"), ("[1]", "must be a JSON object"), ('{"a": 1, "a": 2}', "twice"), ("{", "breaks at line 1")],
)
def test_what_is_no_body_is_said(alice: Person, path: str, body: str, said: str):
    answer = alice.post(path, form_on(alice.get(path).text) | {"do": "try", "body": body})
    assert (answer.status_code, said in unescape(answer.text)) == (200, True)


def test_two_editors_of_the_fields_see_both_values(alice: Person, world: World, path: str):
    form = form_on(alice.get(path).text)
    with transaction():
        enter_tenant(world.tenant_id)
        terms = {"schema": stored(world).to_json()}
        less = Schema(stored(world).fields[:-1])
        catalogue_campaigns.edit_schema(world.admin, world.campaign_id, less, seen=mark(terms), now=clock.now())
    answer = alice.post(path, form | NEW)
    assert answer.status_code == 409
    assert "loan_purpose, one of a list, required on post, home, buy to let" in answer.text
    again = form_on(answer.text)
    theirs = form_on(alice.post(path, again | {"clash": "1", "do": "theirs:schema"}).text)
    assert "k.20.name" not in theirs
    assert alice.post(path, again | {"clash": "1"}).status_code == 303
    assert stored(world).fields[-1].name == "loan_purpose"
