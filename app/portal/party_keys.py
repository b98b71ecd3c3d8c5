"""API keys of publishers and buyers, made and ended by admins; a new one is shown in one answer and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Response, abort, flash, request, url_for

from app import clock
from app.domain.actor import Role
from app.portal import nav, pages, refusals, visit, words
from app.portal.blueprint import portal
from app.queries import choices
from app.queries import keys as queries
from app.services import api_keys
from app.services.api_keys import Made, Wish
from app.transaction import read_only, transaction

KINDS: Mapping[str, tuple[str, ...]] = {"publisher": ("ingest", "router"), "buyer": ("router",)}
"""What kinds of keys a company's programs can use, the usual one first."""

LONGEST_NAME = 60


def kinds_for(party: str) -> tuple[tuple[str, str], ...]:
    """The kinds with their words."""
    return tuple((kind, words.KEY_KINDS[kind]) for kind in KINDS[party])


@portal.get("/<any(publishers,buyers):parties>/<uuid:owner_id>/keys/new")
@refusals.only(*nav.STAFF)
def new_key(parties: str, owner_id: UUID) -> Response:
    """What the key is for, and what it is called."""
    return _form(parties, owner_id, {}, None, 200)


@portal.post("/<any(publishers,buyers):parties>/<uuid:owner_id>/keys/new")
@refusals.only(*nav.STAFF)
def make_key(parties: str, owner_id: UUID) -> Response:
    """Make it. It stands in this answer and nowhere else."""
    party, kind = parties[:-1], request.form.get("kind", "")
    name = " ".join(request.form.get("name", "").split())
    faults = {}
    if kind not in KINDS[party]:
        faults["kind"] = "Choose what the key is for."
    if not name or len(name) > LONGEST_NAME:
        faults["name"] = f"Enter a name of at most {LONGEST_NAME} characters, such as the program that uses it."
    if faults:
        return _form(parties, owner_id, faults, None, 422)
    _owner(parties, owner_id)
    with transaction():
        made = api_keys.create(visit.actor(), Wish(kind, Role(party), owner_id, name), now=clock.now())
    return _form(parties, owner_id, {}, made, 200)


@portal.get("/keys/<uuid:key_id>/revoke")
@refusals.only(*nav.STAFF)
def revoke_form(key_id: UUID) -> Response:
    """What ending it will do."""
    with read_only():
        key = queries.one(visit.actor(), key_id)
    if key is None:
        refusals.not_yours("api_key", key_id)
    return pages.page(
        "keys/revoke.html", key=key, state=key.state(clock.now()), back=visit.local_path(pages.came_from())
    )


@portal.post("/keys/<uuid:key_id>/revoke")
@refusals.only(*nav.STAFF)
def revoke_key(key_id: UUID) -> Response:
    """End it at once."""
    with transaction():
        api_keys.revoke(visit.actor(), key_id, now=clock.now())
    flash("The key has ended. Whatever still sends with it is refused.")
    return pages.go(visit.local_path(request.form.get("back") or url_for("portal.keys")))


def _owner(parties: str, owner_id: UUID) -> str:
    """The company's name; 404 for one that is not the tenant's."""
    with read_only():
        offered = choices.choices(visit.actor())
    rows = offered.publishers if parties == "publishers" else offered.buyers
    name = next((one.name for one in rows if one.id == owner_id), None)
    if name is None:
        refusals.not_yours(parties[:-1], owner_id)
    return name


def _form(parties: str, owner_id: UUID, faults: dict[str, str], made: Made | None, status: int) -> Response:
    name = _owner(parties, owner_id)
    party = parties[:-1]
    if party not in KINDS:
        abort(404)
    back = url_for("portal.publisher", publisher_id=owner_id)
    if party == "buyer":
        back = url_for("portal.buyer", buyer_id=owner_id)
    return pages.page(
        "keys/new.html", fragment="form", status=status, owner=name, parties=parties, owner_id=owner_id, back=back,
        kinds=kinds_for(party), faults=faults, made=made, form=request.form,
    )  # fmt: skip
