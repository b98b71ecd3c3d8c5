"""API keys: seen by prefix and last use, replaced at once or with an overlap; a new one is shown once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Response, abort, request

from app import clock
from app.domain.actor import Role
from app.portal import pages, visit
from app.portal.blueprint import portal
from app.queries import keys as queries
from app.services import api_keys
from app.services.api_keys import Made
from app.services.changes import Refused
from app.transaction import read_only, transaction

OVERLAPS = {"0": "At once: the old key stops working now", "1": "In 1 hour", "24": "In 24 hours", "168": "In 7 days"}


@portal.get("/keys")
def keys() -> Response:
    """All of them, the ended ones too: a key in somebody's old script can be recognised."""
    actor = visit.actor()
    with read_only():
        found = queries.listed(actor)
    return pages.page("keys/list.html", found=found, for_staff=actor.is_admin, for_buyer=actor.role is Role.BUYER)


@portal.get("/keys/<uuid:key_id>/rotate")
def rotate_form(key_id: UUID) -> Response:
    """What replacing it will do, and when the old one ends."""
    return _form(key_id, {}, None, 200)


@portal.post("/keys/<uuid:key_id>/rotate")
def rotate(key_id: UUID) -> Response:
    """Make the new key. It stands in this answer and nowhere else."""
    hours = request.form.get("overlap", "0")
    if hours not in OVERLAPS:
        return _form(key_id, {"overlap": "Choose one of the four."}, None, 422)
    try:
        with transaction():
            made = api_keys.rotate(visit.actor(), key_id, overlap=timedelta(hours=int(hours)), now=clock.now())
    except Refused as refused:
        return _form(key_id, {"overlap": str(refused)}, None, 422)
    return _form(key_id, {}, made, 200)


def _form(key_id: UUID, faults: dict[str, str], made: Made | None, status: int) -> Response:
    with read_only():
        key = queries.one(visit.actor(), key_id)
    if key is None:
        abort(404)
    return pages.page(
        "keys/rotate.html",
        fragment="form",
        status=status,
        key=key,
        faults=faults,
        made=made,
        overlaps=OVERLAPS,
        state=key.state(clock.now()),
    )
