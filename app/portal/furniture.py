"""What every template finds at hand: words, icons, addresses, the visitor, the look they chose."""

from __future__ import annotations

from typing import Any

from flask import Flask, request

from app import clock
from app.portal import assets, drawing, masking, nav, reason_words, visit, wording, words

THEMES = ("system", "light", "dark")
FILTERS = (
    wording.money, wording.plain_money, wording.clock_time, wording.feed_time, wording.day_time, wording.exact,
    wording.ago, wording.until, wording.lasted, wording.said, words.label, reason_words.plainly, reason_words.veiled,
)  # fmt: skip


def hang(app: Flask) -> None:
    """Put filters, globals and the macros into the template environment.

    The macro module is a global, not an import: a block that is rendered alone never runs the
    imports at the top of its template.
    """
    env = app.jinja_env
    env.filters |= {use.__name__: use for use in FILTERS}
    env.globals |= {
        "asset": assets.asset,
        "icon": assets.icon,
        "status": words.status,
        "words": words,
        "masking": masking,
        "drawing": drawing,
        "between": wording.between,
        "counted": wording.counted,
    }
    app.context_processor(_context)
    for name in ("ui", "charts"):
        env.globals[name] = env.get_template(f"macros/{name}.html").module


def theme() -> str:
    """Light, dark or what the system prefers; from the cookie, so that the first paint is right."""
    wish = request.cookies.get("theme", "")
    return wish if wish in THEMES else "system"


def keys() -> str:
    """Whether single keys do something: "on" or "off"; from the cookie too."""
    return "off" if request.cookies.get("keys") == "off" else "on"


def _context() -> dict[str, Any]:
    found = visit.current()
    entries = nav.entries(found.role) if found else ()
    return {
        "visitor": found,
        "entries": entries,
        "letters": nav.letters(entries),
        "theme": theme(),
        "keys": keys(),
        "rail": "slim" if request.cookies.get("rail") == "slim" else "wide",
        "now": clock.now(),
    }
