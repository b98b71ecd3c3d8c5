"""Receivers verify us: a Standard Webhooks library, and verifiers in Python and Node.js written to a description."""

from __future__ import annotations

import shutil
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from app.domain.actor import Actor, Role
from app.services import deliveries, endpoints, outbox
from app.transaction import commit
from tests.services.delivering import ACCEPTED, scripted, sold_lead, url
from tests.services.telling import (
    BROKEN,
    OK,
    URL,
    drain,
    listen,
    lower,
    node_says,
    publisher,
    python_says,
    python_says_bare,
    reject,
)
from tests.support import require
from tests.support.world import NOON, World

pytestmark = pytest.mark.usefixtures("app")
OWN = "a secret of one's own, chosen by a person"
NOW = int(NOON.timestamp())


@pytest.fixture
def world(app):
    return World()


@pytest.fixture
def node():
    if shutil.which("node") is None:
        require.missing("node", "Node.js is not installed")


def told(world, *, secret=None, at=NOON, **more):
    """One rejection, told; the request that went out and the secret."""
    with scripted() as (http, _):
        http.on(URL, OK)
        made = listen(world, secret=secret, **more)
        reject(world)
        drain(world, at)
        return http.requests[0], made.secret


def flipped(body, place=10):
    """The same bytes but one."""
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


def standard_says(secret, request):
    with time_machine.travel(NOON, tick=False):
        try:
            Webhook(secret).verify(request.body, lower(request.headers))
        except WebhookVerificationError:
            return False
        return True


def test_the_standard_webhooks_library_accepts_us_and_refuses_a_changed_byte(world):
    request, secret = told(world)
    assert secret.startswith("whsec_")
    assert standard_says(secret, request)
    changed = type(request)(request.method, request.url, request.headers, flipped(request.body), request.deadline)
    assert not standard_says(secret, changed)
    assert not standard_says("whsec_" + "A" * 43 + "=", request)


@pytest.mark.parametrize("secret", [None, OWN])
def test_a_python_verifier_of_the_flat_format_accepts_us_and_refuses_a_changed_byte(world, secret):
    request, secret = told(world, secret=secret)
    header = request.headers["X-Switchyard-Signature"]
    assert python_says(secret, request.body, header, NOW)
    assert not python_says(secret, flipped(request.body), header, NOW)
    assert not python_says(secret, request.body, header, NOW + 301)
    assert not python_says(secret + "x", request.body, header, NOW)


@pytest.mark.node
@pytest.mark.parametrize("secret", [None, OWN])
def test_a_node_verifier_of_the_flat_format_accepts_us_and_refuses_a_changed_byte(world, node, secret):
    request, secret = told(world, secret=secret, prefix="Acme-Leads")
    header = request.headers["X-Acme-Leads-Signature"]
    assert node_says(secret, request.body, header, NOW)
    assert not node_says(secret, flipped(request.body), header, NOW)
    assert not node_says(secret, request.body, header, NOW + 301)


def test_the_envelope_is_signed_the_same_way(world):
    request, secret = told(world, format="envelope", prefix="Prefixed")
    assert request.body.startswith(b'{"event":"lead.rejected","createdAt":')
    assert python_says(secret, request.body, request.headers["X-Prefixed-Signature"], NOW)
    assert request.headers["X-Prefixed-Event"] == "lead.rejected"


@pytest.mark.node
def test_the_buyers_format_has_a_bare_digest_of_the_body(world, node):
    buyer_id = world.buyer("Northgate")
    world.contract(buyer_id, 6000, url=url("first"))
    with scripted() as (http, _):
        http.on(URL, OK).on(url("first"), ACCEPTED)
        made = listen(world, Actor(world.tenant_id, Role.BUYER, uuid4(), buyer_id), events=["lead.new"], secret=OWN)
        sold_lead(world)
        deliveries.drain(world.tenant_id, NOON)
        outbox.fan_out(world.tenant_id, NOON)
        drain(world, NOON + timedelta(minutes=1))
        [request] = http.sent_to(URL)
    header = request.headers["X-Switchyard-Signature"]
    for says in (python_says_bare, lambda *told: node_says(*told, NOW, bare=True)):
        assert says(made.secret, request.body, header)
        assert not says(made.secret, flipped(request.body), header)
    assert b'"contact":{"phone":"+447712300001","email":"j.patel1@example.co.uk"}' in request.body


def test_each_attempt_has_a_new_time_and_the_same_bytes(world):
    with scripted() as (http, _):
        http.on(URL, BROKEN, OK)
        secret = listen(world).secret
        reject(world)
        drain(world)
        drain(world, NOON + timedelta(minutes=1))
        first, second = http.requests
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 60
    assert python_says(secret, second.body, second.headers["X-Switchyard-Signature"], NOW + 60)


def test_in_a_rotations_overlap_both_secrets_verify_and_the_old_header_changes_over_at_its_end(world):
    with scripted() as (http, _):
        http.on(URL, OK)
        made = listen(world)
        old = made.secret
        overlap = timedelta(hours=24)
        new = endpoints.rotate_secret(publisher(world), made.endpoint.id, overlap=overlap, now=NOON).secret
        commit()
        reject(world)
        drain(world)
        reject(world, first=2)
        drain(world, NOON + overlap)
        during, after = http.requests
    assert standard_says(old, during)
    assert standard_says(new, during)
    assert python_says(old, during.body, during.headers["X-Switchyard-Signature"], NOW)
    assert not python_says(new, during.body, during.headers["X-Switchyard-Signature"], NOW)
    later = NOW + 24 * 3600
    assert python_says(new, after.body, after.headers["X-Switchyard-Signature"], later)
    assert not python_says(old, after.body, after.headers["X-Switchyard-Signature"], later)
    assert " " not in after.headers["webhook-signature"]
