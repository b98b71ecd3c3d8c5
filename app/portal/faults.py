"""Error pages: what is wrong, where, what to do, and the request id to quote.

A signed-in person keeps the navigation, so that a dead link is no dead end.
"""

from __future__ import annotations

from flask import Response, g, request
from flask_wtf.csrf import CSRFError

from app.portal import kept, pages, visit
from app.portal.blueprint import portal
from app.services.changes import NoSuchThing, NotAllowed, NotInPerson
from app.services.endpoints import NoSuchEndpoint
from app.web import context
from app.web.problem import Problem

HEADINGS = {
    400: "That request could not be read",
    403: "This is not yours to do",
    404: "Nothing here",
    405: "This address does not take that",
    408: "That took too long to arrive",
    409: "Somebody was quicker",
    413: "That is too large",
    415: "That is of a kind which is not taken here",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "Not available just now",
}
HINTS = {
    404: "The address is wrong, or what stood here is not yours to see. Search finds leads by id, e-mail or telephone.",
    405: "It is there to send a form to, not to be opened. Go back to the page with the form.",
    413: "Nothing was changed. Send less at a time, or a smaller file.",
    500: "Nothing of what you entered was changed. Try again; if it stays, tell us the request id.",
    503: "Nothing was changed. It is usually over within a minute; then try again.",
}
PASSING = frozenset({408, 429, 500, 503})
"""What trying again may mend."""

ACTING = (
    "You act as somebody else. Passwords, second factors, sessions, keys and secrets are theirs alone. "
    "Stop acting, at the top of this page, to do this in your own name."
)
EXPIRED = "The form on that page had expired, so nothing was changed. Go back, reload the page and send it again."


def error_page(problem: Problem) -> Response:
    """The page for a refusal; a bare part for HTMX, which shows it as a notice."""
    try:
        visit.look_up()
    except Exception:  # noqa: BLE001 - the database may be what is away; the page must still come
        g.visitor = None
    return pages.page(
        "errors/error.html",
        fragment="problem",
        status=problem.status,
        heading=HEADINGS.get(problem.status, "That did not work"),
        sentence=HINTS.get(problem.status, problem.sentence),
        request_id=context.request_id(),
        wait=problem.headers.get("Retry-After", ""),
        again=_again(problem.status),
        back=_back(),
    )


def _again(status: int) -> str:
    """This page's own address where trying again may help; a form is sent again from its page, never from here."""
    return request.full_path.rstrip("?") if status in PASSING and request.method == "GET" else ""


def _back() -> str:
    """The page that led here, if it is one of ours and another than this."""
    page = pages.came_from()
    return page if page not in {"/", request.full_path.rstrip("?")} else ""


@portal.errorhandler(NoSuchThing)
@portal.errorhandler(NotAllowed)
@portal.errorhandler(NoSuchEndpoint)
def _not_there(_error: Exception) -> Response:
    return error_page(Problem(404, "not_found", HINTS[404]))


@portal.errorhandler(NotInPerson)
def _theirs_alone(_error: NotInPerson) -> Response:
    return error_page(Problem(403, "not_in_person", ACTING))


@portal.errorhandler(CSRFError)
def _expired(_error: CSRFError) -> Response:
    """The form is of a session before this one, open in another tab: it comes back with what was typed."""
    place = kept.way_back() if visit.current() else None
    return pages.go(place) if place else error_page(Problem(400, "form_expired", EXPIRED))
