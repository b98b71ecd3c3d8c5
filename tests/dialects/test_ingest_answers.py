"""What became of a lead, in the ingest dialect: status, word, shape."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.adapters.ingest_words import word_of
from app.db import db, enter_tenant
from app.domain.reasons import BY_CODE, Audience
from app.domain.suppression import hashes
from app.models.catalogue import Campaign
from app.models.contracts import Contract
from app.models.leads import Lead, Suppression, SuppressionList
from app.services import book, parties
from app.transaction import transaction
from tests.dialects.market import Market, lead, person

LEAD_ID = re.compile(r"lead_[0-9a-f]{32}")


def stored(market: Market, answer) -> Lead:
    enter_tenant(market.tenant_id)
    lead_id = UUID(hex=answer.json["lead_id"].removeprefix("lead_"))
    return db.session.scalars(select(Lead).where(Lead.id == lead_id)).one()


def alter(market: Market, model, **values) -> None:
    """Set columns of every row of a table and let the book hear of it."""
    with transaction():
        enter_tenant(market.tenant_id)
        for row in db.session.scalars(select(model)):
            for name, value in values.items():
                setattr(row, name, value)
        db.session.flush()
        book.touch(market.tenant_id)


def test_the_printed_example_is_accepted(post):
    answer = post(lead())
    assert answer.status_code == 200
    assert LEAD_ID.fullmatch(answer.json.pop("lead_id"))
    assert answer.json == {"ok": True, "lead_id": answer.json["lead_id"], "status": "accepted", "reason": None}
    assert answer.content_type == "application/json"


def test_an_accepted_lead_is_stored_under_our_names_and_its_extras_verbatim(post, market):
    extra = {"property_value_gbp": 350000, "nested": {"a": [1, 2.5, None]}, "text": "Zoë"}
    row = stored(market, post(lead(extra_fields=extra, source_sub_id="ab-variant-3", utm="spring")))
    assert row.state == "sold"
    assert row.fields["postal_code"] == "sw1a 1aa"
    assert row.fields["phone"] == "+447712345678"
    assert row.fields["property_value_gbp"] == "350000"
    assert row.sub_id == row.fields["sub_id"] == "ab-variant-3"
    assert row.extra == extra | {"utm": "spring"}


def test_an_unknown_key_never_overrides_an_extra_field(post, market):
    row = stored(market, post(lead(deposit_gbp=1, extra_fields={"deposit_gbp": 2})))
    assert row.extra["deposit_gbp"] == 2


def test_an_extra_field_fills_the_field_of_its_name_but_not_over_a_given_one(post, market):
    row = stored(market, post(lead(city=None, postcode="M1 1AE", extra_fields={"city": "Leeds", "postal_code": "x"})))
    assert row.fields["city"] == "Leeds"
    assert row.fields["postal_code"] == "m1 1ae"


def test_no_buyer_is_said_as_no_buyer_match(post, market):
    alter(market, Contract, status="paused")
    answer = post(lead())
    assert (answer.status_code, answer.json["ok"]) == (200, True)
    assert (answer.json["status"], answer.json["reason"]) == ("rejected", "no_buyer_match")


def test_a_suppressed_person_is_rejected_with_the_reason(post, market):
    row = stored(market, post(lead()))
    suppress(market, row.fields["email"])
    answer = post(lead(phone="+447700900123"))
    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["reason"]) == ("rejected", "suppressed")


def suppress(market: Market, email: str) -> None:
    now, tenant = clock.now(), {"tenant_id": market.tenant_id}
    with transaction():
        enter_tenant(market.tenant_id)
        row = SuppressionList(**tenant, id=market.publisher_id, name="Opt-out", purpose="opt_out", created_at=now)
        db.session.add(row)
        db.session.flush()
        for mark in hashes(email, ""):
            db.session.add(Suppression(**tenant, list_id=row.id, kind=mark.kind, digest=mark.digest))
        db.session.flush()
        book.touch(market.tenant_id)


def test_the_same_person_is_a_duplicate_in_every_sector_of_the_publisher(post):
    first = post(lead())
    for again in (lead(phone="+447700900123"), lead(email="else@example.com", sector="life-insurance")):
        answer = post(again)
        assert answer.status_code == 409
        assert answer.json.keys() == {"detail", "request_id", "lead_id"}
        assert answer.json["lead_id"] == first.json["lead_id"]


def test_a_refused_lead_is_no_reason_to_refuse_the_next(post, market):
    alter(market, Contract, status="paused")
    assert post(lead()).json["reason"] == "no_buyer_match"
    alter(market, Contract, status="active")
    assert post(lead()).json["status"] == "accepted"


@pytest.mark.parametrize(
    ("rule", "changes", "word"),
    [
        ({"token_required": True}, {"consent_token": None}, "consent_missing"),
        ({"max_age_hours": 24}, {"consent_at": "2024-02-09T07:42:18Z"}, "consent_too_old"),
    ],
)
def test_a_lack_of_consent_is_rejected_with_the_reason(post, market, rule, changes, word):
    alter(market, Campaign, consent_rule=rule)
    answer = post(lead(**changes))
    assert (answer.status_code, answer.json["status"], answer.json["reason"]) == (200, "rejected", word)


def test_consent_in_the_future_is_a_fault_of_its_field(post, market):
    later = (clock.now() + timedelta(minutes=6)).isoformat()
    answer = post(lead(consent_at=later))
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == ["consent_at"]
    soon = (clock.now() + timedelta(minutes=4)).isoformat()
    assert post(lead(consent_at=soon)).status_code == 200


def test_a_campaign_that_is_off_rejects(post, market):
    alter(market, Campaign, status="paused")
    answer = post(lead())
    assert (answer.status_code, answer.json["reason"]) == (200, "campaign_inactive")


def test_a_paused_publisher_hears_403_and_nothing_is_stored(post, market):
    market.change(lambda admin, now: parties.set_publisher_status(admin, market.publisher_id, "paused", now=now))
    answer = post(lead())
    assert answer.status_code == 403
    assert answer.json["detail"].startswith("Publisher account is paused")
    assert answer.headers["X-RateLimit-Limit"] == "120"
    enter_tenant(market.tenant_id)
    assert db.session.scalars(select(Lead)).all() == []
    market.change(lambda admin, now: parties.set_publisher_status(admin, market.publisher_id, "active", now=now))
    assert post(lead()).status_code == 200


def test_every_answer_names_its_request_and_a_lead_remembers_it(post, market):
    answer = post(lead(), {"X-Request-ID": "trace-0123456789"})
    assert answer.headers["X-Request-ID"] == "trace-0123456789"
    assert stored(market, answer).request_id == "trace-0123456789"
    again = post(lead(), {"X-Request-ID": "<script>alert(1)</script>"})
    assert again.headers["X-Request-ID"] == again.json["request_id"]
    assert again.json["request_id"].startswith("req_")


def test_a_publisher_hears_nothing_about_any_buyer():
    for code, reason in BY_CODE.items():
        word = word_of(code)
        if reason.audience in {Audience.BUYER, Audience.ADMIN}:
            assert word in {"no_buyer_match", "buyer_declined", "buyer_delivery_failed"}
    assert word_of("duplicate") == "dedupe_30d"


def test_many_people_are_many_leads(post):
    assert [post(person(number)).json["status"] for number in range(3)] == ["accepted"] * 3
