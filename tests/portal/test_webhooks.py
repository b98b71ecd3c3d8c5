import re
from uuid import UUID

import pytest

from tests.portal.people import Person

SECRET = re.compile(r'<p class="secret"><span class="copyable"><code>([^<]+)<')
FORM = {"url": "http://127.0.0.1:9/hooks", "events": ["lead.purchased", "lead.rejected"]}


def test_registering_shows_the_secret_once(cara: Person):
    answer = cara.post("/webhooks/new", FORM)
    assert answer.status_code == 200
    secret = SECRET.search(answer.text)[1]
    assert len(secret) >= 24
    assert answer.headers["Cache-Control"] == "no-store"
    page = cara.get("/webhooks").text
    assert "http://127.0.0.1:9/hooks" in page
    assert secret not in page


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"url": "http://169.254.169.254/latest"}, "url", ""),
        ({"url": ""}, "url", ""),
        ({"url": "ftp://example.com"}, "url", ""),
        ({"events": []}, "events", "Name at least one event."),
        ({"events": ["lead.new"]}, "events", "not an event for you"),
        ({"secret": "short"}, "secret", "A secret of your own"),
        ({"prefix": "a b"}, "prefix", "The prefix is letters"),
        ({"policy": "never"}, "policy", "The policy is one of"),
    ],
)
def test_a_fault_stands_beside_its_field_and_on_top(cara: Person, change: dict, field: str, words: str):
    answer = cara.post("/webhooks/new", FORM | change)
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert words in answer.text
    if "url" not in change:
        assert 'value="http://127.0.0.1:9/hooks"' in answer.text  # what was right is kept


def test_a_test_event_can_be_watched(cara: Person, endpoint_id: UUID):
    answer = cara.post(f"/webhooks/{endpoint_id}/test")
    assert answer.status_code == 303
    page = cara.get(answer.location).text
    assert "endpoint.test" in page
    assert "Waiting" in page
    assert "A test event is on its way." in page


def test_the_secret_is_replaced_with_an_overlap(cara: Person, endpoint_id: UUID):
    assert "Make new secret" in cara.get(f"/webhooks/{endpoint_id}?ask=secret").text
    answer = cara.post(f"/webhooks/{endpoint_id}/secret", {"overlap": "24"})
    assert SECRET.search(answer.text)
    assert "signs along until" in answer.text


def test_removing_asks_first_and_keeps_the_log(cara: Person, endpoint_id: UUID, message_id: UUID):
    assert "Messages that wait for it are cancelled" in cara.get(f"/webhooks/{endpoint_id}?ask=remove").text
    assert cara.post(f"/webhooks/{endpoint_id}/remove").status_code == 303
    assert str(endpoint_id) not in cara.get("/webhooks").text
    assert "Cancelled" in cara.get("/messages").text
    assert cara.post(f"/webhooks/{endpoint_id}/test").status_code == 404


def test_the_log_shows_the_bytes_and_filters(cara: Person, alice: Person, message_id: UUID):
    page = cara.get(f"/messages/{message_id}").text
    assert "dedupe_30d" in page
    assert str(message_id) in cara.get("/messages?state=pending&event=lead.rejected").text
    assert "Nothing matches these filters." in cara.get("/messages?state=failed").text
    assert "QuickQuotes" in alice.get("/messages").text


def test_choosing_nothing_replays_nothing(cara: Person, message_id: UUID):
    assert cara.post("/messages/replay").status_code == 303
    assert "Choose at least one message" in cara.get("/messages").text


def test_a_message_on_its_way_is_not_replayed(cara: Person, message_id: UUID):
    cara.post("/messages/replay", {"message": str(message_id)})
    assert "still on its way" in cara.get("/messages").text


def test_somebody_elses_message_cannot_be_replayed(dan: Person, message_id: UUID):
    assert dan.post("/messages/replay", {"message": str(message_id)}).status_code == 404


def test_an_admin_registers_for_the_tenant_and_sees_everybodys(alice: Person, endpoint_id: UUID):
    form = {"url": "http://127.0.0.1:9/tenant", "events": ["lead.sold"]}
    assert alice.post("/webhooks/new", form).status_code == 200
    page = alice.get("/webhooks").text
    assert "QuickQuotes" in page
    assert "/tenant" in page


def test_nobody_new_is_shown_a_beginning(bob: Person):
    assert "No endpoint yet" in bob.get("/webhooks").text
    assert "Nothing told yet" in bob.get("/messages").text


def test_the_log_is_filtered_by_the_events_that_one_can_hear(alice: Person, cara: Person):
    mine = cara.get("/messages").text
    assert '<option value="lead.purchased"' in mine
    assert '<option value="lead.new"' not in mine
    assert '<option value="lead.new"' in alice.get("/messages").text
