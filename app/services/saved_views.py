"""Saved views: named query strings of a list, each person's own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError

from app.db import db
from app.domain.actor import Actor
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.people import SavedView
from app.services import audit
from app.services.changes import NoSuchThing, Refused

LONGEST_NAME = 40
LONGEST_QUERY = 2000
MOST = 30


def save(actor: Actor, page: str, name: str, query: str, *, now: datetime) -> UUID:
    """Keep a query string of ``page`` under a name. Raises Refused with what is wrong with the name."""
    clean = _named(name)
    if len(query) > LONGEST_QUERY:
        raise Refused("This view has too many filters to be saved.")
    kept = db.session.scalar(select(func.count()).select_from(SavedView).where(*_of(actor), SavedView.page == page))
    if (kept or 0) >= MOST:
        raise Refused(f"You have {MOST} views already. Delete one first.")
    view = SavedView(
        tenant_id=actor.tenant_id, id=new_id(now, kit().rng), user_id=actor.principal_id, page=page, query=query,
        created_at=now,
    )  # fmt: skip
    _store(view, clean)
    audit.record(actor, "view.saved", ("view", view.id), now=now, after={"name": clean, "page": page})
    return view.id


def rename(actor: Actor, view_id: UUID, name: str, *, now: datetime) -> None:
    """Give one's own view another name. Raises NoSuchThing, and Refused with what is wrong with the name."""
    view, clean = _own(actor, view_id), _named(name)
    before = view.name
    if clean == before:
        return
    _store(view, clean)
    audit.record(actor, "view.renamed", ("view", view_id), now=now, before={"name": before}, after={"name": clean})


def remove(actor: Actor, view_id: UUID, *, now: datetime) -> str:
    """Take one's own view away; answers the name that it had. Raises NoSuchThing."""
    view = _own(actor, view_id)
    name = view.name
    db.session.delete(view)
    db.session.flush()
    audit.record(actor, "view.removed", ("view", view_id), now=now, before={"name": name, "page": view.page})
    return name


def _named(name: str) -> str:
    clean = " ".join(name.split())
    if not clean:
        raise Refused("Give the view a name.")
    if len(clean) > LONGEST_NAME:
        raise Refused(f"The name is longer than {LONGEST_NAME} letters.")
    return clean


def _store(view: SavedView, name: str) -> None:
    """One name once; the unique index is the judge, so that two browsers cannot both have it."""
    try:
        with db.session.begin_nested():
            view.name = name
            db.session.add(view)
            db.session.flush()
    except IntegrityError as error:
        raise Refused("You have a view of this name already.") from error


def _own(actor: Actor, view_id: UUID) -> SavedView:
    view = db.session.scalars(select(SavedView).where(*_of(actor), SavedView.id == view_id)).one_or_none()
    if view is None:
        raise NoSuchThing(str(view_id))
    return view


def _of(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (SavedView.tenant_id == actor.tenant_id, SavedView.user_id == actor.principal_id)
