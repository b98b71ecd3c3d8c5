"""Value lists in the portal: made, changed, obeyed by filters, and kept while contracts use them."""

import io
import re
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.db import db, enter_tenant
from app.models.contracts import ValueList
from app.models.leads import Lead
from app.services import intake, value_lists
from app.services.changes import NoSuchThing, Refused
from app.transaction import transaction
from tests.portal.people import Person
from tests.support.databases import Database
from tests.support.world import World, submission

WAS = re.compile(r'name="was" value="([^"]+)"')
FILTER = {"field": "postal_code", "op": "in_list", "value": "near"}


@pytest.fixture
def database(sqlite: Database) -> Database:
    return sqlite


@pytest.fixture
def near(world: World, alice: Person) -> str:
    """A list of one postcode; its page."""
    answer = alice.post("/lists/new", {"name": "near", "lines": "SW1A 1AA\n sw1a 1aa \n\n"})
    assert answer.status_code == 303
    return answer.location


def values(world: World) -> list[str]:
    enter_tenant(world.tenant_id)
    return list(db.session.scalars(select(ValueList.entries).where(ValueList.name == "near")).one())


def change(alice: Person, near: str, lines: str, **more: object):
    [was] = WAS.findall(alice.get(near).text)
    return alice.post(near, {"was": was, "lines": lines, **more}, content_type="multipart/form-data")


def test_values_are_kept_as_filters_compare_them(world: World, near: str):
    assert values(world) == ["sw1a 1aa"]


def test_the_next_lead_obeys_a_changed_list(world: World, alice: Person, near: str):
    world.contract(world.buyer("Northgate"), 6200, filters=FILTER)
    states = []
    for number, lines in enumerate(("M1 1AE", "SW1A 1AA")):
        assert change(alice, near, lines).status_code == 303
        found = intake.submit(world.access(), submission(number), now=clock.now())
        enter_tenant(world.tenant_id)
        states.append(db.session.scalar(select(Lead.state).where(Lead.id == found.lead_id)))
    assert states == ["unsold", "sold"]


def test_a_file_adds_its_lines(world: World, alice: Person, near: str):
    change(alice, near, "SW1A 1AA", file=(io.BytesIO(b"M1 1AE\nLS1 4AP\n"), "more.txt"))
    assert set(values(world)) == {"sw1a 1aa", "m1 1ae", "ls1 4ap"}


def test_of_two_people_who_change_it_the_second_sees_both(world: World, alice: Person, near: str):
    [was] = WAS.findall(alice.get(near).text)
    change(alice, near, "M1 1AE")
    answer = alice.post(near, {"was": was, "lines": "LS1 4AP"})
    assert answer.status_code == 409
    assert "LS1 4AP" in answer.text
    assert "m1 1ae" in answer.text
    assert values(world) == ["m1 1ae"]
    [now] = WAS.findall(answer.text)
    assert alice.post(near, {"was": now, "lines": "LS1 4AP\nm1 1ae"}).status_code == 303


def test_a_list_that_contracts_use_stays(world: World, alice: Person, near: str):
    contract = world.contract(world.buyer("Northgate"), 6200, name="Northgate near", filters={"all": [FILTER]})
    page = alice.get(near).text
    assert "Northgate near" in page
    assert str(contract) in page
    answer = alice.post(f"{near}/delete")
    assert answer.status_code == 422
    assert "used by Northgate near" in answer.text
    assert alice.get(near).status_code == 200


def test_price_rules_use_lists_too(world: World, alice: Person, near: str):
    world.contract(world.buyer("Northgate"), 6200, price_rules=[{"name": "x", "when": FILTER, "price_minor": 7000}])
    assert alice.post(f"{near}/delete").status_code == 422


def test_one_that_nobody_uses_is_deleted(alice: Person, near: str):
    assert "Delete near?" in alice.get(f"{near}?delete=1").text
    assert alice.post(f"{near}/delete").status_code == 303
    assert alice.get(near).status_code == 404


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "", "lines": "x"}, "name"),
        ({"name": "near", "lines": "x"}, "name"),
        ({"name": "new", "lines": "x" * 300}, "lines"),
        ({"name": "near values", "lines": "x" * 300}, "lines"),
    ],
)
def test_a_faulty_list_says_where(alice: Person, near: str, form: dict[str, str], field: str):
    answer = alice.post("/lists/new", form)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text


def test_the_name_is_at_fault_whatever_it_is_called(alice: Person):
    assert alice.post("/lists/new", {"name": "values", "lines": "x"}).status_code == 303
    answer = alice.post("/lists/new", {"name": "values", "lines": "x"})
    assert (answer.status_code, 'href="#name"' in answer.text) == (422, True)


def test_a_file_that_is_no_text_is_refused(alice: Person):
    answer = alice.post("/lists/new", {"name": "new", "lines": "", "file": (io.BytesIO(b"a\x00b"), "odd.txt")})
    assert (answer.status_code, 'href="#lines"' in answer.text) == (422, True)


def test_another_tenants_list_is_no_list(world: World, other: World, near: str):
    list_id = UUID(near.rpartition("/")[2])
    enter_tenant(other.tenant_id)
    with pytest.raises(NoSuchThing), transaction():
        value_lists.change(other.admin, list_id, [], was="", now=clock.now())
    with pytest.raises(Refused), transaction():
        value_lists.add(other.admin, "x" * 81, [], now=clock.now())
