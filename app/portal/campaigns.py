"""Campaigns: how leads come in, through which offer they sell, what counts as a copy, and pausing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.portal import campaign_form, filters, market_form, market_words, nav, pages, refusals, visit
from app.portal import words as portal_words
from app.portal.blueprint import portal
from app.portal.contract_desk import Clash
from app.portal.market_form import Faults, Typed
from app.queries import campaigns as queries
from app.queries import choices, week
from app.queries import sources as source_queries
from app.queries import verticals as vertical_queries
from app.queries.campaigns import CampaignFilter, CampaignRow
from app.queries.sources import SourceFilter
from app.services import catalogue_campaigns as services
from app.services.application_form import countries
from app.services.catalogue_edits import Stale, Terms
from app.services.changes import NoSuchThing, Refused
from app.transaction import read_only, transaction

SHOWN_SOURCES = 20


@portal.get("/campaigns")
@refusals.only(*nav.STAFF)
def campaigns() -> Response:
    """Newest first, with what comes in by each."""
    actor, cursor = visit.actor(), filters.cursor()
    wanted = CampaignFilter(
        name=filters.text("name", 80),
        status=filters.one_of("status", portal_words.CONTRACT),
        vertical_id=filters.uuid("vertical"),
        offer_id=filters.uuid("offer"),
    )
    with read_only():
        found = queries.listed(actor, wanted, cursor, filters.PAGE_SIZE)
        lately = week.leads(actor, "campaign_id", visit.visitor().zone, clock.now())
        offered = choices.choices(actor) if cursor is None else None
    return pages.page(
        "campaigns/list.html",
        fragment="batch" if cursor else "rows",
        found=found,
        lately=lately,
        chosen=wanted,
        is_filtered=wanted != CampaignFilter(),
        offered=offered,
        offer=next((row.offer for row in found.rows), "") if wanted.offer_id else "",
        statuses=[(code, one.word) for code, one in portal_words.CONTRACT.items()],
        say=market_words,
        next_url=filters.same_with(after=found.next) if found.next else "",
    )


@portal.get("/campaigns/new")
@refusals.only(*nav.STAFF)
def new_campaign() -> Response:
    """In which vertical; then the same form."""
    with read_only():
        return _new_page(campaign_form.opened(campaign_form.NEW), {}, 200)


@portal.post("/campaigns/new")
@refusals.only(*nav.STAFF)
def add_campaign() -> Response:
    """Store it with the ready fields of its vertical; sources come next."""
    typed = campaign_form.typed(request.form, campaign_form.opened(campaign_form.NEW))
    wanted, faults = campaign_form.wanted(typed, campaign_form.NEW)
    vertical_id = None
    with read_only():
        with suppress(ValueError):
            offers = {offer_id: vertical for offer_id, _, vertical in queries.offers_in(visit.actor())}
            vertical_id = offers.get(UUID(typed["offer_id"]))
        if vertical_id is None:
            faults["offer_id"] = "Choose the offer that it sells through."
        if faults or vertical_id is None:
            return _new_page(typed, faults, 422)
    try:
        with transaction():
            campaign_id = services.add(visit.actor(), vertical_id, wanted, now=clock.now())
    except Refused as refused:
        with read_only():
            return _new_page(typed, market_form.faults_of(refused), 422)
    flash("The campaign is there, with the ready fields of its vertical. Look through them, then add a source.")
    return pages.go(url_for("portal.campaign_fields", campaign_id=campaign_id))


@portal.get("/campaigns/<uuid:campaign_id>")
@refusals.only(*nav.STAFF)
def campaign(campaign_id: UUID) -> Response:
    """How its leads come in."""
    with read_only():
        return _page(found(campaign_id), None, {}, 200)


@portal.post("/campaigns/<uuid:campaign_id>")
@refusals.only(*nav.STAFF)
def save_campaign(campaign_id: UUID) -> Response:
    """Save it; whoever comes second sees both values."""
    verb, about = market_form.pressed()
    with read_only():
        row = found(campaign_id)
        current = services.terms_in(row)
        typed = campaign_form.typed(request.form, campaign_form.opened(current))
        if verb == "theirs":
            campaign_form.take(typed, about, current)
        wanted, faults = campaign_form.wanted(typed, current)
        if verb or faults:
            return _page(row, typed, {} if verb else faults, 200 if verb else 422)
    try:
        with transaction():
            done = services.edit(visit.actor(), campaign_id, wanted, seen=request.form.get("seen", ""), now=clock.now())
    except Refused as refused:
        with read_only():
            return _page(found(campaign_id), typed, market_form.faults_of(refused), 422)
    except Stale:
        with read_only():
            return _page(found(campaign_id), typed, {}, 409)
    flash("Saved. The next lead obeys." if done else "Nothing was different, so nothing was changed.")
    return pages.go(url_for("portal.campaign", campaign_id=campaign_id))


@portal.post("/campaigns/<uuid:campaign_id>/<any(pause,resume):act>")
@refusals.only(*nav.STAFF)
def switch_campaign(campaign_id: UUID, act: str) -> Response:
    """Pause or resume, from the next lead on."""
    try:
        with transaction():
            services.set_status(visit.actor(), campaign_id, "paused" if act == "pause" else "active", now=clock.now())
    except NoSuchThing:
        refusals.not_yours("campaign", campaign_id)
    flash("Paused: from the next lead on each is refused." if act == "pause" else "Resumed: the next lead is let in.")
    return pages.go(url_for("portal.campaign", campaign_id=campaign_id))


def found(campaign_id: UUID) -> CampaignRow:
    """The campaign; 404 and audited for another's."""
    row = queries.one(visit.actor(), campaign_id)
    if row is None:
        refusals.not_yours("campaign", campaign_id)
    return row


