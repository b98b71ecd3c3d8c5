"""The mail outbox, for admins; in the demo also an open mailbox, for nothing leaves there."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Response, abort, current_app, flash, url_for

from app import clock
from app.portal import filters, nav, pages, visit, words
from app.portal.blueprint import portal
from app.queries import mails as queries
from app.services import mails as services
from app.services.changes import Refused
from app.settings import Settings
from app.transaction import read_only, transaction

NEWEST = 50
_LINK = re.compile(r"/link/[\w-]{20,64}")
_ADDRESS = re.compile(r"(https?://[^\s<>\"]+)")


@portal.get("/mails", endpoint="mails")
@visit.only(*nav.STAFF)
def mails_list() -> Response:
    """Newest first."""
    cursor, state = filters.cursor(), filters.one_of("state", words.MAIL)
    with read_only():
        found = queries.listed(visit.actor(), state, cursor, filters.PAGE_SIZE)
    return pages.page(
        "mails/list.html",
        fragment="batch" if cursor else "rows",
        found=found,
        state=state,
        states=[(code, status.word) for code, status in words.MAIL.items()],
        next_url=filters.same_with(after=found.next) if found.next else "",
        leaves=bool(_settings().smtp_url) and not _settings().is_demo,
    )


@portal.get("/mails/<uuid:mail_id>")
@visit.only(*nav.STAFF)
def mail(mail_id: UUID) -> Response:
    """One mail. Whoever could read its link could take the person's place: outside the demo it is blotted out."""
    return _page(mail_id, "", 200)


@portal.post("/mails/<uuid:mail_id>/again")
@visit.only(*nav.STAFF)
def send_mail_again(mail_id: UUID) -> Response:
    """Owe it once more."""
    try:
        with transaction():
            services.send_again(visit.actor(), mail_id, now=clock.now())
    except Refused as refused:
        return _page(mail_id, str(refused), 422)
    flash("The mail is on its way again.")
    return pages.go(url_for("portal.mail", mail_id=mail_id))


@portal.get("/demo/mail")
def demo_mail() -> Response:
    """Everybody's mail, open to everybody: in the demo alone."""
    if not _settings().is_demo:
        abort(404)
    with read_only():
        found = services.open_mailbox(NEWEST)
    return pages.page("mails/demo.html", found=[(one, linked(one.body)) for one in found])


def linked(text: str) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is an address to follow."""
    return [(piece, bool(_ADDRESS.fullmatch(piece))) for piece in _ADDRESS.split(text) if piece]


def _page(mail_id: UUID, fault: str, status: int) -> Response:
    with read_only():
        found = services.read(visit.actor(), mail_id)
    body = found.body if _settings().is_demo else _LINK.sub("/link/…", found.body)
    return pages.page(
        "mails/show.html",
        status=status,
        row=found,
        body=linked(body) if _settings().is_demo else [(body, False)],
        fault=fault,
        is_blotted=body != found.body,
        can_send=found.state in {services.FAILED, services.KEPT},
    )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
