"""The contracts' pages: the list, the editor's round trips, faults, clashes, approvals, and what is not yours."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.db import db
from app.domain.actor import Role
from app.models.contracts import Contract
from app.models.people import AuditEntry
from app.queries import contracts as reading
from app.services import contract_edits, intake
from app.transaction import transaction
from tests.portal.people import Person, add_user, seat
from tests.support.world import World, submission

CONTROL = re.compile(r"<select\b([^>]*)>(.*?)</select>|<input\b([^>]*)>", re.DOTALL)
HOT = {"name": "Hot", "when": {"field": "score", "op": "ge", "value": 80}, "price_minor": 7500}
TREE = {
    "all": [
        {
            "any": [
                {"field": "city", "op": "eq", "value": "Leeds"},
                {"field": "score", "op": "between", "value": [1, 99]},
            ]
        },
        {"not": {"any": [{"field": "postal_code", "op": "postcode_prefix", "value": ["BT", "JE"]}]}},
    ]
}


@pytest.fixture
def contract_id(northgate: UUID) -> UUID:
    return db.session.scalars(select(Contract.id)).one()


@pytest.fixture
def eve(app, world: World) -> Person:
    buyer_id = world.buyer("Fenwick")
    return seat(app, add_user(world.admin, Role.BUYER, "eve@example.com", buyer_id), "eve@example.com")


def form_on(page: str) -> dict[str, list[str] | str]:
    """What a browser would send back of the editor's form."""
    html = page[page.index('<form id="editor"') : page.index("</form>", page.index('<form id="editor"'))]
    found: dict[str, list[str] | str] = {}
    for tag in CONTROL.finditer(html):
        attributes, inside = tag[1] or tag[3], tag[2]
        name = re.search(r'\bname="([^"]+)"', attributes)
        if not name:
            continue
        if inside is not None:
            options = re.search(r'<option value="([^"]*)" selected', inside)
            chosen = options or re.search(r'<option value="([^"]*)"', inside)
            found[name[1]] = unescape(chosen[1]) if chosen else ""
        elif 'type="checkbox"' in attributes or 'type="radio"' in attributes:
            if " checked" in attributes:
                value = re.search(r'\bvalue="([^"]*)"', attributes)
                held = found.setdefault(name[1], [])
                assert isinstance(held, list)
                held.append(value[1] if value else "on")
        else:
            value = re.search(r'\bvalue="([^"]*)"', attributes)
            found[name[1]] = unescape(value[1]) if value else ""
    found.pop("csrf_token", None)
    return found


def opened(person: Person, contract_id: UUID) -> dict[str, list[str] | str]:
    return form_on(person.get(f"/contracts/{contract_id}").text)


def stored(world: World, contract_id: UUID) -> reading.Snapshot:
    found = reading.snapshot(world.admin, contract_id)
    assert found is not None
    return found


def change(world: World, contract_id: UUID, **terms: object) -> None:
    with transaction():
        version = stored(world, contract_id).version
        contract_edits.edit(world.admin, contract_id, terms, version=version, now=clock.now())


def test_the_list_says_what_each_contract_buys(alice, world, contract_id, lead_id):
    change(world, contract_id, caps=[{"measure": "count", "period": "day", "limit": 4, "zone": "Europe/London"}])
    intake.submit(world.access(), submission(7), now=clock.now())
    page = alice.get("/contracts").text
    for words in ("Northgate UK", "£62.00", "1 / 4", "resets", "Always open", "Mortgages", "Active"):
        assert words in page


def test_pausing_asks_first_and_can_be_undone(alice, world, contract_id):
    asked = alice.get(f"/contracts?ask={contract_id}").text
    assert "From the next lead on it buys nothing" in asked
    answer = alice.post(f"/contracts/{contract_id}/pause", {"back": "/contracts"})
    assert answer.location.endswith(f"/contracts?done={contract_id}")
    assert stored(world, contract_id).status == "paused"
    assert "Undo" in alice.get(answer.location).text
    alice.post(f"/contracts/{contract_id}/resume")
    assert stored(world, contract_id).status == "active"


def test_a_form_sent_back_untouched_changes_nothing(alice, world, contract_id):
    row = {"weekdays": [0, 1], "opens": "09:00", "closes": "17:00", "price_minor": 6500, "cap": 3}
    cap = {"measure": "money", "period": "week", "limit": 50_000, "zone": "Europe/London"}
    change(world, contract_id, filters=TREE, price_rules=[HOT], schedule=[row], caps=[cap])
    before = stored(world, contract_id)
    form = opened(alice, contract_id)
    assert alice.post(f"/contracts/{contract_id}", form).status_code == 303
    assert stored(world, contract_id) == before


