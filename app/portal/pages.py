"""Whole page or part of it: the one file that knows HTMX's headers.

A template is one file whose parts are named blocks. ``page`` renders a block alone when HTMX asks for
it, and the whole page to everybody else: first visits, boosted links, history restores, browsers
without scripts. ``Vary`` is set on every answer, so that no cache gives a part to who wants the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, request, session
from htmx_flask.requests import HtmxHeaders

VARY = "HX-Request"
KEPT = "kept"
"""The value in an address that brings a form back which came after its session had ended."""


def page(
    template: str, *, fragment: str | None = None, extras: Iterable[str] = (), status: int = 200, **values: Any
) -> Response:
    """Render ``template``, or only its block ``fragment`` and the out-of-band blocks ``extras`` for HTMX."""
    wants_part = fragment is not None and wants_fragment()
    names = (fragment, *extras) if fragment is not None and wants_part else ()
    body = blocks(template, names, **values) + _notices() if wants_part else whole(template, **values)
    response = Response(body, status, mimetype="text/html")
    response.vary.add(VARY)
    return response


def whole(template: str, **values: Any) -> str:
    """The full page as text."""
    context = _context(values) | {"is_fragment": False}
    return current_app.jinja_env.get_template(template).render(context)


def blocks(template: str, names: Iterable[str], **values: Any) -> str:
    """These blocks of the template, one after the other; blocks know they are alone by ``is_fragment``."""
    compiled = current_app.jinja_env.get_template(template)
    context = compiled.new_context(_context(values) | {"is_fragment": True})
    return "".join("".join(compiled.blocks[name](context)) for name in names)


def go(url: str) -> Response:
    """Send the browser to ``url`` by GET: See Other, or HTMX's header where it asked."""
    return _told(204, {"HX-Redirect": url}) if is_htmx() else _told(303, {"Location": url})


def sign_in_first(url: str) -> Response:
    """The session is over: to the sign-in page, never a sign-in form inside a table."""
    return _told(401, {"HX-Redirect": url}) if is_htmx() else _told(303, {"Location": url})


def nothing_new() -> Response:
    """An answer that swaps nothing."""
    return _told(204, {})


def is_htmx() -> bool:
    """Whether HTMX made this request."""
    return bool(_headers())


def wants_fragment() -> bool:
    """Whether HTMX asks for a part: not for a boosted link and not to restore a whole page from history."""
    headers = _headers()
    return bool(headers) and not headers.boosted and not headers.history_restore_request


def came_from() -> str:
    """Path and query of the page that this request was made on; ``/`` when that is not known."""
    try:
        address = urlsplit(_headers().current_url or request.headers.get("Referer", ""))
    except ValueError:  # as in http://[
        return "/"
    if address.netloc != request.host:
        return "/"
    query = "&".join(part for part in address.query.split("&") if not part.startswith(f"{KEPT}="))
    return address.path + (f"?{query}" if query else "")


def _headers() -> HtmxHeaders:
    return HtmxHeaders(request.headers)


def _notices() -> str:
    """What was flashed while this part was made, out of band; most parts have nothing to say."""
    return whole("layouts/notices.html", out_of_band=True) if "_flashes" in session else ""


def _context(values: dict[str, Any]) -> dict[str, Any]:
    context = dict(values)
    current_app.update_template_context(context)
    return context


def _told(status: int, headers: dict[str, str]) -> Response:
    response = Response(status=status, headers=headers)
    response.vary.add(VARY)
    return response
