"""The keys of the keyboard, as a page that works without a script and as a part for the dialog."""

from __future__ import annotations

from flask import Response

from app.portal import nav, pages, visit
from app.portal.blueprint import portal

EVERYWHERE = (
    (("Ctrl K", "⌘ K"), "Open the command palette", False),
    (("/",), "Find a lead or a page", True),
    (("?",), "Show these keys", True),
    (("Esc",), "Close what is open", False),
)
IN_LISTS = (
    (("j",), "Next row", True),
    (("k",), "Row before", True),
    (("o", "Enter"), "Open the row", True),
    (("x",), "Tick the row", True),
)
LIVE = ((("Space",), "Pause the feed, or go on", True),)


@portal.get("/help/keys")
def help_keys() -> Response:
    """Every key, and the letters after g for the pages of this role."""
    entries = nav.entries(visit.visitor().role)
    letters = nav.letters(entries)
    going = tuple(((f"g {letters[entry.section]}",), entry.word, True) for entry in entries if letters[entry.section])
    tables = (("Everywhere", EVERYWHERE), ("In a list", IN_LISTS), ("On the live page", LIVE), ("Go to", going))
    return pages.page("help/keys.html", fragment="keys", tables=tables)
