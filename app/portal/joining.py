"""One-time links and forgotten passwords: the two doors for people who have no password."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, request, session, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.portal import pages, snippets, specimens
from app.portal.blueprint import portal
from app.services import access, links, password_reset, passwords, rehearsals, sandbox, team, users
from app.services.links import Gone, Link, Purpose
from app.settings import Settings
from app.transaction import read_only, transaction
from app.web import rate
from app.web.context import caller_counted, request_id
from app.web.problem import Problem

LIMITS = ((10, 600), (60, 86_400))
DIFFERENT = "The two do not agree."
DONE = "Your password is set. Sign in with it."


def address_of(token: str) -> str:
    """The address of a link, for a mail. From the settings: a Host header must not choose where a secret goes."""
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url + url_for("portal.link_form", token=token)


@portal.get("/link/<token>")
def link_form(token: str) -> ResponseReturnValue:
    """What the link is for, and a form. Opening it uses nothing up."""
    return _form(token, {}, 200)


@portal.post("/link/<token>")
def use_link(token: str) -> ResponseReturnValue:
    """Set the password; a new publisher is shown the API key in this answer and nowhere else."""
    new = request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _form(token, {"again": DIFFERENT}, 422)
    try:
        link = _looked(token)
        with transaction():
            let_in = team.let_in(link, new, request_id=request_id(), now=clock.now())
    except Gone as gone:
        return _gone(gone)
    except users.WeakPassword as weak:
        return _form(token, {"new": str(weak)}, 422)
    session.clear()
    if let_in.api_key is None:
        flash(DONE)
        return pages.go(url_for("portal.sign_in_form"))
    shown = snippets.sending(let_in.api_key, _first_lead(let_in.api_key))
    return pages.page("link/welcome.html", let_in=let_in, link=link, snippets=shown, key=sandbox.KEY)


def _first_lead(api_key: str) -> dict[str, Any]:
    """A lead that this very key may send: what the snippets hold is pasted as it stands."""
    now = clock.now()
    try:
        with read_only():
            sectors = rehearsals.sectors(access.by_key("ingest", api_key, now))
    except access.Refused:  # revoked in this moment; the page is shown all the same
        sectors = ()
    return specimens.lead(*specimens.sector({one.key: one.country for one in sectors}), now - specimens.AGO)


@portal.get("/forgot")
def forgot_form() -> ResponseReturnValue:
    """Ask for a link to a new password."""
    return pages.page("link/forgot.html", fragment="form", email="", faults={}, asked=False)


@portal.post("/forgot")
def forgot() -> ResponseReturnValue:
    """Owe a mail to whoever is known; the answer is the same for everybody."""
    email = request.form.get("email", "").strip()[:254]
    if "@" not in email:
        return _forgot(email, {"email": "Enter the e-mail address that you sign in with."}, 422)
    try:
        rate.count(f"forgot:{caller_counted()}", *LIMITS)
    except Problem as problem:
        response = _forgot(email, {"email": "Too many requests from your network. Try again in some minutes."}, 429)
        response.headers.update(problem.headers)
        return response
    password_reset.ask(email, link_to=address_of, request_id=request_id(), now=clock.now())
    return pages.page("link/forgot.html", fragment="form", email=email, faults={}, asked=True)


def _looked(token: str) -> Link:
    with read_only():
        return links.look(token, clock.now())


def _form(token: str, faults: dict[str, str], status: int) -> Response:
    try:
        link = _looked(token)
    except Gone as gone:
        return _gone(gone)
    return pages.page(
        "link/form.html", fragment="form", status=status, token=token, link=link, faults=faults,
        least=passwords.MIN_LENGTH, is_welcome=link.purpose is Purpose.WELCOME, is_reset=link.purpose is Purpose.RESET,
    )  # fmt: skip


def _gone(gone: Gone) -> Response:
    return pages.page("link/gone.html", status=404 if gone.why == "unknown" else 410, why=gone.why)


def _forgot(email: str, faults: dict[str, str], status: int) -> Response:
    return pages.page("link/forgot.html", fragment="form", status=status, email=email, faults=faults, asked=False)
