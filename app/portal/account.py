"""A person's own things: password, sessions, the look."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, flash, request, session, url_for

from app import clock
from app.portal import pages, visit
from app.portal.blueprint import portal
from app.portal.sign_in import slow_down
from app.queries import sessions as queries
from app.services import passwords, second_factor, sessions, users
from app.services.changes import in_person
from app.services.proof import SlowDown, WrongPassword
from app.transaction import read_only, transaction

WRONG_OLD = "This is not your present password."
DIFFERENT = "The two do not agree."


@portal.get("/account")
def account() -> Response:
    """Who they are, where they are signed in, how it looks."""
    return _page({}, 200)


@portal.post("/account/password")
def change_password() -> Response:
    """A new password ends every session, this one too: whoever knew the old one is out."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _page({"again": DIFFERENT}, 422)
    try:
        users.change_password(visit.actor(), old=old, new=new, now=clock.now())
    except WrongPassword:
        return _page({"old": WRONG_OLD}, 422)
    except SlowDown as refused:
        return _page({"old": slow_down(refused.wait)}, 429)
    except users.WeakPassword as weak:
        return _page({"new": str(weak)}, 422)
    session.clear()
    flash("Your password is changed. Every session has ended; sign in with the new one.")
    response = pages.go(url_for("portal.sign_in_form"))
    visit.forget(response)
    return response


@portal.post("/account/sessions/<uuid:session_id>/end")
def end_session(session_id: UUID) -> Response:
    """End one of their own sessions, here or on another machine."""
    in_person(visit.actor())
    with transaction():
        ended = sessions.end(visit.actor(), session_id, clock.now())
    if not ended:
        abort(404)
    flash("The session has ended.")
    return pages.go(url_for("portal.account"))


@portal.post("/account/sessions/end-others")
def end_other_sessions() -> Response:
    """End every session but this one."""
    in_person(visit.actor())
    with transaction():
        count = sessions.end_all(
            visit.actor(), visit.visitor().user_id, but=visit.visitor().session_id, now=clock.now()
        )
    flash("No other session was open." if not count else "Every other session has ended.")
    return pages.go(url_for("portal.account"))


def _page(faults: dict[str, str], status: int) -> Response:
    with read_only():
        open_sessions = queries.of_person(visit.actor(), clock.now())
        factor = second_factor.standing(visit.actor())
    return pages.page(
        "account/show.html",
        fragment="password",
        status=status,
        faults=faults,
        open_sessions=open_sessions,
        factor=factor,
        here=visit.visitor().session_id,
        least=passwords.MIN_LENGTH,
    )
