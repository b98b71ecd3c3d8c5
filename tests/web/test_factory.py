"""The application as a whole: health, headers, request ids, errors on paths that belong to nobody in particular."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from redis import Redis
from sqlalchemy import text

from app.db import current_tenant, db, enter_tenant
from app.domain.actor import Role
from app.factory import fingerprint_key
from app.services import health
from app.settings import SettingsError
from app.web import shapes
from app.web.context import caller_ip
from tests.dialects.market import open_market
from tests.support.settings import NO_REDIS, settings_for

API_PATHS = ("/api/x", "/api/v1/leads/ingest/x")


def test_healthz_answers_while_everything_else_is_away(sqlite, make_app):
    app = make_app(settings_for(sqlite.url, NO_REDIS))
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_readyz_names_each_part_that_is_missing(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["parts"] == {
        "database": "ok",
        "redis": "ok",
        "workers.routing": "missing",
        "workers.deliveries": "missing",
        "workers.webhooks": "missing",
    }


def test_readyz_is_200_once_a_worker_listens_on_each_queue(client, redis_url):
    with Redis.from_url(redis_url) as redis:
        for queue in ("routing", "deliveries", "webhooks"):
            redis.sadd(f"rq:workers:{queue}", f"rq:worker:{queue}-1")
        assert client.get("/readyz").json["parts"]["workers.routing"] == "missing"  # killed: its own key is gone
        for queue in ("routing", "deliveries", "webhooks"):
            redis.hset(f"rq:worker:{queue}-1", "queues", queue)
    assert client.get("/readyz").status_code == 200


def test_readyz_says_when_redis_is_unreachable(sqlite, make_app):
    answer = make_app(settings_for(sqlite.url, NO_REDIS)).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["parts"]["redis"] == health.AWAY_NOW


@pytest.mark.parametrize("path", ["/healthz", "/api/x", "/nothing"])
def test_every_answer_tells_browsers_what_it_may_not_do(client, path):
    headers = client.get(path).headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in headers


def test_in_production_browsers_stay_on_https(sqlite, make_app):
    settings = settings_for(sqlite.url, SWITCHYARD_ENV="production", BASE_URL="https://yard.example.com")
    app = make_app(settings)
    assert app.test_client().get("/healthz").headers["Strict-Transport-Security"].startswith("max-age=")
    assert app.config["SESSION_COOKIE_SECURE"]


def test_faulty_settings_are_all_listed(sqlite):
    with pytest.raises(SettingsError) as refusal:
        settings_for(sqlite.url, SECRET_KEY="short", PORT="many")
    assert len(refusal.value.faults) == 2


@pytest.mark.parametrize("offered", ["short", "x" * 65, "with space in it", "<script>alert</script>", "naïve-request"])
def test_a_request_id_that_is_not_sane_is_replaced(client, offered):
    answer = client.get("/healthz", headers={"X-Request-ID": offered})
    assert answer.headers["X-Request-ID"].startswith("req_")


def test_a_sane_request_id_is_kept(client):
    assert client.get("/healthz", headers={"X-Request-ID": "abc-123.DEF"}).headers["X-Request-ID"] == "abc-123.DEF"


@pytest.mark.parametrize("path", API_PATHS)
def test_an_api_never_answers_html(client, path):
    for accept in ("text/html", "*/*"):
        answer = client.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.content_type) == (404, "application/json")


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("path", ["/ping", "/post", "/direct_post", "/ping/", "/post/x"])
def test_the_exchanges_paths_speak_its_shape(client, path, method):
    answer = getattr(client, method)(path, headers={"Accept": "text/html"})
    message = "There is nothing at this address; check its path."
    assert (answer.status_code, answer.content_type) == (404, "application/json")
    assert answer.json == {"status": "error", "code": "not_found", "message": message}


@pytest.mark.parametrize("path", ["/buyer/api/v1", "/buyer/api/v1/leads"])
def test_the_buyers_paths_speak_their_shape(client, path):
    answer = client.post(path, json={})
    assert (answer.status_code, answer.content_type) == (404, "application/json")
    assert answer.json == {"code": "not_found", "message": "There is nothing at this address; check its path."}


def test_the_longest_prefix_of_whole_segments_owns_a_path(app: Flask):
    spoken = []

    def speaks(name):
        def shape(problem):
            spoken.append(name)
            return shapes.plain(problem)

        return shape

    shapes.own(app, "/api/v9", speaks("long"))
    shapes.own(app, "/api/v9/leads", speaks("longest"))
    for path in ("/api/v9/leads/x", "/api/v9/leadsx", "/api/v9"):
        app.test_client().get(path)
    assert spoken == ["longest", "long", "long"]


def test_nothing_of_an_error_reaches_the_caller(sqlite, make_app):
    app = make_app(settings_for(sqlite.url))
    app.add_url_rule("/api/broken", "broken", lambda: 1 / 0)
    app.add_url_rule("/api/refused", "refused", lambda: abort(403, "canary"))
    broken = app.test_client().get("/api/broken")
    assert (broken.status_code, broken.json["error"]["code"]) == (500, "internal_error")
    assert "division" not in broken.text
    refused = app.test_client().get("/api/refused")
    assert (refused.status_code, refused.json["error"]["code"]) == (403, "forbidden")
    assert "canary" not in refused.text


def test_a_database_that_is_away_is_503_and_may_be_tried_again(postgres_or_none, make_app):
    app = make_app(settings_for("postgresql://nobody@127.0.0.1:1/none"))
    answer = app.test_client().post("/api/v1/leads/ingest", json={}, headers={"X-API-Key": "pk_live_x"})
    assert (answer.status_code, answer.json.keys()) == (503, {"detail", "request_id"})


@pytest.fixture
def postgres_or_none():
    """Nothing: the address above answers nobody."""


def test_no_tenant_outlives_its_request(app, client):
    market = open_market()
    app.add_url_rule("/seen", view_func=lambda: str(current_tenant()))
    enter_tenant(market.tenant_id)
    key = market.router_key(Role.ADMIN)
    assert client.get("/api/v1/webhooks", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert client.get("/seen").text == "None"
    assert current_tenant() == market.tenant_id


def test_a_failing_view_leaves_no_transaction_behind(app, client):
    def fail():
        db.session.execute(text("select 1"))
        raise RuntimeError

    app.add_url_rule("/api/fails", view_func=fail)
    assert client.get("/api/fails").status_code == 500
    assert not db.session().in_transaction()


def test_the_caller_behind_a_trusted_proxy_is_seen(sqlite, make_app):
    app = make_app(settings_for(sqlite.url, TRUSTED_PROXIES="127.0.0.1/32"))
    app.add_url_rule("/whence", view_func=caller_ip)
    headers = {"X-Forwarded-For": "192.0.2.1, 198.51.100.7"}
    assert app.test_client().get("/whence", headers=headers).text == "198.51.100.7"
    there = {"REMOTE_ADDR": "203.0.113.5"}
    assert app.test_client().get("/whence", headers=headers, environ_base=there).text == "203.0.113.5"


def test_the_key_of_fingerprints_follows_the_secret(sqlite):
    one, other = settings_for(sqlite.url), settings_for(sqlite.url, SECRET_KEY="another secret key, long enough too")
    assert fingerprint_key(one) == fingerprint_key(settings_for(sqlite.url))
    assert fingerprint_key(one) != fingerprint_key(other)
