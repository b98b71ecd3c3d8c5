from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text, update

from app.db import db, enter_tenant
from app.domain.ids import short_id
from app.models.leads import Lead
from app.services import intake, parties
from app.transaction import transaction
from tests.portal.people import Person
from tests.support.world import World, submission

SECRETS = ("j.patel1@example.co.uk", "+447712300001", "James", "Patel")


def test_an_admin_sees_the_answer_in_one_line(alice: Person, lead_id: UUID):
    page = alice.get(f"/leads/{lead_id}").text
    assert "Sold to Northgate for £62.00" in page
    assert "publisher paid £38.00" in page


def test_every_contract_stands_there_with_its_reason_and_code(alice: Person, world: World, northgate: UUID):
    fenwick = world.buyer("Fenwick")
    world.contract(fenwick, 5700, name="Fenwick", filters={"field": "deposit_gbp", "op": "ge", "value": 75000})
    harbour = world.buyer("Harbour")
    world.contract(harbour, 5600, name="Harbour", caps=(("day", 0, "count"),))
    made = intake.submit(world.access(), submission(), now=world.now + timedelta(minutes=1))
    page = alice.get(f"/leads/{made.lead_id}").text
    for words in (
        "Fenwick",
        "Deposit £70,000 is under £75,000",
        "filter_mismatch",
        "0 of 0 taken today",
        "daily_cap_reached",
    ):
        assert words in page


def test_a_reason_shows_the_person_only_once_it_is_asked_for(alice: Person, world: World, northgate: UUID):
    thistle = world.buyer("Thistle")
    world.contract(thistle, 5700, filters={"field": "postal_code", "op": "postcode_prefix", "value": ["G", "EH"]})
    lead_id = intake.submit(world.access(), submission(), now=world.now + timedelta(minutes=1)).lead_id
    assert "sw1a •••• is not in" in alice.get(f"/leads/{lead_id}").text
    assert "sw1a 1aa" not in alice.get(f"/leads/{lead_id}").text
    assert "sw1a 1aa is not in" in alice.post(f"/leads/{lead_id}/reveal", {}).text


@pytest.mark.parametrize("who", ["alice", "cara"])
def test_a_duplicate_says_once_what_it_repeats(
    request: pytest.FixtureRequest, who: str, rejected_id: UUID, lead_id: UUID
):
    page = request.getfixturevalue(who).get(f"/leads/{rejected_id}").text
    assert page.count("This person was already sent within the duplicate window.") == 1
    assert f'the same e-mail as <a href="/leads/{lead_id}">{short_id(lead_id)}</a>, 1 minute before' in page
    assert "duplicate:email" not in page
    assert page.count("<code>duplicate</code>") == 1


def test_a_first_lead_of_another_publisher_stays_unnamed(
    alice: Person, cara: Person, world: World, rejected_id: UUID, lead_id: UUID
):
    with transaction():
        rival = parties.add_publisher(world.admin, "Rival", now=world.now)
        db.session.execute(update(Lead).where(Lead.id == lead_id).values(publisher_id=rival))
    page = cara.get(f"/leads/{rejected_id}").text
    assert "the same e-mail as an earlier lead" in page
    assert not [word for word in (str(lead_id), short_id(lead_id), " before") if word in page.partition("<main")[2]]
    assert short_id(lead_id) in alice.get(f"/leads/{rejected_id}").text


def test_the_headline_names_what_took_how_long_and_the_score_stands_once(alice: Person, lead_id: UUID):
    page = alice.get(f"/leads/{lead_id}").text
    assert "decided in " in page
    assert page.count(">score ") == 1
    assert ", score " not in page


def test_a_field_that_was_wrong_is_named(alice: Person, world: World, northgate: UUID):
    made = intake.submit(world.access(), submission(phone="12"), now=world.now + timedelta(minutes=1))
    page = alice.get(f"/leads/{made.lead_id}").text
    assert "<strong>Telephone</strong> Must be a telephone number" in page


@pytest.mark.parametrize("who", ["alice", "bob", "cara"])
def test_the_person_is_masked_until_asked_for(request: pytest.FixtureRequest, who: str, lead_id: UUID):
    person: Person = request.getfixturevalue(who)
    page = person.get(f"/leads/{lead_id}").text
    assert not [word for word in SECRETS if word in page.partition("<main")[2]]
    assert "j••••@example.co.uk" in page
    shown = person.post(f"/leads/{lead_id}/reveal")
    assert shown.status_code == 200
    assert all(word in shown.text for word in SECRETS)
    assert shown.headers["Cache-Control"] == "no-store"