def _page(row: CampaignRow, typed: Typed | None, faults: Faults, status: int) -> Response:
    actor, now, current = visit.actor(), clock.now(), services.terms_in(row)
    clashing = typed is not None and market_form.is_clashing(status)
    typed = campaign_form.opened(current) if typed is None else typed
    wanted, _ = campaign_form.wanted(typed, current)
    offers = queries.offers_in(actor, row.vertical_id)
    names = {str(offer_id): name for offer_id, name, _ in offers}
    return pages.page(
        "campaigns/show.html",
        fragment="editor",
        status=status,
        row=row,
        typed=typed,
        faults=faults,
        offers=[(offer_id, name) for offer_id, name, _ in offers],
        countries=countries(),
        clashing=clashing,
        clashes=_clashes(wanted, current, names) if clashing else [],
        seen=market_form.seen_by(current, clashing=clashing),
        edited=market_form.last_edit("campaign", row.id),
        sources=source_queries.listed(actor, SourceFilter(campaign_id=row.id), None, SHOWN_SOURCES, now=now),
        by_source=week.leads(actor, "source_id", visit.visitor().zone, now),
        lately=week.leads(actor, "campaign_id", visit.visitor().zone, now),
        asked=request.args.get("ask", ""),
        say=market_words,
        here=url_for("portal.campaign", campaign_id=row.id),
    )


def _clashes(mine: Terms, theirs: Terms, offers: dict[str, str]) -> list[Clash]:
    """Both values, with the names of offers in the place of their ids."""

    def said(term: str, value: Any) -> list[str]:
        return [offers.get(value, str(value))] if term == "offer_id" else market_words.lines(term, value)

    return market_form.clashes(mine, theirs, market_words.LABELS, said)


def _new_page(typed: Typed, faults: Faults, status: int) -> Response:
    actor, wish = visit.actor(), filters.uuid("vertical")
    verticals = {one.id: one.name for one in vertical_queries.listed(actor, limit=200).rows}
    offers = [
        (offer_id, name if verticals.get(vertical_id, name) in name else f"{verticals[vertical_id]}: {name}")
        for offer_id, name, vertical_id in queries.offers_in(actor, wish)
    ]
    return pages.page(
        "campaigns/new.html",
        status=status,
        typed=typed,
        faults=faults,
        offers=offers,
        countries=countries(),
        say=market_words,
    )
