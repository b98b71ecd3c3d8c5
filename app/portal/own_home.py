"""The first page of buyers and of publishers; staff have the overview."""

from __future__ import annotations

from flask import Response, url_for

from app.domain.actor import Role
from app.portal import buyer_home, pages, publisher_home, visit
from app.portal.blueprint import portal


@portal.get("/home")
def own_home() -> Response:
    """What a person of a company wants to know first. Staff are sent to where they begin."""
    role = visit.visitor().role
    if role is Role.BUYER:
        return buyer_home.page()
    if role is Role.PUBLISHER:
        return publisher_home.page()
    return pages.go(url_for("portal.home"))
