"""Endpoints: what may be registered, by whom, and what is told about the secret."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from app.db import enter_tenant
from app.domain.actor import Actor, Role
from app.models.people import AuditEntry
from app.models.webhooks import Endpoint
from app.services import endpoints
from app.services.endpoints import Changes, NoSuchEndpoint, Refused
from app.transaction import commit
from tests.services.delivering import rows, scripted
from tests.services.telling import OK, URL, drain, listen, messages, publisher
from tests.support.world import NOON, World

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def world(app):
    return World()


def refused(world, actor=None, **wish):
    usual = {"url": URL, "events": ["lead.rejected"], "now": NOON}
    with scripted(), pytest.raises(Refused) as caught:
        endpoints.register(actor or publisher(world), **(usual | wish))
    return dict(caught.value.faults)


def test_an_endpoint_starts_with_the_formats_and_prefix_of_its_owner(world):
    made = listen(world)
    shown = made.endpoint
    assert (shown.format, shown.prefix, shown.policy, shown.status) == ("publisher", "Switchyard", "standard", "active")
    assert made.secret.startswith("whsec_")
    buyer = Actor(world.tenant_id, Role.BUYER, uuid4(), world.buyer())
    assert listen(world, buyer, events=["lead.new"]).endpoint.format == "buyer"
    assert listen(world, world.admin, events=["lead.sold"]).endpoint.format == "envelope"


def test_the_secret_is_stored_sealed_and_never_told_again(world):
    secret = "twelve-plus-four"
    made = listen(world, secret=secret)
    assert made.secret == secret
    [row] = rows(Endpoint)
    assert secret.encode() not in row.secret_sealed
    assert secret not in str(endpoints.listed(publisher(world)))
    assert secret not in str([(entry.before, entry.after) for entry in rows(AuditEntry)])


@pytest.mark.parametrize(
    ("wish", "field", "words"),
    [
        ({"url": "ftp://x.example"}, "url", "https"),
        ({"url": "https://169.254.169.254/"}, "url", "host name"),
        ({"url": "https://user:pass@hooks.example/"}, "url", "password"),
        ({"events": []}, "events", "at least one"),
        ({"events": ["lead.rejected", "lead.rejected"]}, "events", "once"),
        ({"events": ["lead.exploded"]}, "events", "lead.exploded is not an event for you"),
        ({"events": ["lead.sold"]}, "events", "lead.sold is not an event for you"),
        ({"events": ["<b>jane@example.com"]}, "events", "One of them is not an event for you"),
        ({"format": "xml"}, "format", "publisher, envelope"),
        ({"format": "buyer"}, "format", "publisher, envelope"),
        ({"prefix": "X Bad: header"}, "prefix", "letters and digits"),
        ({"policy": "for ever"}, "policy", "standard"),
        ({"secret": "fifteen letters"}, "secret", "16"),
        ({"secret": "sixteen\nletters!!"}, "secret", "visible"),
    ],
)
def test_what_cannot_be_registered_says_why(world, wish, field, words):
    assert words in refused(world, **wish)[field]


def test_every_fault_is_told_at_once(world):
    assert set(refused(world, url="x", events=[], secret="short")) == {"url", "events", "secret"}


def test_nobody_sees_or_touches_another_owners_endpoint(world):
    made = listen(world)
    stranger = Actor(world.tenant_id, Role.PUBLISHER, uuid4(), uuid4())
    other = World()
    enter_tenant(world.tenant_id)
    assert endpoints.listed(stranger) == ()
    assert [one.id for one in endpoints.listed(publisher(world))] == [made.endpoint.id]
    for actor in (stranger, other.admin):
        for act in (
            lambda who: endpoints.remove(who, made.endpoint.id, now=NOON),
            lambda who: endpoints.rotate_secret(who, made.endpoint.id, now=NOON),
            lambda who: endpoints.enable(who, made.endpoint.id, now=NOON),
            lambda who: endpoints.send_test_event(who, made.endpoint.id, now=NOON),
            lambda who: endpoints.update_endpoint(who, made.endpoint.id, Changes(url=URL), now=NOON),
        ):
            with pytest.raises(NoSuchEndpoint):
                act(actor)


def test_an_admin_sees_every_endpoint_of_the_tenant(world):
    ids = {listen(world).endpoint.id, listen(world, world.admin).endpoint.id}
    assert {one.id for one in endpoints.listed(world.admin)} == ids
    assert len(endpoints.listed(publisher(world))) == 1


def test_a_change_touches_only_what_it_names(world):
    made = listen(world)
    changed = endpoints.update_endpoint(
        publisher(world), made.endpoint.id, Changes(events=("lead.purchased",), policy="patient"), now=NOON
    )
    commit()
    assert (changed.url, changed.events, changed.policy) == (URL, ("lead.purchased",), "patient")
    with pytest.raises(Refused):
        endpoints.update_endpoint(publisher(world), made.endpoint.id, Changes(events=("lead.new",)), now=NOON)


def test_a_removed_endpoint_is_gone_for_its_owner(world):
    made = listen(world)
    endpoints.remove(publisher(world), made.endpoint.id, now=NOON)
    commit()
    assert endpoints.listed(publisher(world)) == ()
    with pytest.raises(NoSuchEndpoint):
        endpoints.remove(publisher(world), made.endpoint.id, now=NOON)


@pytest.mark.parametrize("overlap", [timedelta(days=8), timedelta(seconds=-1)])
def test_an_overlap_has_its_bounds(world, overlap):
    made = listen(world)
    with pytest.raises(Refused, match="7 days"):
        endpoints.rotate_secret(publisher(world), made.endpoint.id, overlap=overlap, now=NOON)


def test_a_rotation_without_overlap_ends_the_old_secret_at_once(world):
    made = listen(world)
    new = endpoints.rotate_secret(publisher(world), made.endpoint.id, now=NOON)
    commit()
    assert new.secret != made.secret
    [row] = rows(Endpoint)
    assert (row.old_secret_sealed, row.old_secret_until) == (None, None)


def test_a_test_event_goes_to_this_endpoint_alone_whatever_it_subscribed_to(world):
    with scripted() as (http, _):
        http.on(URL, OK)
        made = listen(world)
        listen(world, url="https://other.example/in")
        message_id = endpoints.send_test_event(publisher(world), made.endpoint.id, now=NOON)
        commit()
        drain(world)
        [request] = http.requests
    assert (request.url, request.headers["X-Switchyard-Event"]) == (URL, "endpoint.test")
    assert [message.id for message in messages()] == [message_id]
    assert b'"event":"endpoint.test"' in request.body


def test_an_owner_has_so_many_endpoints_and_no_more(world, monkeypatch):
    monkeypatch.setattr(endpoints, "MOST", 2)
    first = listen(world).endpoint.id
    listen(world)
    assert "Remove one first" in refused(world)["url"]
    assert listen(world, world.admin, events=["lead.sold"]), "everybody has their own"
    endpoints.remove(publisher(world), first, now=NOON)
    assert listen(world)
