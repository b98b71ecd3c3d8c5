"""Something of the market's for every argument that an address of the portal takes.

A new argument needs its line here: ``tests/portal/test_not_yours.py`` fails until it has one.
"""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Role
from app.domain.suppression import Purpose
from app.models.applications import Application
from app.models.catalogue import Source
from app.models.contracts import Contract, ContractChange
from app.models.people import KeptForm, SavedView, UserSession
from app.services import mails, suppressions, value_lists
from app.transaction import transaction
from tests.portal.people import Person, add_user, seat
from tests.support.world import World

Things = dict[str, UUID]
SHARED = frozenset({"campaign_id", "offer_id", "source_id", "vertical_id"})
"""What other companies of the same tenant may meet by name: in choices, filters and their own leads."""


def filled(rule: str, known: Things) -> str:
    """A rule's path with something known in the place of each argument, and the first of words to choose from."""
    path = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(known[found[1]]), path)


@pytest.fixture
def rivals(app: Flask, world: World) -> list[Person]:
    """Another publisher and another buyer of the same market."""
    enter_tenant(world.tenant_id)  # another tenant may have been opened meanwhile
    made = []
    for role, email, owner in (
        (Role.PUBLISHER, "rival@example.com", uuid4()),
        (Role.BUYER, "hal@example.com", world.buyer("Harbour")),
    ):
        made.append(seat(app, add_user(world.admin, role, email, owner), email))
    return made


@pytest.fixture
def things(  # noqa: PLR0917 - a market is that much
    world: World, alice: Person, bob: Person, cara: Person, lead_id: UUID, key_id: UUID, endpoint_id: UUID,
    message_id: UUID, delivery_id: UUID,
) -> Things:  # fmt: skip
    """By the argument's name."""
    enter_tenant(world.tenant_id)
    contract_id = db.session.scalars(select(Contract.id).where(Contract.buyer_id == bob.actor.owner_id).limit(1)).one()
    return {
        "lead_id": lead_id, "key_id": key_id, "endpoint_id": endpoint_id, "message_id": message_id,
        "delivery_id": delivery_id, "user_id": bob.actor.principal_id, "session_id": _session_of(bob),
        "publisher_id": world.publisher_id, "buyer_id": bob.actor.owner_id, "owner_id": world.publisher_id,
        "contract_id": contract_id, "change_id": _change(world, contract_id, bob), "offer_id": world.offer_id,
        "campaign_id": world.campaign_id, "vertical_id": world.vertical_id,
        "source_id": db.session.scalars(select(Source.id).where(Source.tenant_id == world.tenant_id).limit(1)).one(),
        "application_id": _application(world), "mail_id": _mail(world), "view_id": _view(world, cara),
        "kept_id": _kept(world, bob), "list_id": _suppression_list(world), "value_list_id": _value_list(world),
    }  # fmt: skip


def _session_of(person: Person) -> UUID:
    return db.session.scalars(
        select(UserSession.id).where(UserSession.user_id == person.actor.principal_id).limit(1)
    ).one()


def _change(world: World, contract_id: UUID, bob: Person) -> UUID:
    made = world._row(
        ContractChange, contract_id=contract_id, buyer_id=bob.actor.owner_id, asked_by=bob.actor.principal_id,
        before={"price_minor": 6200}, after={"price_minor": 6300}, version=1,
    )  # fmt: skip
    world.touch()
    return made


def _application(world: World) -> UUID:
    made = world._row(
        Application, company="Eve Leads", website="https://eve.example", contact_name="Eve", email="eve@example.com",
        phone="+447712300000", country="GB", verticals=["mortgages"], monthly_leads=100, traffic="search", ip="::1",
    )  # fmt: skip
    world.touch()
    return made


def _mail(world: World) -> UUID:
    with transaction():
        return mails.owe(
            world.tenant_id, "reset", to="bob@example.com", subject="A new password", body="secret", now=world.now
        )


def _view(world: World, cara: Person) -> UUID:
    made = world._row(SavedView, user_id=cara.actor.principal_id, page="leads", name="Mine", query="state=sold")
    world.touch()
    return made


def _kept(world: World, bob: Person) -> UUID:
    made = world._row(
        KeptForm, user_id=bob.actor.principal_id, sealed=b"sealed", expires_at=clock.now() + timedelta(hours=1)
    )
    world.touch()
    return made


def _suppression_list(world: World) -> UUID:
    with transaction():
        return suppressions.add_list(world.admin, "Opted out", Purpose.OPT_OUT, now=world.now)


def _value_list(world: World) -> UUID:
    with transaction():
        return value_lists.add(world.admin, "near", ["SW1A 1AA"], now=world.now)
