"""The verifiers of the documentation, run as they are printed: they take what we send and refuse what we did not."""

from __future__ import annotations

from uuid import UUID

import pytest

from app import clock
from app.adapters.webhook_headers import Attempt, headers
from app.domain.signing import TOLERANCE, new_secret
from app.portal.docs_pages import PREFIX
from app.portal.snippets import VERIFIERS
from tests.support.settings import settings_for
from tests.support.snippets import DRIVERS, Verifier

FILES = [name for _, name in VERIFIERS]
SECRETS = {"ours": new_secret(bytes(range(32))), "chosen by a person": "correct horse battery staple 42"}
BODY = '{"event":"lead.purchased","price_gbp":38.00,"buyer":{"company":"Zoë & Søn"}}\n'.encode() + bytes([0xFF])
DELIVERY = UUID("a1b2c3d4-e5f6-7a8b-9c0d-1e2f3a4b5c6d")
pytestmark = pytest.mark.timeout(600)  # a language starts once a judgement


@pytest.fixture
def verifier(sqlite, redis_url, make_app, tmp_path, request):
    app = make_app(settings_for(sqlite.url, redis_url))  # any database will do: the page reads none
    return Verifier.saved(tmp_path, request.param, app.test_client().get("/docs/webhooks").text)


def signed(secret, *, age=0, secrets=None):
    moment = int(clock.now().timestamp()) - age
    attempt = Attempt(DELIVERY, "msg_0190a5c2_4e5f6a7b", "lead.purchased", moment, secrets or (secret,))
    return headers(PREFIX, "publisher", attempt, BODY)


def test_each_language_that_is_printed_can_be_run():
    assert set(FILES) == set(DRIVERS)


@pytest.mark.parametrize("verifier", FILES, indirect=True)
@pytest.mark.parametrize("scheme", ["plain", "standard"])
def test_it_takes_ours_and_nothing_else(verifier, scheme):
    for secret in SECRETS.values():
        told = signed(secret)
        assert verifier.accepts(scheme, secret, BODY, told, PREFIX)
        assert not verifier.accepts(scheme, secret, BODY.replace(b"38.00", b"39.00"), told, PREFIX)
        assert not verifier.accepts(scheme, secret, BODY[:-1], told, PREFIX)
        assert not verifier.accepts(scheme, new_secret(bytes(32)), BODY, told, PREFIX)
        for age in (TOLERANCE + 60, -TOLERANCE - 60):
            assert not verifier.accepts(scheme, secret, BODY, signed(secret, age=age), PREFIX)


@pytest.mark.parametrize("verifier", FILES, indirect=True)
@pytest.mark.parametrize("scheme", ["plain", "standard"])
def test_what_a_stranger_writes_is_refused_and_breaks_nothing(verifier, scheme):
    secret = SECRETS["ours"]
    told = signed(secret)
    own = f"X-{PREFIX}-Signature"
    for odd in ("", "v1,", "t=,v1=", "t=abc,v1=00", "t=99,v1=zoë", "v1,é" * 3, "t=1", "=" * 60):
        forged = told | {"webhook-signature": odd, own: odd}
        assert not verifier.accepts(scheme, secret, BODY, forged, PREFIX), odd
    for moment in ("", "soon", "9" * 40, "-1"):
        assert not verifier.accepts("standard", secret, BODY, told | {"webhook-timestamp": moment}, PREFIX)


@pytest.mark.parametrize("verifier", FILES, indirect=True)
def test_while_secrets_overlap_both_of_them_verify(verifier):
    new, old = SECRETS["ours"], SECRETS["chosen by a person"]
    told = signed(new, secrets=(new, old))
    assert verifier.accepts("standard", new, BODY, told, PREFIX)
    assert verifier.accepts("standard", old, BODY, told, PREFIX)
    assert verifier.accepts("plain", old, BODY, told, PREFIX)
