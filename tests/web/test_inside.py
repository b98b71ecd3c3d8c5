"""A call to one of our own addresses: made as the caller of the page, and apart from the page's own request."""

import pytest
from flask import g

from app.adapters.ingest_terms import PATH
from app.gateways.kit import kit
from app.services import sandbox
from app.web import inside
from app.web.context import caller_ip, request_id
from tests.support.settings import settings_for

HEADERS = {"X-API-Key": sandbox.KEY, "Content-Type": "application/json"}
BROKEN = '{"sector": "mortgages"}'


@pytest.fixture
def app(sqlite, redis_url, make_app):
    """Behind a proxy on loopback that is believed."""
    return make_app(settings_for(sqlite.url, redis_url, TRUSTED_PROXIES="127.0.0.0/8"))


@pytest.fixture
def paged(app):
    """A page that calls the sandbox, and says what was left of its own request afterwards."""

    @app.get("/page")
    def page():
        g.mine = "kept"
        before = (request_id(), caller_ip())
        seen = inside.post(PATH, HEADERS, BROKEN)
        return {
            "status": seen.status, "phrase": seen.phrase, "url": seen.url, "answer": seen.answer, "took": seen.took_ms,
            "headers": dict(seen.headers), "same": before == (request_id(), caller_ip()), "mine": g.mine,
        }  # fmt: skip

    return lambda **headers: app.test_client().get("/page", headers=headers).json


def test_the_answer_is_the_endpoints_own(paged, app):
    seen = paged()
    real = app.test_client().post(PATH, data=BROKEN, headers=HEADERS)
    assert (seen["status"], seen["phrase"]) == (422, "Unprocessable Entity")
    assert seen["url"] == f"http://localhost{PATH}"
    assert seen["took"] > 0
    assert set(seen["headers"]) == set(real.headers.keys())


def test_the_pages_own_request_stays_what_it_was(paged):
    seen = paged(**{"X-Request-ID": "req-of-the-page"})
    assert (seen["same"], seen["mine"]) == (True, "kept")
    assert seen["headers"]["X-Request-ID"] != "req-of-the-page"


def test_limits_count_the_person_behind_the_proxy(paged):
    for _ in range(121):
        kit().limiter.hit("sandbox:198.51.100.7", (120, 60))
    assert paged(**{"X-Forwarded-For": "198.51.100.7"})["status"] == 429
    assert paged(**{"X-Forwarded-For": "198.51.100.8"})["status"] == 422
