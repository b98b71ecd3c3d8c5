"""The public sandbox key: the same checks, the same shapes, and not one row."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from app import clock
from app.gateways.kit import kit
from app.services.sandbox import KEY
from tests.dialects.conftest import PATH
from tests.dialects.market import counts, lead

SANDBOX = {"X-API-Key": KEY}


def test_the_printed_example_is_accepted_without_any_tenant(app):
    answer = app.test_client().post(PATH, json=lead(), headers=SANDBOX)
    assert answer.status_code == 200
    assert re.fullmatch("lead_[0-9a-f]{32}", answer.json["lead_id"])
    assert answer.json == {"ok": True, "lead_id": answer.json["lead_id"], "status": "accepted", "reason": None}
    assert answer.headers["X-RateLimit-Limit"] == "120"


FAULTY = (
    (lead(email="x", postcode="?"), ["email", "postcode"]),
    (lead(sector="astrology"), ["sector"]),
    (lead(sector=None, phone=5), ["phone", "sector"]),
    (lead(extra_fields=[1]), ["extra_fields"]),
    (lead(extra_fields={"deposit_gbp": "much"}), ["deposit_gbp"]),
    (lead(consent_at=(clock.now() + timedelta(days=2)).isoformat()), ["consent_at"]),
)
UNREADABLE = ((b"{", {}, 422), (b"{}", {"Content-Type": "text/plain"}, 415), (b" " * 300_000, {}, 413))


def test_faults_are_answered_as_with_a_real_key(post, subtests):
    for body, fields in FAULTY:
        with subtests.test(str(fields)):
            answer = post(body, SANDBOX)
            assert answer.status_code == 422
            assert answer.json.keys() == {"detail", "request_id", "errors"}
            assert sorted(fault["field"] for fault in answer.json["errors"]) == fields


def test_bodies_are_read_as_strictly(post):
    for body, headers, status in UNREADABLE:
        assert post(body, SANDBOX | headers).status_code == status


def test_an_unknown_sector_is_answered_with_the_published_ones(post):
    [fault] = post(lead(sector="astrology"), SANDBOX).json["errors"]
    for sector in ("mortgages", "payday-loans", "wealth-management"):
        assert sector in fault["message"]


def test_nothing_is_stored_rung_or_shown(post, market):
    before = counts(market.tenant_id)
    for body in (lead(), lead(), lead(email="x"), lead(sector="astrology")):
        post(body, SANDBOX | {"Idempotency-Key": "once"})
    assert counts(market.tenant_id) == before
    assert kit().feed.latest_id(market.tenant_id) == "0-0"


def test_the_same_lead_is_never_a_duplicate(post):
    answers = [post(lead(), SANDBOX) for _ in range(3)]
    assert [answer.json["status"] for answer in answers] == ["accepted"] * 3
    assert len({answer.json["lead_id"] for answer in answers}) == 3


def test_it_is_limited_by_the_callers_address_and_touches_no_publisher(app, post, market):
    def rehearse(address):
        return app.test_client().post(
            PATH, data=json.dumps({}), headers=SANDBOX, content_type="application/json",
            environ_base={"REMOTE_ADDR": address},
        )  # fmt: skip

    assert [rehearse("198.51.100.7").status_code for _ in range(121)] == [422] * 120 + [429]
    assert rehearse("198.51.100.8").status_code == 422
    assert post(lead()).headers["X-RateLimit-Remaining"] == "119"
