"""The audit log as it is read: narrowed, named, fenced, and found by its indexes."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from app.db import enter_tenant
from app.domain.actor import Actor, Role
from app.queries import audit_log
from app.queries.audit_log import AuditFilter
from app.services import audit, users
from app.transaction import read_only, transaction
from tests.queries.test_leads import as_buyer, as_publisher, counting
from tests.support.world import NOON, World

PASSWORD = "correct horse battery staple"


@pytest.fixture
def ben(world: World) -> Actor:
    enter_tenant(world.tenant_id)
    with transaction():
        user_id = users.add(
            world.admin, role=Role.ADMIN, email="ben@example.com", name="Ben", password=PASSWORD, now=world.now
        )
    return Actor(world.tenant_id, Role.ADMIN, user_id)


@pytest.fixture
def world(app: Flask) -> World:
    return World(now=NOON - timedelta(hours=1))


def write(actor: Actor, action: str, subject: tuple[str, UUID | None], minute: int, **values: object) -> None:
    enter_tenant(actor.tenant_id)
    with transaction():
        audit.record(actor, action, subject, now=NOON + timedelta(minutes=minute), **values)


def listed(actor: Actor, wanted: AuditFilter | None = None, **more):
    enter_tenant(actor.tenant_id)
    with read_only():
        return audit_log.listed(actor, wanted or AuditFilter(), **more)


def test_entries_name_their_hand_their_thing_and_whom_it_was_done_as(world: World, ben: Actor):
    bob = uuid4()
    acting = Actor(world.tenant_id, Role.BUYER, ben.principal_id, uuid4(), acting_as=ben.principal_id)
    write(acting, "publisher.poked", ("publisher", world.publisher_id), 1, before={"a": 1}, after={"a": 2})
    row = listed(world.admin).rows[0]
    assert (row.actor, row.acting_as, row.subject) == ("Ben", "Ben", "QuickQuotes")
    assert (row.before, row.after) == ({"a": 1}, {"a": 2})
    write(Actor(world.tenant_id, Role.SYSTEM, bob, kind="system"), "thing.swept", ("thing", None), 2)
    row = listed(world.admin).rows[0]
    assert (row.actor, row.subject, row.actor_kind) == (None, None, "system")


def test_who_finds_what_they_did_and_what_was_done_in_their_place(world: World, ben: Actor):
    other = Actor(world.tenant_id, Role.BUYER, world.admin.principal_id, uuid4(), acting_as=ben.principal_id)
    write(ben, "thing.one", ("thing", None), 1)
    write(other, "thing.two", ("thing", None), 2)
    write(world.admin, "thing.three", ("thing", None), 3)
    found = [row.action for row in listed(world.admin, AuditFilter(who=ben.principal_id)).rows]
    assert found == ["thing.two", "thing.one"]


def test_entries_are_narrowed_and_paged(world: World, ben: Actor):
    thing = uuid4()
    for minute in range(5):
        write(ben, "gadget.turned", ("gadget", thing), minute)
    write(ben, "gadget.dropped", ("gadget", uuid4()), 9)
    assert len(listed(world.admin, AuditFilter(action="gadget.turned"))) == 5
    assert len(listed(world.admin, AuditFilter(kind="gadget"))) == 6
    assert len(listed(world.admin, AuditFilter(subject_id=thing))) == 5
    span = AuditFilter(kind="gadget", since=NOON + timedelta(minutes=2), until=NOON + timedelta(minutes=4))
    assert len(listed(world.admin, span)) == 2
    seen, cursor = [], None
    while True:
        page = listed(world.admin, AuditFilter(kind="gadget"), cursor=cursor, limit=4)
        seen += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 6


def test_actions_are_told_once_each_in_one_statement(world: World, ben: Actor):
    for minute in range(3):
        write(ben, "gadget.turned", ("gadget", None), minute)
    enter_tenant(world.tenant_id)
    with read_only(), counting() as told:
        found = audit_log.actions(world.admin)
    assert found == tuple(sorted(set(found)))
    assert {"gadget.turned", "publisher.added", "user.added"} <= set(found)
    assert len([sql for sql in told if "audit_entries" in sql]) == 1


def test_the_log_is_the_staffs_and_the_tenants_own(world: World, ben: Actor):
    write(ben, "gadget.turned", ("gadget", None), 1)
    stranger = World(now=world.now)
    for actor in (as_publisher(world), as_buyer(world, uuid4())):
        assert not listed(actor).rows
        enter_tenant(actor.tenant_id)
        with read_only():
            assert audit_log.actions(actor) == ()
            assert audit_log.of_subject(actor, "publisher", world.publisher_id) == ()
    assert "gadget.turned" not in {row.action for row in listed(stranger.admin).rows}
    enter_tenant(stranger.tenant_id)
    with read_only():
        assert "gadget.turned" not in audit_log.actions(stranger.admin)
        assert audit_log.names_of(stranger.admin, [("publisher", world.publisher_id)]) == {}
