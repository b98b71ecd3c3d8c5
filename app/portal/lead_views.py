"""Saved views of the lead list: keeping one, renaming it, taking it away. Each is a person's own.

The view itself stands in the address that a form is sent to, as it stands in the list's.
"""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request

from app import clock
from app.portal import lead_wishes, leads, pages, refusals, visit
from app.portal.blueprint import portal
from app.queries import lead_bar
from app.services import saved_views
from app.services.changes import NoSuchThing, Refused
from app.transaction import transaction


@portal.post("/leads/views")
def save_view() -> Response:
    """Keep this view under a name; a name that cannot be is said beside its field, above the same list."""
    name = request.form.get("view-name", "")
    lead_wishes.wish()  # what cannot be read is not kept
    try:
        with transaction():
            saved_views.save(visit.actor(), lead_bar.PAGE, name, lead_wishes.query(), now=clock.now())
    except Refused as refused:
        return leads.listed({"view-name": str(refused)}, typed=name, status=422)
    flash("The view is saved. Its address can be sent to a colleague.")
    return pages.go(lead_wishes.address())


@portal.post("/leads/views/<uuid:view_id>/rename")
def rename_view(view_id: UUID) -> Response:
    """Another name for one's own view."""
    name = request.form.get("new-name", "")
    try:
        with transaction():
            saved_views.rename(visit.actor(), view_id, name, now=clock.now())
    except NoSuchThing:
        refusals.not_yours("view", view_id)
    except Refused as refused:
        return leads.listed({"new-name": str(refused)}, typed=name, status=422)
    flash("The view has its new name.")
    return pages.go(lead_wishes.address())


@portal.post("/leads/views/<uuid:view_id>/delete")
def delete_view(view_id: UUID) -> Response:
    """Take one's own view away; the leads stay where they are."""
    try:
        with transaction():
            name = saved_views.remove(visit.actor(), view_id, now=clock.now())
    except NoSuchThing:
        refusals.not_yours("view", view_id)
    flash(f"The view {name} is deleted.")
    return pages.go(lead_wishes.address())
