"""Our style and script, the third-party files beside them, and icons.

Addresses carry a digest of the content, so that browsers keep a file for a year and never an old one.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import lucide
from flask import Response, send_from_directory, url_for
from markupsafe import Markup

from app.portal.blueprint import portal

OURS = Path(__file__).resolve().parent.parent / "static"
VENDOR = Path(__file__).resolve().parents[2] / "var" / "assets"
YEAR = 31_536_000


@portal.get("/static/<path:name>")
def static(name: str) -> Response:
    """A file of ours."""
    return _served(OURS, name)


@portal.get("/static/vendor/<path:name>")
def vendor(name: str) -> Response:
    """A third-party file that the set-up unpacked."""
    return _served(VENDOR, name)


@portal.get("/favicon.ico")
def favicon() -> Response:
    """The mark of the house."""
    return _served(OURS, "mark.svg")


def asset(name: str) -> str:
    """The address of ``app.css`` or ``vendor/htmx.min.js`` with its content's digest."""
    if name.startswith("vendor/"):
        inside = name.removeprefix("vendor/")
        return url_for("portal.vendor", name=inside, v=_digest(VENDOR / inside))
    return url_for("portal.static", name=name, v=_digest(OURS / name))


@cache
def icon(name: str, size: int = 18) -> Markup:
    """A lucide icon, drawn in the colour of the text around it; decoration, hidden from screen readers."""
    drawn = lucide._render_icon(name, size, aria_hidden="true", focusable="false", stroke_width="1.75")  # noqa: SLF001 - the wheel's only way to ask for one outside Django
    return Markup(drawn)  # noqa: S704 - from the wheel's own zip, by a name that stands in a template


def _served(folder: Path, name: str) -> Response:
    response = send_from_directory(folder, name, max_age=YEAR)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


@cache
def _digest(path: Path) -> str:
    """Eight hex digits; ``missing`` before the set-up ran, so that pages still render."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.is_file() else "missing"
