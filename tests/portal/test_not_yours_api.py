"""Every operation of the canonical API on somebody else's thing: forbidden to the role, or not there at all."""

from uuid import UUID

import pytest
from flask import Flask

from app import clock
from app.api import OPERATIONS
from app.api.endpoint import Operation
from app.db import enter_tenant
from app.domain.actor import Actor, Role
from app.services import api_keys
from app.services.api_keys import Wish
from app.transaction import transaction
from tests.portal.people import Person
from tests.portal.things import Things, filled
from tests.support.minimal import minimal
from tests.support.world import World

PREFIX = "/api/v1"
THING_OF = {
    "webhooks": "endpoint_id", "partners": "publisher_id", "deliveries": "delivery_id", "contract-changes": "change_id",
}  # fmt: skip
"""Which thing the id of a resource names, where the resource is called otherwise."""

ON_A_THING = [operation for operation in OPERATIONS if "<" in operation.path]


def path_of(operation: Operation, known: Things) -> str:
    resource = operation.path.split("/")[1]
    name = THING_OF.get(resource, resource.removesuffix("s") + "_id")
    return PREFIX + filled(operation.path, known | {"id": known[name]})


def router_key(owner: Actor, role: Role, owner_id: UUID | None) -> str:
    enter_tenant(owner.tenant_id)
    with transaction():
        return api_keys.create(owner, Wish("router", role, owner_id, role.value), now=clock.now()).secret


@pytest.fixture
def keys(world: World, other: World, rivals: list[Person]) -> dict[str, str]:
    """A key of each role that nothing of Cara's, Bob's or Alice's belongs to."""
    publisher, buyer = (person.actor.owner_id for person in rivals)
    return {
        "a stranger": router_key(other.admin, Role.ADMIN, None),
        "a publisher": router_key(world.admin, Role.PUBLISHER, publisher),
        "a buyer": router_key(world.admin, Role.BUYER, buyer),
    }


def test_no_key_of_another_opens_anything(app: Flask, things: Things, keys: dict[str, str]):
    wrong = []
    for who, key in keys.items():
        for operation in ON_A_THING:
            body = minimal(operation.body) if operation.changes and operation.method != "DELETE" else None
            answer = app.test_client().open(
                path_of(operation, things),
                method=operation.method,
                headers={"Authorization": f"Bearer {key}"},
                json=body,
            )
            if answer.status_code not in {403, 404}:
                wrong.append(f"{who}: {operation.method} {operation.path}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []


def test_without_a_key_nothing_opens(app: Flask, things: Things):
    for operation in OPERATIONS:
        path = path_of(operation, things) if operation in ON_A_THING else PREFIX + operation.path
        assert app.test_client().open(path, method=operation.method).status_code == 401, path


def test_a_session_of_the_portal_opens_nothing_of_the_api(things: Things, alice: Person):
    for operation in OPERATIONS:
        path = path_of(operation, things) if operation in ON_A_THING else PREFIX + operation.path
        assert alice.client.open(path, method=operation.method).status_code == 401, path
