"""Filling an empty database with the demo, once; a later start finds it and brings the card up to date.

What a second start may find changed: the ports (addresses on the card, in delivery setups and in the
webhook endpoint), a lost card (new keys, the same data), other secrets (passwords set anew).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from flask import current_app

from app import clock
from app.db import enter_tenant
from app.demo import build, card, cast, history, inbox, moving
from app.demo.card import Card
from app.domain.actor import Actor, Role
from app.services import api_keys, applications, book, recovery, tenants, users
from app.services.api_keys import Wish
from app.settings import Settings
from app.transaction import commit, rollback, transaction

SLUG, SECOND_SLUG = "demo", "harbourside"
OPENED_DAYS_AGO = history.DAYS + 1


def seed(out: Path) -> None:
    """Fill the database, or find it filled; write ``out``."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    tenant_id = tenants.by_slug(SLUG)
    rollback()
    if tenant_id is None:
        _fill(settings, out, now)
    else:
        _find(settings, tenant_id, out, now)


def _fill(settings: Settings, out: Path, now: datetime) -> None:
    """Everything that the past needs is one transaction: a start that is cut off leaves nothing half done."""
    opened = now - timedelta(days=OPENED_DAYS_AGO)
    build.second_tenant(SECOND_SLUG, opened)
    built = build.main_tenant(SLUG, settings.simulator_url + moving.HURRIED, opened)
    for person in cast.PEOPLE:
        owner = {Role.BUYER: built.demo_buyer_id, Role.PUBLISHER: built.publisher_id}.get(person.role)
        password = cast.password_of(person.email, settings.secret_key)
        users.add(
            built.actor, role=person.role, email=person.email, name=person.name, password=password,
            owner_id=owner, now=opened,
        )  # fmt: skip
    applications.open_front_door(built.actor, now=opened)
    inbox.fill(built, now)
    second_key = _key(built.actor, "ingest", Role.PUBLISHER, built.second_publisher_id, opened)
    written = _card(settings, built.actor, built.publisher_id, opened)
    with card.ready_to_write(out, written):
        commit()
    history.fill(built.actor.tenant_id, (written["ingest"]["api_key"], second_key), now)
    with transaction():
        moving.slow_down(built.actor, settings.simulator_url, now=opened)


def _find(settings: Settings, tenant_id: UUID, out: Path, now: datetime) -> None:
    """The data are there: keep the card's keys, follow what moved."""
    enter_tenant(tenant_id)
    actor = build.actor_of(tenant_id, now)
    kept = card.read(out) or card.unfinished(out)
    with transaction():
        publisher_id = _publisher_of(tenant_id)
        publisher = _as_publisher(actor, publisher_id)
        for person in cast.PEOPLE:
            recovery.set_password(actor, person.email, cast.password_of(person.email, settings.secret_key), now=now)
        if kept is None or not moving.opens(kept, actor, now):
            kept = _card(settings, actor, publisher_id, now)
        moving.follow(actor, publisher, kept, settings, now=now)
        applications.open_front_door(actor, now=now)
        fresh = kept | {"base_url": settings.base_url, "users": _people(settings)}
        fresh["simulator"] = {"base_url": settings.simulator_url}
        fresh["mail"] = _mail(settings)
        with card.ready_to_write(out, fresh):
            commit()


def _card(settings: Settings, actor: Actor, publisher_id: UUID, now: datetime) -> Card:
    """The card, with keys made for it: they are shown here and nowhere else."""
    secret = moving.listen(_as_publisher(actor, publisher_id), settings.simulator_url, secret=None, now=now)
    return {
        "base_url": settings.base_url,
        "users": _people(settings),
        "ingest": {
            "api_key": _key(actor, "ingest", Role.PUBLISHER, publisher_id, now),
            "webhook_secret": secret,
        },
        "router": {
            "admin_key": _key(actor, "router", Role.ADMIN, None, now),
            "partner_key": _key(actor, "router", Role.PUBLISHER, publisher_id, now),
        },
        "simulator": {"base_url": settings.simulator_url},
        "mail": _mail(settings),
    }


def _mail(settings: Settings) -> dict[str, str]:
    """Where mail lands: nothing leaves the demo."""
    return {"url": f"{settings.base_url}/demo/mail"}


def _people(settings: Settings) -> list[dict[str, str]]:
    return [
        {
            "role": person.role.value,
            "email": person.email,
            "password": cast.password_of(person.email, settings.secret_key),
        }
        for person in cast.PEOPLE
    ]


def _key(actor: Actor, kind: str, role: Role, owner_id: UUID | None, now: datetime) -> str:
    return api_keys.create(actor, Wish(kind, role, owner_id, f"Demo {kind}"), now=now).secret


def _as_publisher(actor: Actor, publisher_id: UUID) -> Actor:
    """The same hands, acting for the demo publisher: its endpoints are its own."""
    return replace(actor, role=Role.PUBLISHER, owner_id=publisher_id)


def _publisher_of(tenant_id: UUID) -> UUID:
    publishers = book.current(tenant_id).publishers
    return next(one.id for one in publishers.values() if one.name == build.PUBLISHER)
