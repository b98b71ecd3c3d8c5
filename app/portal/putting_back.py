"""Bringing back what somebody sent after their session had ended: on its page, filled in, and never sent by itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, session, url_for

from app import clock
from app.portal import kept, pages, refusals
from app.portal.blueprint import portal
from app.portal.refill import Refilled, refill
from app.services import kept_forms
from app.services.kept_forms import Sent
from app.transaction import read_only, transaction

NOTICE = "kept/notice.html"
SHOWN = "kept_shown"
"""Where the cookie remembers which kept form was shown, until its action is sent again."""


@portal.get("/kept/<uuid:kept_id>", endpoint="kept")
def kept_form(kept_id: UUID) -> Response:
    """What was sent, on a page of its own: where it is not known which page it came from, or that page is gone."""
    sent = _read(kept_id)
    if sent is None:
        refusals.not_yours("kept_form", kept_id)
    session[SHOWN] = [str(kept_id), sent.action]
    return pages.page("kept/show.html", **_said(sent, Refilled("", found=False, left=sent.fields)))


@portal.after_request
def put_back(response: Response) -> Response:
    """Fill the kept form into the page that its address asks for, with a notice on top."""
    _forget_what_was_sent(response)
    kept_id = _asked()
    sent = _read(kept_id) if kept_id else None
    if kept_id is None or sent is None:
        return response
    if response.status_code in {302, 303} or response.mimetype != "text/html" or response.is_streamed:
        return pages.go(url_for("portal.kept", kept_id=kept_id))
    filled = refill(response.get_data(as_text=True), sent.action, sent.fields)
    before, tag, after = filled.html.partition('<div id="notices"')
    head, bracket, rest = after.partition(">")
    notice = pages.whole(NOTICE, **_said(sent, filled))
    response.set_data(before + tag + head + bracket + notice + rest if tag else filled.html)
    session[SHOWN] = [str(kept_id), sent.action]
    return response


def _asked() -> UUID | None:
    """The id in the address of a page; parts and other requests never carry one."""
    if request.method != "GET" or pages.wants_fragment() or request.endpoint == "portal.kept":
        return None
    try:
        return UUID(request.args.get(pages.KEPT, ""))
    except ValueError:
        return None


def _read(kept_id: UUID) -> Sent | None:
    author = kept.author_now()
    if author is None:
        return None
    with read_only():
        return kept_forms.read(author, kept_id, now=clock.now())


def _said(sent: Sent, filled: Refilled) -> dict[str, Any]:
    return {"sent": sent, "found": filled.found, "left": filled.left}


def _forget_what_was_sent(response: Response) -> None:
    """Sent again and taken: it need not be kept any longer."""
    kept_id, action = session.get(SHOWN) or ("", "")
    author = kept.author_now()
    if request.method != "POST" or request.path != action or author is None or response.status_code >= 400:  # noqa: PLR2004
        return
    session.pop(SHOWN)
    with transaction():
        kept_forms.forget(author, UUID(kept_id))