def test_rows_come_and_go_by_the_server_and_nothing_is_stored(alice, world, contract_id):
    before = stored(world, contract_id)
    form = opened(alice, contract_id)
    for do in ("add:f", "group:f", "add:f.1", "more:c", "more:s", "more:p", "more:p", "group:p.1.w"):
        answer = alice.post(f"/contracts/{contract_id}/draft", form | {"do": do})
        assert answer.status_code == 200
        form = form_on(answer.text)
    for name in ("f.0.field", "f.1.1.op", "c.0.limit", "s.0.opens", "p.1.w.1.0.value"):
        assert name in form
    form = form_on(alice.post(f"/contracts/{contract_id}/draft", form | {"do": "drop:f.1", "p.0.name": "First"}).text)
    form = form_on(alice.post(f"/contracts/{contract_id}/draft", form | {"do": "down:p.0"}).text)
    assert "f.1.mode" not in form
    assert (form["p.0.name"], form["p.1.name"]) == ("", "First")
    assert stored(world, contract_id) == before


def test_a_place_is_added_by_the_helper(alice, world, contract_id):
    form = opened(alice, contract_id) | {"geo.kind": "postcode", "geo.value": "SW1, EC2", "do": "geo"}
    form = form_on(alice.post(f"/contracts/{contract_id}/draft", form).text)
    alice.post(f"/contracts/{contract_id}", form)
    tree = {"field": "postal_code", "op": "postcode_prefix", "value": ["SW1", "EC2"]}
    assert stored(world, contract_id).terms["filters"] == tree


def test_faults_stand_beside_their_fields_and_what_was_typed_stays(alice, world, contract_id):
    form = opened(alice, contract_id) | {
        "price": "sixty", "minimum_score": "900", "f.mode": "all", "f.0.field": "score", "f.0.op": "ge",
        "f.0.value": "high <b>", "c.0.limit": "", "c.0.measure": "count", "c.0.period": "day", "c.0.zone": "UTC",
    }  # fmt: skip
    answer = alice.post(f"/contracts/{contract_id}", form)
    assert answer.status_code == 422
    page = answer.text
    for name in ("price", "f.0.value", "c.0.limit"):
        assert f'id="{name}-fault"' in page
        assert f'href="#{name}"' in page
    assert 'value="sixty"' in page
    assert 'value="high &lt;b&gt;"' in page
    assert "<b>" not in page
    assert stored(world, contract_id).version == 1


def test_a_fault_of_the_service_comes_back_beside_its_field(alice, contract_id):
    form = opened(alice, contract_id) | {"multiplier": "0", "zone": "Moon/Base"}
    page = alice.post(f"/contracts/{contract_id}", form)
    assert page.status_code == 422
    assert 'id="multiplier-fault"' in page.text
    assert 'id="zone-fault"' in page.text


def test_the_second_editor_sees_both_values_and_chooses(alice, world, contract_id):
    form = opened(alice, contract_id) | {"price": "70.00", "minimum_score": "20"}
    change(world, contract_id, price_minor=6500)
    answer = alice.post(f"/contracts/{contract_id}", form)
    assert answer.status_code == 409
    assert "£70.00" in answer.text
    assert "£65.00" in answer.text
    assert stored(world, contract_id).terms["price_minor"] == 6500
    form = form_on(answer.text) | {"do": "theirs:price_minor"}
    form = form_on(alice.post(f"/contracts/{contract_id}/draft", form).text)
    assert (form["price"], form["minimum_score"]) == ("65.00", "20")
    assert alice.post(f"/contracts/{contract_id}", form).status_code == 303
    now = stored(world, contract_id).terms
    assert (now["price_minor"], now["minimum_score"]) == (6500, 20)


def test_a_buyers_change_waits_and_holds_once_an_admin_approves(alice, bob, world, contract_id):
    form = opened(bob, contract_id)
    assert "rank" not in form
    form = form_on(bob.post(f"/contracts/{contract_id}/draft", form | {"do": "more:c"}).text) | {"c.0.limit": "0"}
    bob.post(f"/contracts/{contract_id}", form)
    assert "waits for approval" in bob.get(f"/contracts/{contract_id}").text
    later = clock.now() + timedelta(seconds=1)
    assert intake.submit(world.access(), submission(3), now=later).state == "sold"
    listed = alice.get("/changes").text
    change_id = re.search(r"/changes/([0-9a-f-]{36})", listed)[1]
    shown = alice.get(f"/changes/{change_id}").text
    assert "No caps" in shown
    assert "0 leads a day" in shown
    version = re.search(r'name="version" value="(\d+)"', shown)[1]
    assert alice.post(f"/changes/{change_id}/reject", {"message": ""}).status_code == 422
    assert alice.post(f"/changes/{change_id}/approve", {"version": "77"}).status_code == 409
    assert alice.post(f"/changes/{change_id}/approve", {"version": version}).status_code == 303
    assert intake.submit(world.access(), submission(4), now=later).state == "unsold"
    assert "Approved" in bob.get(f"/changes/{change_id}").text


