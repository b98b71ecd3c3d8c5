"""The command palette: pages, actions, leads and partners behind one box.

What is typed is posted: no address ever holds a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, request, url_for

from app.domain.actor import Actor
from app.portal import nav, pages, visit, words
from app.portal.blueprint import portal
from app.queries import leads, palette
from app.queries.leads import LeadFilter, Needle
from app.queries.palette import Named
from app.services import lead_search
from app.transaction import read_only

LONGEST = 254
LEADS = 5
SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Link:
    """One place to go. ``letter``: what follows g to go there without the palette."""

    word: str
    icon: str
    url: str
    detail: str = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Links of one kind under their heading."""

    word: str
    links: tuple[Link, ...]


PAGES = {"contract": "portal.contract", "publisher": "portal.publisher", "buyer": "portal.buyer"}
KINDS = (
    ("contract", "Contracts", "file-text"),
    ("publisher", "Publishers", "building"),
    ("buyer", "Buyers", "briefcase"),
)


@portal.post("/palette", endpoint="palette")
def palette_found() -> Response:
    """What the text names; with nothing typed, every page."""
    return page_of(found(visit.actor(), typed()))


def typed() -> str:
    """What stands in the box."""
    return request.form.get("find", "").strip()[:LONGEST]


def page_of(groups: tuple[Group, ...]) -> Response:
    """The options for the dialog; without scripts a page of the same links."""
    return pages.page("palette/found.html", fragment="found", groups=groups)


def found(actor: Actor, text: str) -> tuple[Group, ...]:
    """Groups that have something, the likeliest first; at most five statements."""
    with read_only():
        groups = [Group("Leads", _leads(actor, text)), *_places(actor, text), *_named(actor, text)]
    return tuple(group for group in groups if group.links)


def _leads(actor: Actor, text: str) -> tuple[Link, ...]:
    wanted = lead_search.needle(actor, text)
    rows = leads.listed(actor, LeadFilter(needle=wanted), None, LEADS).rows if wanted != Needle() else ()
    links = [
        Link(
            row.short_id, "list", url_for("portal.lead", lead_id=row.id),
            " · ".join(part for part in (words.status("lead", row.state).word, row.vertical, row.source) if part),
        )
        for row in rows
    ]  # fmt: skip
    person = palette.person(actor, wanted) if rows else None
    everything = [Link("Leads of this person", "user", url_for("portal.leads", person=person.hex()))] if person else []
    return (*everything, *links)


def _places(actor: Actor, text: str) -> Iterator[Group]:
    entries = nav.entries(actor.role)
    letters = nav.letters(entries)
    yield Group("Pages", tuple(
        Link(entry.word, entry.icon, url_for(entry.endpoint), "", letters[entry.section])
        for entry in entries if _fits(text, entry.word, entry.group)
    ))  # fmt: skip
    yield Group("Actions", tuple(
        Link(action.word, action.icon, url_for(action.endpoint))
        for action in nav.actions(actor.role) if _fits(text, action.word, action.also)
    ))  # fmt: skip


def _fits(text: str, *texts: str) -> bool:
    """Whether every word that was typed begins a word of these."""
    known = " ".join(texts).lower().split()
    return all(any(word.startswith(part) for word in known) for part in text.lower().split())


def _named(actor: Actor, text: str) -> Iterator[Group]:
    rows = palette.named(actor, text) if len(text) >= SHORTEST_NAME else ()
    for kind, word, icon in KINDS:
        yield Group(word, tuple(_link(row, icon) for row in rows if row.kind == kind))


def _link(row: Named, icon: str) -> Link:
    """To its own page; a partner whose page is not there yet leads to its leads."""
    page = PAGES.get(row.kind, "")
    is_there = page in current_app.view_functions
    values: dict[str, Any] = {f"{row.kind}_id": row.id} if is_there else {"period": "all", row.kind: row.id}
    return Link(row.name, icon, url_for(page if is_there else "portal.leads", **values), row.detail)
