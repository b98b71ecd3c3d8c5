"""Sources: each publisher's entries into campaigns, what they are paid, and how much they may send."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.portal import contract_words, filters, market_form, market_words, nav, pages, refusals, source_form, visit
from app.portal import words as portal_words
from app.portal.blueprint import portal
from app.portal.market_form import Faults
from app.portal.source_form import NAMES, Draft
from app.queries import campaigns as campaign_queries
from app.queries import choices, week
from app.queries import sources as queries
from app.queries.campaigns import CampaignFilter
from app.queries.sources import SourceFilter, SourceRow
from app.services import catalogue_sources as services
from app.services.catalogue_edits import Stale, Terms
from app.services.changes import NoSuchThing, Refused
from app.transaction import read_only, transaction


@portal.get("/sources")
@refusals.only(*nav.STAFF)
def sources() -> Response:
    """Newest first, each with what is taken under its caps."""
    actor, cursor, now = visit.actor(), filters.cursor(), clock.now()
    wanted = SourceFilter(
        name=filters.text("name", 80),
        status=filters.one_of("status", portal_words.CONTRACT),
        publisher_id=filters.uuid("publisher"),
        campaign_id=filters.uuid("campaign"),
    )
    with read_only():
        found = queries.listed(actor, wanted, cursor, filters.PAGE_SIZE, now=now)
        lately = week.leads(actor, "source_id", visit.visitor().zone, now)
        offered = choices.choices(actor).publishers if cursor is None else ()
    return pages.page(
        "sources/list.html",
        fragment="batch" if cursor else "rows",
        found=found,
        lately=lately,
        chosen=wanted,
        is_filtered=wanted != SourceFilter(),
        publishers=offered,
        campaign=next((row.campaign for row in found.rows), "") if wanted.campaign_id else "",
        statuses=[(code, one.word) for code, one in portal_words.CONTRACT.items()],
        say=market_words,
        contract_say=contract_words,
        next_url=filters.same_with(after=found.next) if found.next else "",
    )


@portal.get("/sources/new")
@refusals.only(*nav.STAFF)
def new_source() -> Response:
    """Whose, and into which campaign; then the same form."""
    with read_only():
        return _new_page(_blank(), {}, 200)


@portal.post("/sources/new")
@refusals.only(*nav.STAFF)
def add_source() -> Response:
    """Store it; the publisher's key opens it at once."""
    draft, focus = _moved(_blank())
    wanted, faults = source_form.wanted(draft, source_form.new_terms("UTC"), market_form.currency())
    publisher_id, campaign_id = _id("publisher"), _id("campaign")
    faults |= {} if publisher_id else {"publisher": "Choose whose source it is."}
    faults |= {} if campaign_id else {"campaign": "Choose the campaign that its leads come in by."}
    if request.form.get("do") or faults or publisher_id is None or campaign_id is None:
        shown = {} if request.form.get("do") else faults
        with read_only():
            return _new_page(draft, shown, 422 if shown else 200, focus)
    try:
        with transaction():
            source_id = services.add(visit.actor(), publisher_id, campaign_id, wanted, now=clock.now())
    except NoSuchThing:
        refusals.not_yours("source", publisher_id)
    except Refused as refused:
        with read_only():
            return _new_page(draft, market_form.faults_of(refused, NAMES), 422)
    flash("The source is open. Its publisher's key opens it from the next lead on.")
    return pages.go(url_for("portal.source", source_id=source_id))


@portal.get("/sources/<uuid:source_id>")
@refusals.only(*nav.STAFF)
def source(source_id: UUID) -> Response:
    """What it is paid, and how much it may send."""
    with read_only():
        return _page(source_id, None, {}, 200)


