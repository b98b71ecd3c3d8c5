"""Verticals edited one by one: name, base price and floor; added; removed as long as nothing ever stood in them."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.db import db
from app.domain.actor import Actor
from app.models.catalogue import Campaign, Offer, Vertical
from app.models.leads import Lead
from app.services import catalogue
from app.services.catalogue import VerticalWish
from app.services.catalogue_edits import Faults, Terms, money_faults, name_faults, put, refuse
from app.services.changes import Refused, load, only_staff, removed

TERMS = ("name", "base_price_minor", "floor_minor")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
LONGEST_KEY = 40


def terms_of(row: Vertical) -> Terms:
    """What the vertical's page edits."""
    return {term: getattr(row, term) for term in TERMS}


def edit(actor: Actor, vertical_id: UUID, wanted: Terms, *, seen: str, now: datetime) -> tuple[str, ...]:
    """Give it these terms; answers those that changed. Raises NoSuchThing, Faulty, Stale."""
    only_staff(actor)
    row = load(actor, Vertical, vertical_id)
    refuse(faults_in(wanted))
    return put(actor, row, "vertical", terms_of(row), wanted, seen, now=now)


def add(actor: Actor, key: str, wanted: Terms, *, now: datetime) -> UUID:
    """A new line of business; ``key`` is what publishers write, so it never changes. Raises Faulty."""
    only_staff(actor)
    refuse(_key_faults(actor, key) + faults_in(wanted))
    wish = VerticalWish(key, wanted["name"], wanted["base_price_minor"], wanted["floor_minor"])
    return catalogue.add_vertical(actor, wish, now=now)


def remove(actor: Actor, vertical_id: UUID, *, now: datetime) -> None:
    """Take it away; raises Refused as soon as anything stands in it, and NoSuchThing."""
    only_staff(actor)
    row = load(actor, Vertical, vertical_id)
    if standing_in(actor, vertical_id):
        raise Refused("Campaigns, offers or leads stand in this vertical. Pause its campaigns instead.")
    removed(actor, row, "vertical", now=now)


def standing_in(actor: Actor, vertical_id: UUID) -> bool:
    """Whether a campaign, an offer or a lead belongs to it."""
    tables = (Campaign, Offer, Lead)
    return any(
        db.session.scalar(
            select(table.id).where(table.tenant_id == actor.tenant_id, table.vertical_id == vertical_id).limit(1)
        )
        for table in tables
    )


def faults_in(wanted: Terms) -> Faults:
    """What is wrong with these terms."""
    return name_faults(wanted) + money_faults(wanted, "base_price_minor", "floor_minor")


def _key_faults(actor: Actor, key: str) -> Faults:
    if not _KEY.fullmatch(key) or len(key) > LONGEST_KEY:
        return (("key", "Small letters, digits and single hyphens, such as life-insurance; 40 at most."),)
    taken = db.session.scalar(
        select(func.count()).select_from(Vertical).where(Vertical.tenant_id == actor.tenant_id, Vertical.key == key)
    )
    return (("key", "Another vertical has this key."),) if taken else ()
