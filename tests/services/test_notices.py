"""Mails about what happened to somebody's things: to those concerned, once, with where to go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor, Role
from app.gateways.kit import kit
from app.models.people import Mail
from app.services import contract_changes, contract_edits, endpoint_health, endpoints, mails, team
from app.transaction import commit, transaction
from tests.portal.people import add_user
from tests.support.world import World

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CAP = {"measure": "count", "period": "day", "limit": 5, "zone": "Europe/London"}


@pytest.fixture
def world(app: Flask) -> World:
    return World(now=NOW)


@pytest.fixture
def alice(world: World) -> Actor:
    return add_user(world.admin, Role.ADMIN, "alice@example.com", now=NOW)


@pytest.fixture
def bob(world: World) -> Actor:
    return add_user(world.admin, Role.BUYER, "bob@example.com", world.buyer("Northgate"), NOW)


@pytest.fixture
def cara(world: World) -> Actor:
    return add_user(world.admin, Role.PUBLISHER, "cara@example.com", world.publisher_id, NOW)


@pytest.fixture
def contract_id(world: World, bob: Actor) -> UUID:
    assert bob.owner_id
    return world.contract(bob.owner_id, 6200, name="Northgate UK")


def owed(world: World) -> list[tuple[str, str, str, str]]:
    """Kind, reader, subject and text of each mail."""
    rows = db.session.scalars(select(Mail).where(Mail.tenant_id == world.tenant_id).order_by(Mail.id))
    read = [mails.read(world.admin, row.id) for row in rows]
    return [(one.kind, one.to, one.subject, one.body) for one in read]


def ask(bob: Actor, contract_id: UUID) -> UUID:
    with transaction():
        asked = contract_edits.edit(bob, contract_id, {"caps": [CAP]}, version=1, now=NOW)
    assert asked.change_id
    return asked.change_id


def hook(actor: Actor) -> UUID:
    with transaction():
        url, events = "http://127.0.0.1:9/hooks", ["lead.rejected"] if actor.owner_id else ["lead.sold"]
        return endpoints.register(actor, url=url, events=events, now=NOW).endpoint.id


def test_a_change_that_is_asked_for_is_told_to_every_admin(world: World, alice: Actor, bob: Actor, contract_id: UUID):
    change_id = ask(bob, contract_id)
    [(kind, to, subject, body)] = owed(world)
    assert (kind, to, subject) == ("change_asked", "alice@example.com", "Northgate asks to change Northgate UK")
    assert "of the contract Northgate UK: caps." in body
    assert f"{kit().site}/changes/{change_id}" in body
    assert kit().site.startswith("http")


def test_a_change_within_permission_is_told_to_nobody(world: World, alice: Actor, bob: Actor, contract_id: UUID):
    parts = ("status", "filters", "caps", "price", "schedule", "minimum_score")
    assert bob.owner_id
    with transaction():
        contract_edits.set_permissions(world.admin, bob.owner_id, dict.fromkeys(parts, "instant"), now=NOW)
        contract_edits.edit(bob, contract_id, {"caps": [CAP]}, version=1, now=NOW)
    assert owed(world) == []


def test_whoever_asked_hears_of_the_decision(world: World, bob: Actor, contract_id: UUID):
    assert bob.owner_id
    add_user(world.admin, Role.BUYER, "bea@example.com", bob.owner_id, NOW)
    change_id = ask(bob, contract_id)
    with transaction():
        contract_changes.approve(world.admin, change_id, version=1, message="As you wish", now=NOW)
    [(kind, to, subject, body)] = owed(world)
    assert (kind, to) == ("change_approved", "bob@example.com")
    assert subject == "Your change of Northgate UK holds now"
    assert "As you wish" in body
    assert f"{kit().site}/contracts/{contract_id}" in body


def test_a_refusal_carries_its_reason_to_all_where_a_key_asked(world: World, bob: Actor, contract_id: UUID):
    key = Actor(world.tenant_id, Role.BUYER, world.admin.principal_id, bob.owner_id, kind="api_key")
    change_id = ask(key, contract_id)
    with transaction():
        contract_changes.reject(world.admin, change_id, message="Not before Monday", now=NOW)
    [(kind, to, subject, body)] = owed(world)
    assert (kind, to) == ("change_rejected", "bob@example.com")
    assert subject == "Your change of Northgate UK was not approved"
    assert "Not before Monday" in body


def test_a_change_that_is_taken_back_is_told_to_nobody(world: World, bob: Actor, contract_id: UUID):
    change_id = ask(bob, contract_id)
    with transaction():
        contract_changes.withdraw(bob, change_id, now=NOW)
    assert owed(world) == []


def test_the_owner_of_an_endpoint_that_only_fails_gets_one_mail(world: World, alice: Actor, cara: Actor):
    endpoint_id = hook(cara)
    later = NOW + endpoint_health.PATIENCE + timedelta(minutes=1)
    for moment in (NOW, later, later + timedelta(minutes=1)):
        endpoint_health.failed(world.tenant_id, {endpoint_id: 1}, now=moment)
    commit()
    [(kind, to, subject, body)] = owed(world)
    assert (kind, to) == ("endpoint_switched_off", "cara@example.com")
    assert subject == "We switched off a webhook address at World"
    assert "for five days nothing" in body
    assert f"{kit().site}/webhooks/{endpoint_id}" in body


def test_the_tenants_own_endpoint_is_its_admins_business(world: World, alice: Actor, cara: Actor):
    endpoint_health.gone(world.tenant_id, [hook(alice)], now=NOW)
    commit()
    [(_, to, _, body)] = owed(world)
    assert to == "alice@example.com"
    assert "410" in body


def test_people_who_were_shut_out_hear_nothing(world: World, bob: Actor, alice: Actor, contract_id: UUID):
    with transaction():
        team.disable(world.admin, alice.principal_id, now=NOW)
    ask(bob, contract_id)
    assert owed(world) == []