@portal.post("/sources/<uuid:source_id>")
@refusals.only(*nav.STAFF)
def save_source(source_id: UUID) -> Response:
    """Save it; whoever comes second sees both values."""
    with read_only():
        current, currency = _terms(_row(source_id)), market_form.currency()
        draft, focus = _moved(source_form.opened(current, currency))
        wanted, faults = source_form.wanted(draft, current, currency)
        if request.form.get("do"):
            return _page(source_id, draft, {}, 200, focus=focus)
        if faults:
            return _page(source_id, draft, faults, 422)
    try:
        with transaction():
            done = services.edit(visit.actor(), source_id, wanted, seen=request.form.get("seen", ""), now=clock.now())
    except Refused as refused:
        with read_only():
            return _page(source_id, draft, market_form.faults_of(refused, NAMES), 422)
    except Stale:
        with read_only():
            return _page(source_id, draft, {}, 409)
    flash("Saved. The next lead obeys." if done else "Nothing was different, so nothing was changed.")
    return pages.go(url_for("portal.source", source_id=source_id))


@portal.post("/sources/<uuid:source_id>/<any(pause,resume):act>")
@refusals.only(*nav.STAFF)
def switch_source(source_id: UUID, act: str) -> Response:
    """Pause or resume, from the next lead on."""
    try:
        with transaction():
            services.set_status(visit.actor(), source_id, "paused" if act == "pause" else "active", now=clock.now())
    except NoSuchThing:
        refusals.not_yours("source", source_id)
    flash("Paused: from the next lead on it is refused." if act == "pause" else "Resumed: its next lead is let in.")
    return pages.go(url_for("portal.source", source_id=source_id))


def _row(source_id: UUID) -> SourceRow:
    found = queries.one(visit.actor(), source_id, now=clock.now())
    if found is None:
        refusals.not_yours("source", source_id)
    return found


def _terms(row: SourceRow) -> Terms:
    """As catalogue_sources.terms_of, out of what the page reads anyway."""
    plain = {term: getattr(row, term) for term in services.COLUMNS}
    caps = [bar.cap.to_json() for bar in row.bars]
    return {**plain, "payout": services.payout_terms(row.payout), "caps": caps}


def _moved(base: Draft) -> tuple[Draft, str]:
    """What was typed, with the move of the button that was pressed."""
    draft = source_form.typed(request.form, base)
    return draft, source_form.move(draft, *market_form.pressed(), base)


def _blank() -> Draft:
    return source_form.opened(source_form.new_terms(visit.visitor().zone), market_form.currency())


def _id(name: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(request.form.get(name, ""))
    return None


def _page(source_id: UUID, draft: Draft | None, faults: Faults, status: int, *, focus: str = "") -> Response:
    row, currency = _row(source_id), market_form.currency()
    current = _terms(row)
    clashing = draft is not None and market_form.is_clashing(status)
    draft = draft or source_form.opened(current, currency)
    wanted, _ = source_form.wanted(draft, current, currency)
    return pages.page(
        "sources/show.html",
        fragment="editor",
        status=status,
        row=row,
        clashing=clashing,
        clashes=market_form.clashes(wanted, current, market_words.LABELS, market_words.lines) if clashing else [],
        seen=market_form.seen_by(current, clashing=clashing),
        edited=market_form.last_edit("source", source_id),
        lately=week.leads(visit.actor(), "source_id", visit.visitor().zone, clock.now()),
        asked=request.args.get("ask", ""),
        here=url_for("portal.source", source_id=source_id),
        **_form(draft, faults, focus),
    )


def _new_page(draft: Draft, faults: Faults, status: int, focus: str = "") -> Response:
    actor = visit.actor()
    campaigns = campaign_queries.listed(actor, CampaignFilter(), limit=200).rows
    return pages.page(
        "sources/new.html",
        fragment="editor",
        status=status,
        publishers=choices.choices(actor).publishers,
        campaigns=sorted(((one.id, one.name) for one in campaigns), key=lambda one: one[1].casefold()),
        publisher=request.form.get("publisher", "") or filters.text("publisher"),
        campaign=request.form.get("campaign", "") or filters.text("campaign"),
        here=url_for("portal.add_source"),
        **_form(draft, faults, focus),
    )


def _form(draft: Draft, faults: Faults, focus: str) -> dict[str, Any]:
    return {"draft": draft, "faults": faults, "focus": focus, "say": market_words, "contract_say": contract_words}
