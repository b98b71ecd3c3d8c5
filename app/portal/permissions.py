"""What a buyer may change of its contracts by itself; admins say so, part by part."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.domain.contract_terms import PARTS, permission
from app.portal import contract_words, nav, pages, refusals, visit
from app.portal.blueprint import portal
from app.queries import contract_choices
from app.services import contract_edits
from app.services.contract_faults import Faulty
from app.transaction import read_only, transaction


@portal.get("/buyers/<uuid:buyer_id>/permissions")
@refusals.only(*nav.STAFF)
def permissions(buyer_id: UUID) -> Response:
    """One line a part, with the three answers."""
    return _page(buyer_id, {}, 200)


@portal.post("/buyers/<uuid:buyer_id>/permissions")
@refusals.only(*nav.STAFF)
def save_permissions(buyer_id: UUID) -> Response:
    """Holds from the buyer's next change on; what waits already goes on waiting."""
    given = {part: request.form.get(part, "") for part in PARTS}
    try:
        with transaction():
            contract_edits.set_permissions(visit.actor(), buyer_id, given, now=clock.now())
    except Faulty as faulty:
        return _page(buyer_id, dict(faulty.faults), 422)
    flash("Saved. The buyer's next change follows these permissions.")
    return pages.go(url_for("portal.permissions", buyer_id=buyer_id))


def _page(buyer_id: UUID, faults: dict[str, str], status: int) -> Response:
    with read_only():
        buyer = contract_choices.buyer(visit.actor(), buyer_id)
        if buyer is None:
            refusals.not_yours("buyer", buyer_id)
    chosen = {part: request.form.get(part) or str(permission(buyer.permissions, part)) for part in PARTS}
    return pages.page(
        "contracts/permissions.html",
        status=status,
        buyer=buyer,
        faults=faults,
        chosen=chosen,
        parts=contract_words.PARTS,
        answers=contract_words.PERMISSIONS,
    )
