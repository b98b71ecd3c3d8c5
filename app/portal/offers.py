"""Offers: how leads are sold, which contracts buy through each, and who goes before whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.domain.offers import Mode
from app.portal import filters, market_form, market_words, nav, offer_form, pages, refusals, visit
from app.portal.blueprint import portal
from app.portal.market_form import Faults
from app.portal.offer_form import NAMES, Draft
from app.queries import choices, week
from app.queries import offers as queries
from app.queries import verticals as vertical_queries
from app.queries.offers import OfferFilter, OfferRow
from app.services import catalogue_offers as services
from app.services.catalogue_edits import Stale, Terms
from app.services.changes import NoSuchThing, Refused
from app.transaction import read_only, transaction


@portal.get("/offers")
@refusals.only(*nav.STAFF)
def offers() -> Response:
    """Newest first, with what buys through each."""
    actor, cursor = visit.actor(), filters.cursor()
    wanted = OfferFilter(
        name=filters.text("name", 80),
        mode=filters.one_of("mode", market_words.MODES),
        vertical_id=filters.uuid("vertical"),
    )
    with read_only():
        found = queries.listed(actor, wanted, cursor, filters.PAGE_SIZE)
        offered = choices.choices(actor) if cursor is None else None
    return pages.page(
        "offers/list.html",
        fragment="batch" if cursor else "rows",
        found=found,
        chosen=wanted,
        is_filtered=wanted != OfferFilter(),
        offered=offered,
        modes=[(code, way.word) for code, way in market_words.MODES.items()],
        say=market_words,
        next_url=filters.same_with(after=found.next) if found.next else "",
    )


@portal.get("/offers/new")
@refusals.only(*nav.STAFF)
def new_offer() -> Response:
    """In which vertical; then the same form."""
    with read_only():
        return _new_page(offer_form.opened(offer_form.NEW, market_form.currency()), {}, 200)


@portal.post("/offers/new")
@refusals.only(*nav.STAFF)
def add_offer() -> Response:
    """Store it; contracts are attached next."""
    draft, focus = _moved(offer_form.opened(offer_form.NEW, market_form.currency()))
    wanted, faults = offer_form.wanted(draft, offer_form.NEW, market_form.currency())
    vertical_id = _chosen_vertical()
    if vertical_id is None:
        faults["vertical"] = "Choose the vertical whose leads it sells."
    if request.form.get("do") or faults or vertical_id is None:
        shown = {} if request.form.get("do") else faults
        with read_only():
            return _new_page(draft, shown, 422 if shown else 200, focus)
    try:
        with transaction():
            offer_id = services.add(visit.actor(), vertical_id, wanted, now=clock.now())
    except NoSuchThing:
        refusals.not_yours("vertical", vertical_id)
    except Refused as refused:
        with read_only():
            return _new_page(draft, market_form.faults_of(refused, NAMES), 422)
    flash("The offer is there. Attach contracts to it, and let a campaign sell through it.")
    return pages.go(url_for("portal.offer", offer_id=offer_id))


@portal.get("/offers/<uuid:offer_id>")
@refusals.only(*nav.STAFF)
def offer(offer_id: UUID) -> Response:
    """How it sells, and to whom first."""
    with read_only():
        return offer_page(offer_id, None, {}, 200)


@portal.post("/offers/<uuid:offer_id>")
@refusals.only(*nav.STAFF)
def save_offer(offer_id: UUID) -> Response:
    """Save how it sells; whoever comes second sees both values."""
    with read_only():
        row = found(offer_id)
        draft, focus = _moved(offer_form.opened(terms_of(row), market_form.currency()))
        wanted, faults = offer_form.wanted(draft, terms_of(row), market_form.currency())
        if request.form.get("do"):
            return offer_page(offer_id, draft, {}, 200, focus=focus)
        if faults:
            return offer_page(offer_id, draft, faults, 422)
    try:
        with transaction():
            done = services.edit(visit.actor(), offer_id, wanted, seen=request.form.get("seen", ""), now=clock.now())
    except Refused as refused:
        with read_only():
            return offer_page(offer_id, draft, market_form.faults_of(refused, NAMES), 422)
    except Stale:
        with read_only():
            return offer_page(offer_id, draft, {}, 409)
    flash("Saved. The next lead obeys." if done else "Nothing was different, so nothing was changed.")
    return pages.go(url_for("portal.offer", offer_id=offer_id))


def found(offer_id: UUID) -> OfferRow:
    """The offer; 404 and audited for another's."""
    row = queries.one(visit.actor(), offer_id)
    if row is None:
        refusals.not_yours("offer", offer_id)
    return row


def terms_of(row: OfferRow) -> Terms:
    """What its page edits."""
    return {term: getattr(row, term) for term in services.TERMS}


def offer_page(offer_id: UUID, draft: Draft | None, faults: Faults, status: int, **more: Any) -> Response:
    """The whole page, in the caller's transaction. ``more``: what the part about contracts says."""
    actor, row = visit.actor(), found(offer_id)
    current, currency = terms_of(row), market_form.currency()
    clashing = draft is not None and market_form.is_clashing(status)
    draft = draft or offer_form.opened(current, currency)
    wanted, _ = offer_form.wanted(draft, current, currency)
    campaigns = queries.campaigns_by(actor, offer_id)
    return pages.page(
        "offers/show.html",
        fragment="editor",
        status=status,
        row=row,
        draft=draft,
        faults=faults,
        clashing=clashing,
        clashes=market_form.clashes(wanted, current, market_words.LABELS, market_words.lines) if clashing else [],
        seen=market_form.seen_by(current, clashing=clashing),
        edited=market_form.last_edit("offer", offer_id),
        places=queries.places(actor, offer_id),
        others=queries.to_attach(actor, offer_id),
        campaigns=campaigns,
        lately=week.leads(actor, "campaign_id", visit.visitor().zone, clock.now()),
        uses=uses(row),
        say=market_words,
        here=url_for("portal.offer", offer_id=offer_id),
        **({"focus": "", "placed": {}, "place_faults": {}, "moved": {}, "asked": filters.uuid("ask")} | more),
    )


def uses(row: OfferRow) -> frozenset[str]:
    """The modes that decide anywhere in it: what they go by is edited on its page."""
    return frozenset({row.mode, *(str(one["mode"]) for one in row.levels)}) & set(map(str, Mode))


def _moved(base: Draft) -> tuple[Draft, str]:
    """What was typed, with the move of the button that was pressed."""
    verb, about = market_form.pressed()
    draft = offer_form.typed(request.form, base)
    return draft, offer_form.move(draft, verb, about, base)


def _chosen_vertical() -> UUID | None:
    try:
        return UUID(request.form.get("vertical", ""))
    except ValueError:
        return None


def _new_page(draft: Draft, faults: Faults, status: int, focus: str = "") -> Response:
    verticals = [(one.id, one.name) for one in vertical_queries.listed(visit.actor(), limit=200).rows]
    return pages.page(
        "offers/new.html",
        fragment="editor",
        status=status,
        draft=draft,
        faults=faults,
        focus=focus,
        verticals=sorted(verticals, key=lambda one: one[1].casefold()),
        vertical=request.form.get("vertical", "") or filters.text("vertical"),
        say=market_words,
        here=url_for("portal.add_offer"),
    )
