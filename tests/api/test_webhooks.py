"""Webhooks by API: each key sees and changes its owner's own, and a secret is shown once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.db import db, enter_tenant
from app.models.webhooks import Endpoint, Message

HERE = "https://hooks.example.com/in"
WISH = {"url": HERE, "events": ["lead.purchased", "lead.rejected"]}
BUYERS = {"url": HERE, "events": ["lead.new"]}
OWN = {"partner": WISH, "buyer": BUYERS, "admin": {"url": HERE, "events": ["lead.sold"], "format": "envelope"}}


@pytest.mark.parametrize(("who", "form"), [("partner", "publisher"), ("buyer", "buyer"), ("admin", "envelope")])
def test_a_webhook_is_made_with_a_secret_of_ours_shown_once(call, who, form):
    answer = call(who, "POST", "/webhooks", OWN[who])
    assert answer.status_code == 201
    made = answer.json["data"]
    assert answer.json.keys() == {"data"}
    assert (made["url"], made["events"], made["format"]) == (HERE, OWN[who]["events"], form)
    assert len(made["secret"]) >= 24
    assert {"id", "prefix", "policy", "status", "createdAt", "failuresInRow", "oldSecretUntil"} < made.keys()
    shown = call(who, "GET", f"/webhooks/{made['id']}").json["data"]
    assert shown == {name: value for name, value in made.items() if name != "secret"}


def test_a_secret_of_your_own_is_taken(call):
    made = call("partner", "POST", "/webhooks", WISH | {"secret": "my own secret, long enough"}).json["data"]
    assert made["secret"] == "my own secret, long enough"


def test_the_list_has_pages(call):
    made = [call("partner", "POST", "/webhooks", WISH).json["data"]["id"] for _ in range(3)]
    first = call("partner", "GET", "/webhooks?limit=2").json
    assert [entry["id"] for entry in first["data"]] == made[:2]
    assert first["pagination"] == {"limit": 2, "nextCursor": made[1], "hasMore": True}
    second = call("partner", "GET", f"/webhooks?limit=2&cursor={made[1]}").json
    assert [entry["id"] for entry in second["data"]] == made[2:]
    assert second["pagination"] == {"limit": 2, "nextCursor": None, "hasMore": False}


def test_nobody_sees_or_touches_what_is_not_theirs(call, market):
    theirs = call("partner", "POST", "/webhooks", WISH).json["data"]["id"]
    before = call("partner", "GET", f"/webhooks/{theirs}").data
    for who in ("buyer", "stranger"):
        assert call(who, "GET", "/webhooks").json["data"] == []
        for method, path, body in (
            ("GET", "", None),
            ("PATCH", "", {"url": "https://evil.example.com"}),
            ("DELETE", "", None),
            ("POST", "/rotate", {}),
            ("POST", "/enable", None),
            ("POST", "/test", None),
        ):
            answer = call(who, method, f"/webhooks/{theirs}{path}", body)
            assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    assert call("partner", "GET", f"/webhooks/{theirs}").data == before
    assert [entry["id"] for entry in call("admin", "GET", "/webhooks").json["data"]] == [theirs]


def test_a_webhook_is_changed_only_where_the_body_says_so(call):
    made = call("partner", "POST", "/webhooks", WISH).json["data"]
    changed = call("partner", "PATCH", f"/webhooks/{made['id']}", {"events": ["lead.rejected"]}).json["data"]
    assert (changed["events"], changed["url"]) == (["lead.rejected"], HERE)


def test_a_removed_webhook_is_gone(call):
    made = call("partner", "POST", "/webhooks", WISH).json["data"]["id"]
    gone = call("partner", "DELETE", f"/webhooks/{made}")
    assert (gone.status_code, gone.data) == (204, b"")
    assert call("partner", "DELETE", f"/webhooks/{made}").status_code == 404
    assert call("partner", "GET", "/webhooks").json["data"] == []


def test_a_rotated_secret_leaves_the_old_one_its_overlap(call):
    made = call("partner", "POST", "/webhooks", WISH).json["data"]
    rotated = call("partner", "POST", f"/webhooks/{made['id']}/rotate", {"overlapHours": 2}).json["data"]
    assert rotated["secret"] != made["secret"]
    until = clock.now() + timedelta(hours=2)
    assert abs((until - clock.now().fromisoformat(rotated["oldSecretUntil"])).total_seconds()) < 60
    at_once = call("partner", "POST", f"/webhooks/{made['id']}/rotate", {"overlapHours": 0}).json["data"]
    assert at_once["oldSecretUntil"] is None


def test_a_test_event_is_owed_to_this_endpoint_alone(call, market):
    made = call("partner", "POST", "/webhooks", WISH).json["data"]["id"]
    answer = call("partner", "POST", f"/webhooks/{made}/test")
    assert answer.status_code == 202
    enter_tenant(market.tenant_id)
    message = db.session.scalars(select(Message)).one()
    assert (message.id, message.endpoint_id) == (UUID(answer.json["data"]["messageId"]), UUID(made))


FAULTY = (
    ({"url": None}, ["url"]),
    ({"url": "ftp://hooks.example.com/"}, ["url"]),
    ({"url": "https://10.0.0.7/"}, ["url"]),
    ({"url": "https://169.254.169.254/latest/meta-data"}, ["url"]),
    ({"url": "javascript:alert(1)"}, ["url"]),
    ({"url": 7}, ["url"]),
    ({"events": []}, ["events"]),
    ({"events": "lead.purchased"}, ["events"]),
    ({"events": ["lead.sold"]}, ["events"]),
    ({"events": ["no.such.event"]}, ["events"]),
    ({"format": "xml"}, ["format"]),
    ({"format": "buyer"}, ["format"]),
    ({"secret": "short"}, ["secret"]),
    ({"policy": "never"}, ["policy"]),
    ({"colour": "red", "size": 1}, ["colour", "size"]),
    ({"created_at": "2026-01-01"}, ["created_at"]),
)


def test_faults_are_422_by_field(call, market, subtests):
    for changes, fields in FAULTY:
        body = {name: value for name, value in (WISH | changes).items() if value is not None}
        with subtests.test(str(changes)):
            answer = call("partner", "POST", "/webhooks", body)
            assert answer.status_code == 422
            error = answer.json["error"]
            assert error.keys() == {"code", "message", "details"}
            assert error["code"] == "validation_failed"
            assert sorted({fault["field"].partition(".")[0] for fault in error["details"]}) == fields
    enter_tenant(market.tenant_id)
    assert db.session.scalar(select(func.count()).select_from(Endpoint)) == 0


def test_an_unknown_query_parameter_is_named(call):
    answer = call("partner", "GET", "/webhooks?limit=0&page=2")
    assert answer.status_code == 422
    assert sorted(fault["field"] for fault in answer.json["error"]["details"]) == ["limit", "page"]


def test_an_id_that_is_none_is_404(call):
    assert call("partner", "GET", f"/webhooks/{uuid4()}").status_code == 404
    assert call("partner", "GET", "/webhooks/7").json["error"]["code"] == "not_found"
