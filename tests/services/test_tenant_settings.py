"""What an operation chooses for itself: checked, written down, and never over somebody else's choice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.people import AuditEntry
from app.models.tenants import Tenant
from app.services import book, tenant_settings
from app.services.catalogue_edits import Stale, mark
from app.services.changes import NotAllowed
from app.services.contract_faults import Faulty
from app.services.tenant_settings import KEEP_DELIVERIES, KEEP_MESSAGES, SECOND_FACTOR
from app.transaction import commit, transaction
from tests.support.world import NOON, World


@pytest.fixture
def world(app: Flask) -> World:
    return World()


def change(world: World, **wanted: Any) -> bool:
    seen = mark(tenant_settings.current(world.admin))
    with transaction():
        return tenant_settings.change(world.admin, wanted, seen, now=NOON)


def entries() -> list[AuditEntry]:
    chosen = select(AuditEntry).where(AuditEntry.action == "tenant.changed").order_by(AuditEntry.id)
    return list(db.session.scalars(chosen))


def test_a_new_tenant_asks_nobody_and_keeps_everything(world: World) -> None:
    assert tenant_settings.current(world.admin) == {
        "name": "World", "zone": "Europe/London", "webhook_prefix": "Switchyard", SECOND_FACTOR: [],
        KEEP_DELIVERIES: None, KEEP_MESSAGES: None,
    }  # fmt: skip


def test_a_change_is_known_to_the_book_and_to_the_audit_log(world: World) -> None:
    assert change(world, name="Harbour Leads", **{KEEP_DELIVERIES: 90})
    assert tenant_settings.current(world.admin)["name"] == "Harbour Leads"
    assert book.current(world.tenant_id).tenant.name == "Harbour Leads"
    [entry] = entries()
    assert entry.before == {"name": "World", KEEP_DELIVERIES: None}
    assert entry.after == {"name": "Harbour Leads", KEEP_DELIVERIES: 90}


def test_what_is_not_named_stays(world: World) -> None:
    change(world, **{KEEP_MESSAGES: 60, SECOND_FACTOR: ["admin"]})
    change(world, name="World 2")
    found = tenant_settings.current(world.admin)
    assert (found[KEEP_MESSAGES], found[SECOND_FACTOR], found["zone"]) == (60, ["admin"], "Europe/London")


def test_the_same_again_changes_nothing(world: World) -> None:
    assert not change(world, name="World", **{SECOND_FACTOR: []})
    assert entries() == []


def test_other_choices_of_the_tenant_are_left_alone(world: World) -> None:
    tenant = db.session.scalars(select(Tenant).where(Tenant.id == world.tenant_id)).one()
    tenant.choices = {"front_door": True, SECOND_FACTOR: True}
    commit()
    enter_tenant(world.tenant_id)
    assert tenant_settings.current(world.admin)[SECOND_FACTOR] == ["superadmin", "admin", "buyer", "publisher"]
    change(world, **{SECOND_FACTOR: []})
    assert db.session.scalar(select(Tenant.choices).where(Tenant.id == world.tenant_id)) == {"front_door": True}


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("name", ""), ("name", "  "), ("name", "x" * 81), ("name", "two\nlines"), ("zone", "London"), ("zone", ""),
        ("webhook_prefix", ""), ("webhook_prefix", "1st"), ("webhook_prefix", "a b"), ("webhook_prefix", "a\r\nX: y"),
        ("webhook_prefix", "x" * 41), ("webhook_prefix", "é"), (SECOND_FACTOR, ["system"]), (KEEP_DELIVERIES, 29),
        (KEEP_MESSAGES, 3651), (KEEP_MESSAGES, -1),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_name(world: World, term: str, value: object) -> None:
    with pytest.raises(Faulty) as refused:
        change(world, **{term: value})
    assert [name for name, _ in refused.value.faults] == [term]
    assert entries() == []


def test_the_second_of_two_people_is_shown_what_the_first_chose(world: World) -> None:
    seen = mark(tenant_settings.current(world.admin))
    change(world, name="First")
    with pytest.raises(Stale) as stale:
        tenant_settings.change(world.admin, {"name": "Second"}, seen, now=NOON)
    assert stale.value.current["name"] == "First"


@pytest.mark.parametrize("role", [Role.BUYER, Role.PUBLISHER])
def test_only_staff_read_and_change_them(world: World, role: Role) -> None:
    stranger = Actor(world.tenant_id, role, uuid4(), uuid4())
    with pytest.raises(NotAllowed):
        tenant_settings.current(stranger)
    with pytest.raises(NotAllowed):
        tenant_settings.change(stranger, {"name": "x"}, "", now=NOON + timedelta(1))


def test_a_choice_is_one_tenants_own(world: World) -> None:
    other = World()
    enter_tenant(world.tenant_id)
    change(world, name="Mine")
    enter_tenant(other.tenant_id)
    assert tenant_settings.current(other.admin)["name"] == "World"