def test_permissions_are_edited_part_by_part(alice, bob, world, northgate, contract_id):
    given = dict.fromkeys(("status", "filters", "caps", "price", "schedule", "minimum_score"), "no")
    assert alice.post(f"/buyers/{northgate}/permissions", given | {"caps": "maybe"}).status_code == 422
    alice.post(f"/buyers/{northgate}/permissions", given | {"minimum_score": "instant"})
    form = opened(bob, contract_id) | {"minimum_score": "55", "price": "1.00"}
    bob.post(f"/contracts/{contract_id}", form)
    now = stored(world, contract_id).terms
    assert (now["minimum_score"], now["price_minor"]) == (55, 6200)
    assert bob.post(f"/contracts/{contract_id}/pause").status_code == 422


def test_a_lead_is_tried_with_every_check_and_the_rule(alice, world, contract_id, lead_id):
    change(world, contract_id, filters={"field": "postal_code", "op": "postcode_prefix", "value": ["M"]},
           price_rules=[HOT | {"when": {"all": []}}])  # fmt: skip
    page = alice.post(
        f"/contracts/{contract_id}/estimate", opened(alice, contract_id) | {"lead": str(lead_id)}, htmx=True
    )
    assert page.text.lstrip().startswith('<section id="panel"')
    for words in ("Would not buy", "is not in M", "Hot", "decides", "£75.00"):
        assert words in page.text


def test_a_new_contract_is_made_and_delivered_to_a_checked_address(alice, world, northgate):
    form = form_on(alice.get(f"/contracts/new?buyer={northgate}").text)
    typed = form | {"name": "Fresh", "price": "44", "offer": [str(world.offer_id)], "setup": "http"}
    assert (
        alice.post(f"/contracts/new/{northgate}", typed | {"setup_url": "http://169.254.169.254/"}).status_code == 422
    )
    made = alice.post(f"/contracts/new/{northgate}", typed | {"setup": "portal"})
    assert made.status_code == 303
    assert "Fresh" in alice.get(made.location).text


def test_a_tried_lead_stays_masked_for_staff_and_is_whole_for_whoever_bought_it(
    alice, bob, world, contract_id, lead_id
):
    in_manchester = {"field": "postal_code", "op": "postcode_prefix", "value": ["M"]}
    change(world, contract_id, filters=in_manchester, price_rules=[HOT | {"when": in_manchester}])
    tried = {"lead": str(lead_id)}
    for person, told, times in ((alice, "sw1a ••••", 2), (bob, "sw1a 1aa", 2)):
        page = person.post(f"/contracts/{contract_id}/estimate", opened(person, contract_id) | tried, htmx=True).text
        assert page.count(f"postal_code {told} is not in M") == times
        assert ("1aa" in page) is (person is bob)


def test_what_is_not_yours_is_not_there_and_was_written_down(eve, cara, dan, world, contract_id):
    for stranger in (eve, cara):
        assert stranger.get(f"/contracts/{contract_id}").status_code == 404
        assert stranger.get(f"/contracts/{contract_id}", htmx=True).status_code == 404
        for path in ("", "/draft", "/estimate", "/pause", "/delivery"):
            assert stranger.post(f"/contracts/{contract_id}{path}").status_code == 404
    assert dan.get(f"/contracts/{contract_id}").status_code == 404
    assert cara.get("/contracts").status_code == 404
    assert "Northgate" not in eve.get("/contracts").text
    actions = list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == contract_id)))
    assert actions.count("contract.not_theirs") >= 5
    assert actions.count("page.not_theirs") >= 5
    assert stored(world, contract_id).version == 1


def test_a_change_and_a_buyers_permissions_are_not_a_strangers(alice, bob, eve, cara, northgate, contract_id):
    bob.post(f"/contracts/{contract_id}/pause")
    change_id = re.search(r"/changes/([0-9a-f-]{36})", bob.get("/changes").text)[1]
    for stranger in (eve, cara):
        assert stranger.get(f"/changes/{change_id}").status_code == 404
        for act in ("approve", "reject", "withdraw"):
            assert stranger.post(f"/changes/{change_id}/{act}", {"message": "x"}).status_code == 404
    for person in (bob, eve, cara):
        assert person.get(f"/buyers/{northgate}/permissions").status_code == 404
        assert person.get("/contracts/new").status_code == 404
    assert bob.post(f"/changes/{change_id}/approve", {"version": "1"}).status_code == 404
    assert "Nothing waits" in eve.get("/changes").text
    assert bob.post(f"/changes/{change_id}/withdraw").status_code == 303
    assert alice.post(f"/changes/{change_id}/approve", {"version": "1"}).status_code == 422
    actions = set(db.session.scalars(select(AuditEntry.action)))
    assert {"contract_change.not_theirs", "page.not_theirs", "contract_change.withdrawn"} <= actions


def test_the_page_undoes_a_pause_at_once(alice, world, contract_id):
    answer = alice.post(f"/contracts/{contract_id}/pause", {"back": f"/contracts/{contract_id}"})
    assert "Paused: from the next lead on it buys nothing." in alice.get(answer.location).text
