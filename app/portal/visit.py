"""Who sits at the browser: the session cookie, and the door that stays shut without one.

Every view of the portal needs a signed-in person unless its endpoint is listed in ``OPEN``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, abort, current_app, flash, g, request, session, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.domain.actor import Actor, Role
from app.extensions import csrf
from app.portal import kept, pages
from app.portal.blueprint import portal
from app.services import acting, sessions
from app.services.sessions import Visitor
from app.settings import Settings
from app.transaction import read_only, transaction
from app.web import reading
from app.web.context import request_id

OPEN = frozenset({
    "portal.sign_in_form", "portal.sign_in", "portal.static", "portal.vendor", "portal.prefer", "portal.favicon",
    "portal.apply_form", "portal.apply", "portal.applied", "portal.forgot_form", "portal.forgot", "portal.link_form",
    "portal.use_link", "portal.demo_mail", "portal.code_form", "portal.enter_code", "portal.welcome", "portal.try_out",
    "portal.docs", "portal.docs_page",
})  # fmt: skip
ENROLLING = frozenset({
    "portal.second_factor", "portal.begin_second_factor", "portal.confirm_second_factor", "portal.account",
    "portal.change_password", "portal.sign_out",
})  # fmt: skip
"""What somebody may open who must set up a second factor first."""

UNATTENDED = frozenset({
    "portal.live_stream", "portal.live_rows", "portal.start_steps", "portal.overview_now", "portal.queues_now",
})  # fmt: skip
"""Requests that a page makes by itself: they do not keep a session alive."""

F = TypeVar("F", bound=Callable[..., ResponseReturnValue])


@portal.before_request
def guard() -> ResponseReturnValue | None:
    """Before every view of the portal: who is it, may they be here, and did the form come from us."""
    g.visitor = _visitor()
    _no_nul()
    if g.visitor is None and request.endpoint == "portal.home" and not token():
        return pages.go(url_for("portal.welcome"))  # nobody who was here before: they are told what this is
    if g.visitor is None and request.endpoint not in OPEN:
        return pages.sign_in_first(url_for("portal.sign_in_form", next=_place()))
    kept.remember_author(g.visitor)
    csrf.protect()
    if g.visitor is not None and g.visitor.must_enrol and request.endpoint not in OPEN | ENROLLING:
        return pages.sign_in_first(url_for("portal.second_factor"))
    return _time_is_over(g.visitor)


def _no_nul() -> None:
    """Keep the character out that no field of a page can hold. Raises Problem 400."""
    if any("\0" in f"{name}{value}" for name, value in request.form.items(multi=True)):
        raise reading.no_nul()


def _time_is_over(found: Visitor | None) -> Response | None:
    """Acting as somebody ends by itself; what was asked for as them is not done as the admin."""
    if found is None or found.acting is None or clock.now() < found.acting.until:
        return None
    is_gone = found.acting.until == sessions.LONG_AGO
    with transaction():
        token = acting.end(found, found.actor(request_id()), "gone" if is_gone else "time", now=clock.now())
    session.clear()
    why = "they can no longer sign in" if is_gone else "an hour is over"
    flash(f"You act as {found.name} no longer: {why}. You are yourself again.")
    response = pages.go(url_for("portal.home"))
    if token is not None:
        remember(response, token)
    return response


def current() -> Visitor | None:
    """Whoever is signed in."""
    found: Visitor | None = g.get("visitor")
    return found


def visitor() -> Visitor:
    """Whoever is signed in; only for views behind the door."""
    found = current()
    if found is None:
        abort(404)
    return found


def actor() -> Actor:
    """The signed-in person as the first argument of use cases and queries."""
    return visitor().actor(request_id())


def only(*roles: Role) -> Callable[[F], F]:
    """For these roles; to everybody else the page does not exist."""

    def decorate(view: F) -> F:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if visitor().role not in roles:
                abort(404)
            return view(*args, **kwargs)

        checked.roles = frozenset(roles)  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate


def remember(response: Response, token: str) -> None:
    """Give the browser its session; the cookie ends with it."""
    response.set_cookie(
        _cookie(), token, max_age=int(sessions.LIFE.total_seconds()), path="/",
        secure=_settings().is_production, httponly=True, samesite="Lax",
    )  # fmt: skip


def is_https() -> bool:
    """Whether cookies may go over https alone; the demo speaks plain http."""
    return _settings().is_production


def forget(response: Response) -> None:
    """Take the cookie away."""
    response.delete_cookie(_cookie(), path="/", secure=_settings().is_production, httponly=True, samesite="Lax")


def token() -> str:
    """What the browser's cookie holds; empty without one."""
    return request.cookies.get(_cookie(), "")


def local_path(wish: str) -> str:
    """``wish`` when it is a path on this site, else the front door: no other site can be sent to from here."""
    try:
        parts = urlsplit(wish)
    except ValueError:  # as in //[
        return url_for("portal.home")
    is_path = wish.startswith("/") and not wish.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    clean = is_path and wish.isprintable() and "\\" not in wish
    return wish if clean else url_for("portal.home")


def look_up() -> None:
    """Find out who it is, where no view has: error pages of addresses that do not exist."""
    if "visitor" not in g:
        g.visitor = _visitor()


def _visitor() -> Visitor | None:
    if not token() or request.endpoint in {"portal.static", "portal.vendor"}:
        return None
    now = clock.now()
    with read_only():
        found = sessions.visitor(token(), now)
    if found is not None and sessions.is_stale(found, now) and request.endpoint not in UNATTENDED:
        with transaction():
            sessions.touch(found, now)
    return found


def _place() -> str:
    """Where to come back to after signing in: this page, or the page that a part or form was on."""
    if request.method == "GET" and not pages.is_htmx():
        return request.full_path.rstrip("?")
    return kept.way_back() or pages.came_from()


def _cookie() -> str:
    """``__Host-``: this host alone, https alone. A demo on plain http could not set such a cookie."""
    return "__Host-visit" if _settings().is_production else "visit"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
