"""The settings: what the operation chooses for itself, and, to be read, what the process was started with."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import Response, current_app, flash, request, url_for

from app import clock
from app.domain.actor import Role
from app.portal import market_form, nav, pages, refusals, settings_words, visit
from app.portal.blueprint import portal
from app.portal.market_form import Faults, Reading, Typed
from app.services import tenant_settings as services
from app.services.catalogue_edits import Stale, Terms
from app.services.changes import Refused
from app.services.tenant_settings import KEEP_DELIVERIES, KEEP_MESSAGES, SECOND_FACTOR
from app.transaction import read_only, transaction

TEMPLATE = "settings/show.html"
DAYS = (KEEP_DELIVERIES, KEEP_MESSAGES)
ZONES = tuple(sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))


@portal.get("/settings", endpoint="settings")
@refusals.only(*nav.STAFF)
def show() -> Response:
    """How things are chosen."""
    with read_only():
        return _page(services.current(visit.actor()), None, {}, 200)


@portal.post("/settings")
@refusals.only(*nav.STAFF)
def save_settings() -> Response:
    """Save the choices; where somebody was quicker, both values are shown."""
    verb, about = market_form.pressed()
    with read_only():
        stored = services.current(visit.actor())
    typed = _typed(stored)
    if verb == "theirs" and about in stored:
        return _page(stored, typed | {about: _opened(stored)[about]}, {}, 200)
    wanted, faults = _read(typed)
    if faults:
        return _page(stored, typed, faults, 422)
    try:
        with transaction():
            done = services.change(visit.actor(), wanted, request.form.get("seen", ""), now=clock.now())
    except Refused as refused:
        return _page(stored, typed, market_form.faults_of(refused), 422)
    except Stale as stale:
        return _page(dict(stale.current), typed, {}, 409)
    flash("Saved." if done else "Nothing was different, so nothing was changed.")
    return pages.go(url_for("portal.settings"))


def _page(stored: dict[str, Any], typed: Typed | None, faults: Faults, status: int) -> Response:
    clashing = typed is not None and market_form.is_clashing(status)
    shown = typed or _opened(stored)
    visitor = visit.visitor()
    with read_only():
        edited = market_form.last_edit("tenant", visitor.tenant_id)
    mine = _read(shown)[0] if clashing else stored
    return pages.page(
        TEMPLATE,
        fragment="editor",
        status=status,
        typed=shown,
        faults=faults,
        seen=market_form.seen_by(stored, clashing=clashing),
        clashing=clashing,
        clashes=market_form.clashes(mine, stored, settings_words.TERMS, settings_words.said) if clashing else [],
        edited=edited,
        roles=settings_words.ROLES,
        required=shown[SECOND_FACTOR].split(),
        zones=ZONES,
        currency=visitor.currency,
        environment=settings_words.environment(current_app.extensions["settings"]),
    )


def _opened(stored: Terms) -> Typed:
    """The stored choices as the form shows them; no number of days means for ever."""
    days = {name: "" if stored[name] is None else str(stored[name]) for name in DAYS}
    return {name: stored[name] for name in services.COLUMNS} | days | {SECOND_FACTOR: " ".join(stored[SECOND_FACTOR])}


def _typed(stored: Terms) -> Typed:
    typed = market_form.typed_in(request.form, _opened(stored))
    return typed | {SECOND_FACTOR: " ".join(request.form.getlist(SECOND_FACTOR))}


def _read(typed: Typed) -> tuple[dict[str, Any], Faults]:
    reading = Reading(typed)
    days = {name: reading.whole(name) if typed[name] else None for name in DAYS}
    chosen = typed[SECOND_FACTOR].split()
    required = [str(role) for role in _IN_ORDER if str(role) in chosen]
    strange = sorted(set(chosen) - set(required))
    return {name: typed[name] for name in services.COLUMNS} | days | {SECOND_FACTOR: required + strange}, reading.faults


_IN_ORDER = (Role.SUPERADMIN, Role.ADMIN, Role.BUYER, Role.PUBLISHER)
