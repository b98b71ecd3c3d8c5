"""The sub-verticals of a vertical: one list, written into the fields of each of its campaigns."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.portal import market_form, nav, pages, refusals, verticals, visit
from app.portal.blueprint import portal
from app.portal.wording import counted
from app.services import sub_verticals as services
from app.services.catalogue_edits import Stale
from app.services.changes import NoSuchThing, Refused
from app.services.schema_drafts import choices_of
from app.transaction import read_only, transaction


@portal.post("/verticals/<uuid:vertical_id>/subs")
@refusals.only(*nav.STAFF)
def save_sub_verticals(vertical_id: UUID) -> Response:
    """Close the list for every campaign, or open it again; whoever comes second sees both values."""
    typed = request.form.get("sub_verticals", "")[: market_form.LONGEST]
    try:
        with transaction():
            done = services.edit(
                visit.actor(), vertical_id, choices_of(typed), seen=request.form.get("seen", ""), now=clock.now()
            )
    except NoSuchThing:
        refusals.not_yours("vertical", vertical_id)
    except Refused as refused:
        return _again(vertical_id, typed, market_form.faults_of(refused), 422)
    except Stale:
        return _again(vertical_id, typed, {}, 409)
    flash(f"Saved in {counted(done, 'campaign')}. The next lead obeys." if done else "Nothing was different.")
    return pages.go(url_for("portal.vertical", vertical_id=vertical_id))


def _again(vertical_id: UUID, typed: str, faults: dict[str, str], status: int) -> Response:
    with read_only():
        return verticals.page(vertical_id, status, typed_subs=typed, sub_faults=faults, subs_moved=status == 409)  # noqa: PLR2004 - Conflict
