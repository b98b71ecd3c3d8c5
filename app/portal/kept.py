"""A form that came after its session had ended: kept for its author, and the way back to its page.

Kept is only what one of our own pages sent, and only where a signed cookie says whose page it was. What holds a
password is never kept.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask import g, request, session, url_for
from flask_wtf.csrf import CSRFError

from app import clock
from app.extensions import csrf
from app.portal import pages
from app.services import kept_forms
from app.services.kept_forms import Author, Fields, Sent
from app.services.sessions import Visitor
from app.transaction import transaction

AUTHOR = "author"
SECRET = re.compile("password|secret", re.IGNORECASE)
"""Fields that are never kept, whatever their form."""

NAME = pages.KEPT
NEVER = frozenset({
    "portal.change_password", "portal.sign_out", "portal.prefer", "portal.search", "portal.palette",
    "portal.begin_second_factor", "portal.confirm_second_factor",
    "portal.fresh_recovery_codes", "portal.switch_second_factor_off", "portal.reset_second_factor", "portal.act_as",
    "portal.stop_acting", "portal.test_suppression", "portal.remove_suppression", "portal.preview_suppressions",
})  # fmt: skip


def remember_author(visitor: Visitor | None) -> None:
    """Let the cookie say whose pages these are; nobody's while an admin acts as somebody."""
    if visitor is None:
        return
    whose = "" if visitor.acting else f"{visitor.tenant_id}:{visitor.user_id}"
    if session.get(AUTHOR, "") != whose:
        session[AUTHOR] = whose


def way_back() -> str | None:
    """Keep the form of this request; the address that shows it again, None when it is not to be kept."""
    author = _author()
    if request.method != "POST" or request.endpoint in NEVER or author is None or not _is_ours():
        return None
    sent = Sent(request.path, _fields(), had_files=any(file.filename for file in request.files.values()))
    with transaction():
        kept_id = kept_forms.keep(author, sent, now=clock.now())
    page = pages.came_from()
    if page == "/":
        return url_for("portal.kept", kept_id=kept_id)
    return f"{page}{'&' if '?' in page else '?'}{NAME}={quote(str(kept_id))}"


def author_now() -> Author | None:
    """The signed-in person as an author."""
    visitor: Visitor | None = g.get("visitor")
    return Author(visitor.tenant_id, visitor.user_id) if visitor and not visitor.acting else None


def _author() -> Author | None:
    """Whom the cookie names; it is signed, so nobody names another."""
    tenant_id, _, user_id = str(session.get(AUTHOR, "")).partition(":")
    return Author(UUID(tenant_id), UUID(user_id)) if user_id else None


def _fields() -> Fields:
    return tuple(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and not SECRET.search(name)
    )


def _is_ours() -> bool:
    """Whether a page of ours sent it: no other site may put words into somebody's form."""
    try:
        if urlsplit(request.headers.get("Origin", "")).netloc == request.host:
            return True
        csrf.protect()
    except (ValueError, CSRFError):
        return False
    return True
