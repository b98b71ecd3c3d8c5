"""Acting as somebody: an admin looks at the portal as a buyer's or publisher's user, and comes back."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request, session, url_for

from app import clock
from app.domain.actor import STAFF
from app.portal import pages, refusals, visit
from app.portal.blueprint import portal
from app.services import acting
from app.services.changes import Refused
from app.transaction import transaction


@portal.post("/act-as/<uuid:user_id>")
@refusals.only(*STAFF)
def act_as(user_id: UUID) -> Response:
    """From the next page on it is that person's portal, for an hour at most."""
    try:
        with transaction():
            token = acting.begin(visit.visitor(), visit.actor(), user_id, now=clock.now())
    except Refused as refused:
        flash(str(refused))
        return pages.go(visit.local_path(pages.came_from()))
    return _turned(token, url_for("portal.home"))


@portal.post("/act-as/stop")
def stop_acting() -> Response:
    """Back to the admin's own view, to the page of the person they acted as where there is one."""
    if visit.visitor().acting is None:
        return pages.go(url_for("portal.home"))
    with transaction():
        token = acting.end(visit.visitor(), visit.actor(), "stopped", now=clock.now())
    flash("You are yourself again.")
    return _turned(token, visit.local_path(request.form.get("next", url_for("portal.users"))))


def _turned(token: str | None, place: str) -> Response:
    """Forms of the view before are worth nothing now: both tokens are new."""
    flashed = session.get("_flashes")
    session.clear()
    if flashed:
        session["_flashes"] = flashed
    response = pages.go(place)
    if token is not None:
        visit.remember(response, token)
    return response