def test_asking_for_the_person_is_written_down(alice: Person, lead_id: UUID):
    alice.post(f"/leads/{lead_id}/reveal")
    enter_tenant(alice.actor.tenant_id)
    row = db.session.execute(
        text("select action, subject_id, actor_id from audit_entries where action = 'lead.revealed'")
    ).one()
    assert UUID(str(row.subject_id)) == lead_id
    assert UUID(str(row.actor_id)) == alice.actor.principal_id


def test_htmx_gets_the_lead_alone(alice: Person, lead_id: UUID):
    part = alice.post(f"/leads/{lead_id}/reveal", htmx=True)
    assert part.text.lstrip().startswith('<div class="lead"')
    assert "HX-Request" in part.headers["Vary"]


def test_tidying_is_shown_before_and_after(alice: Person, lead_id: UUID):
    page = alice.post(f"/leads/{lead_id}/reveal").text
    assert "<s>SW1A 1AA</s>" in page
    assert "sw1a 1aa" in page


def test_a_publisher_reads_its_payout_and_no_buyer_and_no_price(cara: Person, lead_id: UUID):
    page = cara.get(f"/leads/{lead_id}").text
    assert "You are paid £38.00." in page
    assert "Northgate" not in page
    assert "62.00" not in page
    assert "24.00" not in page


def test_a_buyer_reads_its_price_and_neither_publisher_nor_margin(bob: Person, lead_id: UUID):
    page = bob.get(f"/leads/{lead_id}").text
    assert "Bought for £62.00 by Northgate UK" in page
    assert "QuickQuotes" not in page
    assert "38.00" not in page
    assert "24.00" not in page


def test_a_name_made_of_markup_is_text(alice: Person, world: World, northgate: UUID):
    evil = "<img src=x onerror=alert(1) hx-get=/leads>"
    made = intake.submit(world.access(), submission(first_name=evil), now=world.now + timedelta(minutes=1))
    for answer in (alice.post(f"/leads/{made.lead_id}/reveal"), alice.get("/leads"), alice.get("/live")):
        assert "<img" not in answer.text


def test_deliveries_and_messages_stand_in_the_timeline(
    alice: Person, delivery_id: UUID, rejected_id: UUID, message_id: UUID
):
    assert "lead.rejected" in alice.get(f"/leads/{rejected_id}").text
    assert "next try" in alice.get(f"/deliveries/{delivery_id}").text


def test_a_lead_costs_six_statements_and_its_neighbours_three(alice: Person, lead_id: UUID, statements: list[str]):
    alice.get(f"/leads/{lead_id}")
    statements.clear()
    alice.get(f"/leads/{lead_id}", htmx=True)
    assert len(statements) <= 6, statements
    statements.clear()
    alice.get(f"/leads/{lead_id}")
    assert len(statements) <= 9, statements


def test_a_lead_leads_to_its_neighbours_in_the_list_that_it_was_opened_from(
    alice: Person, bob: Person, lead_id: UUID, rejected_id: UUID
):
    older = alice.get(f"/leads/{lead_id}").text
    assert f'data-key="k" href="/leads/{rejected_id}"' in older
    assert 'data-key="j"' not in older
    assert f'data-key="j" href="/leads/{lead_id}"' in alice.get(f"/leads/{rejected_id}").text
    turned = alice.get(f"/leads/{lead_id}?sort=received").text
    assert f'data-key="j" href="/leads/{rejected_id}?sort=received"' in turned
    for query in ("state=sold", "period=yesterday"):
        assert "data-key=" not in alice.get(f"/leads/{lead_id}?{query}").text
    assert "data-key=" not in bob.get(f"/leads/{lead_id}").text  # what is not theirs is nobody's neighbour


def test_what_was_sent_is_shown_with_the_person_alone(alice: Person, lead_id: UUID):
    assert "What was sent stands here once the person is shown." in alice.get(f"/leads/{lead_id}").text
    shown = alice.post(f"/leads/{lead_id}/reveal").text
    assert "&#34;first_name&#34;: &#34;James&#34;" in shown
    assert "&#34;extra_fields&#34;" in shown


def test_a_lead_opens_in_place_with_its_answer(alice: Person, lead_id: UUID):
    part = alice.get(f"/leads/{lead_id}", htmx=True).text
    assert part.lstrip().startswith('<header class="answer')
    assert 'id="lead"' in part
    assert "<html" not in part
    assert "<h1" not in part
