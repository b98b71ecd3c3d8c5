"""The door: signing in and out, and the look that somebody chose."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, request, session, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.portal import pages, visit
from app.portal.blueprint import portal
from app.portal.furniture import THEMES
from app.services import acting, sessions
from app.services.proof import SlowDown
from app.services.sign_in import Browser, Gone, OwesCode, Refused, is_open, second_step
from app.services.sign_in import sign_in as try_to_sign_in
from app.transaction import transaction
from app.web.context import caller_ip, request_id

WRONG = "The e-mail address or the password is wrong."
WRONG_CODE = (
    "This code does not count: mistyped, too old, or used before. Wait for the next one, or use a recovery code."
)
TOO_LATE = "That took too long. Sign in again."
COME_BACK = "Your session is over. Sign in to go on where you were."
NOTE = "note"
"""Where the cookie keeps whose password was right until their code is there."""

YEAR = timedelta(days=365)


@portal.get("/login")
def sign_in_form() -> ResponseReturnValue:
    """The form; somebody signed in already goes on to where they wanted."""
    if visit.current() is not None:
        return pages.go(visit.local_path(request.args.get("next", "/")))
    return _form("", {}, 200)


@portal.post("/login")
def sign_in() -> ResponseReturnValue:
    """Check, begin a session under a new id, and send them on."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    try:
        step = try_to_sign_in(email, password, _browser(), now=clock.now())
    except Refused:
        return _form(email, {"email": WRONG}, 422)
    except SlowDown as refused:
        return _slowed(_form(email, {"email": slow_down(refused.wait)}, 429), refused.wait)
    if isinstance(step, OwesCode):
        session[NOTE] = step.note
        return pages.go(url_for("portal.code_form", next=visit.local_path(request.form.get("next", "/"))))
    return _let_in(step.token)


@portal.get("/login/code")
def code_form() -> ResponseReturnValue:
    """The second step; without the first one there is none."""
    if not is_open(session.get(NOTE, ""), clock.now()):
        return pages.go(url_for("portal.sign_in_form", next=visit.local_path(request.args.get("next", "/"))))
    return _code_form({}, 200)


@portal.post("/login/code")
def enter_code() -> ResponseReturnValue:
    """Check the code, or a recovery code, and only now begin a session."""
    try:
        opened = second_step(session.get(NOTE, ""), request.form.get("code", ""), _browser(), now=clock.now())
    except Gone:
        session.pop(NOTE, None)
        flash(TOO_LATE)
        return pages.go(url_for("portal.sign_in_form", next=visit.local_path(request.form.get("next", "/"))))
    except Refused:
        return _code_form({"code": WRONG_CODE}, 422)
    except SlowDown as refused:
        return _slowed(_code_form({"code": slow_down(refused.wait)}, 429), refused.wait)
    return _let_in(opened.token)


def _let_in(token: str) -> Response:
    _end_old_session()
    session.clear()  # a new form token too: what was known before signing in opens nothing after
    response = pages.go(visit.local_path(request.form.get("next", "/")))
    visit.remember(response, token)
    return response


def _browser() -> Browser:
    return Browser(caller_ip(), request.user_agent.string, request_id())


@portal.post("/logout")
def sign_out() -> ResponseReturnValue:
    """End this session everywhere at once."""
    with transaction():
        if visit.visitor().acting:
            acting.end(visit.visitor(), visit.actor(), "signed_out", now=clock.now())
        sessions.end(visit.actor(), visit.visitor().session_id, clock.now())
    session.clear()
    response = pages.go(url_for("portal.sign_in_form"))
    visit.forget(response)
    return response


@portal.post("/preferences")
def prefer() -> ResponseReturnValue:
    """Keep the look, the width of the rail or whether single keys count in a cookie, and go back."""
    response = pages.go(visit.local_path(pages.came_from()))
    for name, allowed in (("theme", THEMES), ("rail", ("slim", "wide")), ("keys", ("on", "off"))):
        value = request.form.get(name, "")
        if value in allowed:
            response.set_cookie(
                name, value, max_age=YEAR, path="/", secure=visit.is_https(), samesite="Lax", httponly=True
            )
    return response


def _form(email: str, faults: dict[str, str], status: int) -> Response:
    wish = request.values.get("next", "")
    heading = COME_BACK if wish and visit.token() and not faults else ""
    return pages.page(
        "sign_in/sign_in.html", fragment="form", status=status, email=email, faults=faults, next=wish, heading=heading
    )


def _code_form(faults: dict[str, str], status: int) -> Response:
    return pages.page(
        "sign_in/code.html", fragment="form", status=status, faults=faults, next=request.values.get("next", "/")
    )


def slow_down(wait: timedelta) -> str:
    """The sentence for somebody who guessed too often."""
    return f"Too many wrong tries. Try again in {_spoken(_seconds(wait))}."


def _slowed(response: Response, wait: timedelta) -> Response:
    response.headers["Retry-After"] = str(_seconds(wait))
    return response


def _seconds(wait: timedelta) -> int:
    return max(1, int(wait.total_seconds()) + 1)


def _spoken(seconds: int) -> str:
    if seconds < 100:  # noqa: PLR2004 - minutes read better beyond
        return f"{seconds} seconds"
    return f"{round(seconds / 60)} minutes"


def _end_old_session() -> None:
    """Somebody who signs in over a living session leaves none behind."""
    old = visit.current()
    if old is not None:
        with transaction():
            sessions.end(visit.actor(), old.session_id, clock.now())
