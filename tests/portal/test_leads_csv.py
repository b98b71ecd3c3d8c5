import csv
import io
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.people import AuditEntry
from app.portal import csv_out
from app.services import intake
from app.transaction import read_only
from tests.portal.people import Person, add_user, seat
from tests.support.world import World, submission

ODD = {"first_name": '=HYPERLINK("http://evil.example","Zoë")', "last_name": "<img src=x onerror=alert(1)>"}


@pytest.fixture
def odd_id(world: World, lead_id: UUID) -> UUID:
    """A lead of somebody whose name is a formula."""
    return intake.submit(world.access(), submission(9, **ODD), now=world.now).lead_id


def rows(person: Person, query: str = "period=all", *, post: bool = False) -> list[dict[str, str]]:
    answer = person.post(f"/leads.csv?{query}") if post else person.get(f"/leads.csv?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/csv"
    assert answer.text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def audited(world: World, action: str) -> list[dict[str, object]]:
    enter_tenant(world.tenant_id)
    with read_only():
        found = db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
        return [entry.after or {} for entry in found]


def test_the_file_holds_exactly_what_the_list_finds(alice: Person, world: World, lead_id: UUID, rejected_id: UUID):
    for query in ("period=all", "state=rejected", "state=sold", "state=sold&state=rejected", "period=yesterday"):
        page = alice.get(f"/leads?{query}").text
        found = rows(alice, query)
        assert page.count('class="row-link"') == len(found), query
        assert all(row["Lead"] in page for row in found), query
    assert [row["Lead id"] for row in rows(alice, "state=rejected")] == [str(rejected_id)]


def test_heads_name_zone_and_currency_and_numbers_are_bare(alice: Person, lead_id: UUID):
    [row] = rows(alice)
    assert row["Price (GBP)"] == "62.00"
    assert row["Payout (GBP)"] == "38.00"
    assert row["Received (Europe/London)"].startswith("20")
    assert row["Test"] == "no"


def test_the_columns_are_those_of_the_view(alice: Person, lead_id: UUID):
    [row] = rows(alice, "columns=who,buyer,margin")
    assert list(row) == [
        "Lead", "Lead id", "Test", "First name", "Last name", "E-mail" if "E-mail" in row else "Email", "Phone",
        "Postal code", "Sold to", "Margin (GBP)",
    ]  # fmt: skip
    assert (row["Sold to"], row["Margin (GBP)"]) == ("Northgate", "24.00")


def test_staff_get_people_masked(alice: Person, world: World, lead_id: UUID):
    [row] = rows(alice, "columns=who,fields")
    assert row["First name"] == "J••••"
    assert "Patel" not in str(row)
    assert "j.patel" not in str(row)
    [entry] = audited(world, "leads.exported")
    assert entry | {"columns": []} == {
        "filter": {}, "columns": [], "personal": False, "rows": 1, "complete": True,
    }  # fmt: skip
    assert audited(world, "leads.revealed") == []


def test_staff_get_people_when_they_ask_for_them_and_that_is_written_down(alice: Person, world: World, lead_id: UUID):
    [row] = rows(alice, "columns=who&period=all", post=True)
    assert (row["First name"], row["Last name"], row["Phone"]) == ("James", "Patel", "'+447712300001")
    [reveal], [export] = audited(world, "leads.revealed"), audited(world, "leads.exported")
    assert reveal == {"filter": {"period": "all"}, "columns": ["lead", "who"], "personal": True}
    assert export == reveal | {"rows": 1, "complete": True}


def test_companies_get_their_own_in_full(bob: Person, cara: Person, world: World, lead_id: UUID, rejected_id: UUID):
    [bought] = rows(bob)
    assert bought["Last name"] == "Patel"
    assert bought["Price (GBP)"] == "62.00"
    assert not {"Payout (GBP)", "Margin (GBP)", "Publisher", "Source", "State", "Sold to"} & set(bought)
    sent = rows(cara)
    assert [row["Lead id"] for row in sent] == [str(rejected_id), str(lead_id)]
    assert sent[1]["Payout (GBP)"] == "38.00"
    assert not {"Price (GBP)", "Margin (GBP)", "Publisher", "Sold to"} & set(sent[1])
    assert [entry["rows"] for entry in audited(world, "leads.exported")] == [1, 2]


def test_columns_of_others_cannot_be_asked_for(bob: Person, cara: Person, lead_id: UUID):
    assert not {"Payout (GBP)", "Sold to", "Publisher"} & set(rows(bob, "columns=payout,buyer,from,margin,price")[0])
    assert not {"Price (GBP)", "Sold to"} & set(rows(cara, "columns=price,buyer,margin,payout")[0])


def test_what_is_anothers_is_in_nobodys_file(app: Flask, world: World, dan: Person, bob: Person, lead_id: UUID):
    harbour = world.buyer("Harbour")
    rival = seat(app, add_user(world.admin, Role.PUBLISHER, "rival@example.com", uuid4()), "rival@example.com")
    hal = seat(app, add_user(world.admin, Role.BUYER, "hal@example.com", harbour), "hal@example.com")
    for person in (dan, rival, hal):
        assert rows(person) == []
        assert rows(person, f"period=all&buyer={bob.actor.owner_id}&publisher={world.publisher_id}") == []
    assert rows(bob, f"period=all&buyer={harbour}")  # a filter that is not theirs is not read


def test_only_staff_may_ask_for_personal_data_by_name(bob: Person, cara: Person, world: World, lead_id: UUID):
    for person in (bob, cara):
        assert person.post("/leads.csv").status_code == 404
    assert len(audited(world, "page.not_theirs")) == 2


def test_a_name_that_is_a_formula_stays_a_name(bob: Person, alice: Person, odd_id: UUID):
    row = next(row for row in rows(bob, "columns=who") if row["Lead id"] == str(odd_id))
    assert row["First name"] == "'" + ODD["first_name"]
    assert row["Last name"] == ODD["last_name"]
    page = alice.get("/leads").text
    assert "<img src=x" not in page
    assert "HYPERLINK" not in page


def test_a_sorted_list_is_a_file_of_all_of_it(alice: Person, lead_id: UUID, rejected_id: UUID):
    assert [row["Lead id"] for row in rows(alice, "sort=-score")] == [str(rejected_id), str(lead_id)]
    assert [row["Lead id"] for row in rows(alice, "sort=received")] == [str(lead_id), str(rejected_id)]


def test_a_long_file_comes_in_batches(
    alice: Person, lead_id: UUID, rejected_id: UUID, odd_id: UUID, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(csv_out, "BATCH", 2)
    assert len({row["Lead id"] for row in rows(alice)}) == 3


def test_the_link_carries_the_filter_and_ends_in_its_kind(alice: Person, bob: Person, lead_id: UUID):
    assert 'href="/leads.csv?state=sold&amp;sort=-score" download' in alice.get("/leads?sort=-score&state=sold").text
    assert 'href="/leads.csv?tier=hot" download' in bob.get("/leads?tier=hot").text
    assert 'action="/leads.csv' not in bob.get("/leads").text
