"""The canonical API around every operation: keys, limits, one envelope, one run for one Idempotency-Key."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.parties import ApiKey
from app.models.webhooks import Endpoint
from app.services import api_keys, book
from app.web import replay
from tests.api.test_webhooks import WISH

ERROR = {"code", "message", "details"}


def assert_error(answer, status, code):
    assert (answer.status_code, answer.content_type) == (status, "application/json")
    assert answer.json.keys() == {"error"}
    assert answer.json["error"].keys() == ERROR
    assert answer.json["error"]["code"] == code
    assert answer.headers["X-Request-ID"]


NO_GOOD_KEY = (
    ({}, "missing_credentials"),
    ({"Authorization": "Bearer"}, "missing_credentials"),
    ({"Authorization": "Basic eDp5"}, "missing_credentials"),
    ({"X-API-Key": "rk_live_x"}, "missing_credentials"),
    ({"Authorization": "Bearer rk_live_nobody"}, "invalid_key"),
)


def test_without_a_good_key_the_answer_is_401(app, market):
    for headers, code in NO_GOOD_KEY:
        answer = app.test_client().get("/api/v1/webhooks", headers=headers)
        assert_error(answer, 401, code)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_publishers_ingest_key_is_no_key_here(app, market):
    answer = app.test_client().get("/api/v1/webhooks", headers={"Authorization": f"Bearer {market.key.secret}"})
    assert_error(answer, 401, "invalid_key")


def test_a_revoked_key_is_told_so(app, market):
    wish = api_keys.Wish("router", Role.ADMIN, None, "Short-lived")
    made = market.change(lambda admin, now: api_keys.create(admin, wish, now=now))
    market.change(lambda admin, now: api_keys.revoke(admin, made.id, now=now))
    answer = app.test_client().get("/api/v1/webhooks", headers={"Authorization": f"Bearer {made.secret}"})
    assert_error(answer, 401, "revoked_key")


def test_every_answer_to_a_valid_key_shows_the_limit(call):
    answers = [call("partner", "GET", "/webhooks"), call("partner", "POST", "/webhooks", b"{")]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["999", "998"]
    for answer in answers:
        assert answer.headers["X-RateLimit-Limit"] == "1000"
        assert 0 < int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 61


def test_a_key_may_have_a_limit_of_its_own(call, market):
    def narrow(_admin, _now):
        for row in db.session.scalars(select(ApiKey).where(ApiKey.kind == "router")):
            row.requests_per_minute = 2
        db.session.flush()
        book.touch(market.tenant_id)

    market.change(narrow)
    assert [call("partner", "GET", "/webhooks").status_code for _ in range(2)] == [200, 200]
    refused = call("partner", "GET", "/webhooks")
    assert_error(refused, 429, "rate_limited")
    assert int(refused.headers["Retry-After"]) >= 1


BAD_BODIES = (
    (b"{", {"Content_Type": "application/json"}, 422, "unreadable_body"),
    (b"[]", {"Content_Type": "application/json"}, 422, "unreadable_body"),
    (b'{"url": 1, "url": 2}', {"Content_Type": "application/json"}, 422, "unreadable_body"),
    (b"url=x", {"Content_Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
    (b" " * 300_000, {"Content_Type": "application/json"}, 413, "body_too_large"),
)


def test_bad_bodies_come_in_the_envelope(call):
    for body, headers, status, code in BAD_BODIES:
        assert_error(call("partner", "POST", "/webhooks", body, **headers), status, code)


def test_an_unknown_path_is_404_in_the_envelope(app):
    for path in ("/api/v1/nothing", "/api/v2", "/api", "/api/v1/webhooks/x/y"):
        assert_error(app.test_client().get(path), 404, "not_found")


def test_another_method_is_405_in_the_envelope(app):
    answer = app.test_client().put("/api/v1/webhooks")
    assert_error(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def number_of_endpoints(market):
    enter_tenant(market.tenant_id)
    return db.session.scalar(select(func.count()).select_from(Endpoint))


def test_a_repeat_with_the_same_key_is_the_first_answer_secret_and_all(call, market):
    first = call("partner", "POST", "/webhooks", WISH, Idempotency_Key="once")
    again = call("partner", "POST", "/webhooks", WISH, Idempotency_Key="once")
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert number_of_endpoints(market) == 1


def test_the_same_key_with_another_body_or_path_is_told_apart(call):
    made = call("partner", "POST", "/webhooks", WISH, Idempotency_Key="once").json["data"]["id"]
    other = call("partner", "POST", "/webhooks", WISH | {"events": ["lead.rejected"]}, Idempotency_Key="once")
    assert_error(other, 422, "idempotency_key_reused")
    assert call("partner", "DELETE", f"/webhooks/{made}", Idempotency_Key="once").status_code == 204
    again = call("partner", "DELETE", f"/webhooks/{made}", Idempotency_Key="once")
    assert (again.status_code, again.data) == (204, b"")


def test_a_refused_mutation_does_not_use_the_key_up(call, market):
    assert call("partner", "POST", "/webhooks", WISH | {"events": []}, Idempotency_Key="k").status_code == 422
    assert call("partner", "POST", "/webhooks", WISH, Idempotency_Key="k").status_code == 201


def test_fifty_at_once_make_one_webhook(app, keys, market, monkeypatch):
    monkeypatch.setattr(replay, "WAIT_SECONDS", 60)  # what counts is what they hear, however slow the machine

    def send(_number):
        headers = {"Authorization": f"Bearer {keys['partner']}", "Idempotency-Key": "once"}
        return app.test_client().post("/api/v1/webhooks", json=WISH, headers=headers)

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(send, range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert number_of_endpoints(market) == 1


def test_a_fault_of_ours_is_500_in_the_envelope_and_repeats_nothing(app, call, market):
    def break_(_call):
        raise RuntimeError("secret canary")

    app.view_functions["api.listWebhooks"] = break_
    answer = call("partner", "GET", "/webhooks")
    assert_error(answer, 500, "internal_error")
    assert "canary" not in answer.text


def test_the_document_describes_every_operation_and_needs_no_key(app):
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    served = {
        (method, str(rule).replace("<uuid:id>", "{id}"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in rule.methods - {"HEAD"}
    }
    assert described == served
    text = json.dumps(document)
    for reference in {part.partition('"')[0] for part in text.split('"$ref": "#/components/schemas/')[1:]}:
        assert reference in document["components"]["schemas"]
    create = document["paths"]["/api/v1/webhooks"]["post"]
    assert create["x-roles"] == ["admin", "buyer", "partner", "superadmin"]
    assert {"201", "401", "409", "413", "415", "422", "429"} <= create["responses"].keys()
    assert "overlapHours" in text
