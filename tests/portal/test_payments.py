"""Money received is recorded on the buyer's page: seen in its account and balance, once whatever is pressed twice."""

from __future__ import annotations

import re
from uuid import UUID

from app.queries import buyers as queries
from app.transaction import read_only
from tests.portal.people import Person
from tests.support.world import World

ONCE = re.compile(r'name="once" value="([0-9a-f-]{36})"')


def once_on(page: str) -> str:
    found = ONCE.search(page)
    assert found
    return found[1]


def typed(person: Person, buyer_id: UUID, amount: str, reference: str = "") -> dict[str, str]:
    """What a browser sends of the form as it was drawn."""
    page = person.get(f"/buyers/{buyer_id}").text
    return {"amount": amount, "reference": reference, "once": once_on(page)}


def test_a_payment_is_recorded_and_seen_in_account_balance_and_log(alice: Person, northgate: UUID, lead_id: UUID):
    sent = typed(alice, northgate, "£1,500.00", "Invoice  77")
    answer = alice.post(f"/buyers/{northgate}/payments", sent)
    assert answer.location == f"/buyers/{northgate}"
    page = alice.get(answer.location).text
    assert "£1,500.00 is recorded." in page
    assert '<span class="under reference">Invoice 77</span>' in page
    assert re.search(r"<dt>Balance</dt><dd[^>]*>£1,438\.00", page)
    assert "Buyer paid in" in page
    assert alice.post(f"/buyers/{northgate}/payments", sent).status_code == 303
    again = alice.get(f"/buyers/{northgate}").text
    assert "£1,500.00 was recorded already; it is booked once." in again
    assert re.search(r"<dt>Balance</dt><dd[^>]*>£1,438\.00", again)


def test_a_payment_is_taken_back_with_a_reason(alice: Person, northgate: UUID):
    alice.post(f"/buyers/{northgate}/payments", typed(alice, northgate, "100"))
    silent = alice.post(f"/buyers/{northgate}/payments", typed(alice, northgate, "-40"))
    assert silent.status_code == 422
    assert 'id="reference-fault"' in silent.text
    back = alice.post(f"/buyers/{northgate}/payments", typed(alice, northgate, "−40", "of another buyer"))
    page = alice.get(back.location).text
    assert "£40.00 is taken back." in page
    assert "Correction" in page
    assert re.search(r"<dt>Balance</dt><dd[^>]*>£60\.00", page)


def test_the_buyer_reads_what_was_recorded_and_nobody_elses(
    alice: Person, bob: Person, world: World, northgate: UUID, lead_id: UUID
):
    assert "Nothing yet. What you pay stands here" in bob.get("/home").text
    other = world.buyer("Acme Prime")
    alice.post(f"/buyers/{other}/payments", typed(alice, other, "9", "Of Acme"))
    alice.post(f"/buyers/{northgate}/payments", typed(alice, northgate, "1,500.00", "Invoice 77"))
    alice.post(f"/buyers/{northgate}/payments", typed(alice, northgate, "-40", "Of another buyer"))
    paid = bob.get("/home").text.partition('id="paid-head"')[2]
    assert re.findall(r'reference">([^<]+)<.*?number">([^<]+)<', paid) == [
        ("Of another buyer", "−£40.00"), ("Invoice 77", "£1,500.00"),
    ]  # fmt: skip
    assert "Of Acme" not in paid


def test_payments_stay_in_sight_behind_many_sales(alice: Person, world: World, northgate: UUID, lead_id: UUID):
    alice.post(f"/buyers/{northgate}/payments", typed(alice, northgate, "100", "Invoice 77"))
    with read_only():
        assert [line.reference for line in queries.payments(world.admin, northgate)] == ["Invoice 77"]
        assert len(queries.ledger(world.admin, northgate)) == 2
    assert "Table of payments" in alice.get(f"/buyers/{northgate}").text


def test_faults_stand_beside_their_fields_and_keep_what_was_typed(alice: Person, northgate: UUID):
    answer = alice.post(f"/buyers/{northgate}/payments", typed(alice, northgate, "lots", "<img src=x>"))
    assert answer.status_code == 422
    assert 'id="amount-fault"' in answer.text
    assert 'value="lots"' in answer.text
    assert 'value="&lt;img src=x&gt;"' in answer.text
    assert "<img src=x" not in answer.text
    assert 'id="credit_limit-fault"' not in answer.text
    whole = {"amount": "5", "reference": "<img src=x>", "once": once_on(answer.text)}
    assert "<img src=x" not in alice.get(alice.post(f"/buyers/{northgate}/payments", whole).location).text


def test_a_form_without_its_mark_books_nothing(alice: Person, northgate: UUID):
    for once in ("", "x"):
        answer = alice.post(f"/buyers/{northgate}/payments", {"amount": "5", "reference": "", "once": once})
        assert answer.status_code == 422
        assert "came without its mark" in answer.text
    assert re.search(r"<dt>Balance</dt><dd[^>]*>£0\.00", alice.get(f"/buyers/{northgate}").text)


def test_a_form_that_comes_again_with_another_sum_is_asked_about(alice: Person, northgate: UUID):
    sent = typed(alice, northgate, "100")
    alice.post(f"/buyers/{northgate}/payments", sent)
    answer = alice.post(f"/buyers/{northgate}/payments", sent | {"amount": "200"})
    assert answer.status_code == 422
    assert "This form has booked 100.00 GBP already." in answer.text
    alice.post(f"/buyers/{northgate}/payments", {"amount": "200", "once": once_on(answer.text)})
    assert re.search(r"<dt>Balance</dt><dd[^>]*>£300\.00", alice.get(f"/buyers/{northgate}").text)


def test_money_is_the_staffs_to_book(bob: Person, cara: Person, dan: Person, world: World, northgate: UUID):
    for person in (bob, cara, dan):
        sent = {"amount": "5", "reference": "", "once": "01943b2e-0000-7000-8000-000000000001"}
        assert person.post(f"/buyers/{northgate}/payments", sent).status_code == 404
