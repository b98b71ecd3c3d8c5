"""What each role may do, read off the declarations that decide it: the rail's entries and each view's ``only``.

A table written by hand would be wrong with the next route; this one cannot be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import Flask

from app.domain.actor import Role
from app.portal import nav, visit, words

ROLES = (Role.SUPERADMIN, Role.ADMIN, Role.BUYER, Role.PUBLISHER)
PREFIX = "portal."


class Right(NamedTuple):
    """A page or an act, and for whom it exists. ``detail``: what its view says of itself."""

    word: str
    detail: str
    roles: frozenset[Role]


def pages() -> tuple[Right, ...]:
    """The places of the rail, in its order."""
    return tuple(Right(entry.word, entry.group, entry.roles) for entry in nav.ENTRIES)


def acts(app: Flask) -> tuple[Right, ...]:
    """Everything that a form of the portal can do, by name."""
    return tuple(sorted(_acts(app)))


def _acts(app: Flask) -> Iterator[Right]:
    for endpoint, view in app.view_functions.items():
        if not endpoint.startswith(PREFIX) or endpoint in visit.OPEN or not _takes_forms(app, endpoint):
            continue
        said = (view.__doc__ or "").strip().partition("\n")[0]
        roles: frozenset[Role] = getattr(view, "roles", nav.EVERYBODY)
        yield Right(words.label(endpoint.removeprefix(PREFIX)), said, roles)


def _takes_forms(app: Flask, endpoint: str) -> bool:
    return any("POST" in (rule.methods or ()) for rule in app.url_map.iter_rules(endpoint))
