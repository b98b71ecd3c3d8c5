"""Finding a lead, a person or, failing those, a page or partner of that name.

What is typed is posted: no address ever holds an e-mail or a telephone number.
"""

from __future__ import annotations

from flask import Response, url_for

from app.domain.actor import Role
from app.portal import filters, pages, palette, visit
from app.portal.blueprint import portal
from app.services import lead_search
from app.transaction import read_only

MISSED = {
    "id": "No lead has this id.",
    "text": "This is no lead id, e-mail address or telephone number, and nothing has that name.",
}


@portal.post("/search")
def search() -> Response:
    """To the lead, to the leads of one person, to whatever has that name, or to what can be searched."""
    typed = palette.typed()
    with read_only():
        found = lead_search.found(visit.actor(), typed)
    if found.lead_id:
        return pages.go(url_for("portal.lead", lead_id=found.lead_id))
    if found.person:
        return pages.go(url_for("portal.leads", person=found.person))
    named = palette.found(visit.actor(), typed) if typed and not found.is_id else ()
    if named:
        return palette.page_of(named)
    missed = ("id" if found.is_id else "text") if typed else None
    return pages.go(url_for("portal.search_page", missed=missed))


@portal.get("/search")
def search_page() -> Response:
    """What can be searched, and a larger box to do it in."""
    missed = filters.one_of("missed", MISSED)
    return pages.page("leads/search.html", said=MISSED.get(missed, ""), for_buyer=visit.actor().role is Role.BUYER)
