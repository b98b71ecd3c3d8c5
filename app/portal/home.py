"""The front door after signing in."""

from __future__ import annotations

from flask import Response, url_for

from app.portal import nav, pages, visit
from app.portal.blueprint import portal


@portal.get("/")
def home() -> Response:
    """Staff ask whether today is normal; buyers and publishers begin at their own first page."""
    return pages.go(url_for("portal.overview" if visit.visitor().role in nav.STAFF else "portal.own_home"))
