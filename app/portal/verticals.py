"""Lines of business: their base prices and what another one would do, what stands in each, and how its leads score."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.domain.presets import EXTRAS, direct
from app.domain.scoring import ScoreModel
from app.portal import filters, market_form, market_words, nav, pages, refusals, visit
from app.portal.blueprint import portal
from app.portal.market_form import Faults, Reading, Typed
from app.queries import campaigns as campaign_queries
from app.queries import verticals as queries
from app.queries import week
from app.queries.campaigns import CampaignFilter
from app.queries.verticals import VerticalRow
from app.services import catalogue_verticals as services
from app.services import sub_verticals, vertical_prices
from app.services.catalogue_edits import MOST_MONEY, Stale, Terms, mark
from app.services.changes import NoSuchThing, Refused
from app.transaction import read_only, transaction

NAMES = {"base_price_minor": "base_price", "floor_minor": "floor"}
"""Terms whose fields are called otherwise."""


@portal.get("/verticals")
@refusals.only(*nav.STAFF)
def verticals() -> Response:
    """Newest first, with what each is worth and what stands in it."""
    actor, cursor, name = visit.actor(), filters.cursor(), filters.text("name", 80)
    with read_only():
        found = queries.listed(actor, name, cursor, filters.PAGE_SIZE)
        lately = week.leads(actor, "vertical_id", visit.visitor().zone, clock.now())
    return pages.page(
        "verticals/list.html",
        fragment="batch" if cursor else "rows",
        found=found,
        lately=lately,
        name=name,
        next_url=filters.same_with(after=found.next) if found.next else "",
    )


@portal.get("/verticals/new")
@refusals.only(*nav.STAFF)
def new_vertical() -> Response:
    """A key, a name, a price."""
    return _new_page({"key": "", "name": "", "base_price": "", "floor": ""}, {}, 200)


@portal.post("/verticals/new")
@refusals.only(*nav.STAFF)
def add_vertical() -> Response:
    """Store it; an offer and a campaign come next."""
    typed = market_form.typed_in(request.form, {"key": "", "name": "", "base_price": "", "floor": ""})
    wanted, faults = _read(typed)
    if not typed["base_price"]:
        faults["base_price"] = "A base price is needed: the least that a publisher on standard terms is paid."
    if faults:
        return _new_page(typed, faults, 422)
    try:
        with transaction():
            vertical_id = services.add(visit.actor(), typed["key"], wanted, now=clock.now())
    except Refused as refused:
        return _new_page(typed, market_form.faults_of(refused, NAMES), 422)
    flash("The vertical is there. Make an offer in it next, then a campaign that sells through it.")
    return pages.go(url_for("portal.vertical", vertical_id=vertical_id))


@portal.get("/verticals/<uuid:vertical_id>")
@refusals.only(*nav.STAFF)
def vertical(vertical_id: UUID) -> Response:
    """One vertical: what is today's price, and whom would another shut out?"""
    with read_only():
        return _page(_row(vertical_id), None, {}, 200)


@portal.post("/verticals/<uuid:vertical_id>")
@refusals.only(*nav.STAFF)
def save_vertical(vertical_id: UUID) -> Response:
    """Save it; a price that shuts contracts out is saved only after its effect was shown."""
    verb, about = market_form.pressed()
    with read_only():
        row = _row(vertical_id)
        typed = market_form.typed_in(request.form, _opened(row))
        if verb == "theirs":
            name = NAMES.get(about, about)
            typed[name] = _opened(row).get(name, "")
        wanted, faults = _read(typed)
        if verb or faults:
            return _page(row, typed, faults if not verb else {}, 200 if verb else 422)
        if _must_ask(row, wanted):
            return _page(row, typed, {}, 200, asked=True)
    try:
        with transaction():
            done = services.edit(visit.actor(), vertical_id, wanted, seen=request.form.get("seen", ""), now=clock.now())
    except Refused as refused:
        return _again(vertical_id, typed, market_form.faults_of(refused, NAMES), 422)
    except Stale:
        return _again(vertical_id, typed, {}, 409)
    flash("Saved. The next lead obeys." if done else "Nothing was different, so nothing was changed.")
    return pages.go(url_for("portal.vertical", vertical_id=vertical_id))


@portal.post("/verticals/<uuid:vertical_id>/remove")
@refusals.only(*nav.STAFF)
def remove_vertical(vertical_id: UUID) -> Response:
    """Take away what nothing ever stood in."""
    try:
        with transaction():
            services.remove(visit.actor(), vertical_id, now=clock.now())
    except NoSuchThing:
        refusals.not_yours("vertical", vertical_id)
    except Refused as refused:
        return _again(vertical_id, None, {"save": str(refused)}, 422)
    flash("The vertical is gone.")
    return pages.go(url_for("portal.verticals"))


def _row(vertical_id: UUID) -> VerticalRow:
    found = queries.one(visit.actor(), vertical_id)
    if found is None:
        refusals.not_yours("vertical", vertical_id)
    return found


def _terms(row: VerticalRow) -> Terms:
    return {term: getattr(row, term) for term in services.TERMS}


def _opened(row: VerticalRow) -> Typed:
    currency = market_form.currency()
    return {
        "name": row.name, "base_price": market_form.amount(row.base_price_minor, currency),
        "floor": market_form.amount(row.floor_minor, currency),
    }  # fmt: skip


def _read(typed: Typed) -> tuple[Terms, Faults]:
    reading = Reading(typed, market_form.currency())
    wanted = {
        "name": typed["name"], "base_price_minor": reading.money("base_price"), "floor_minor": reading.money("floor"),
    }  # fmt: skip
    return wanted, reading.faults


def _must_ask(row: VerticalRow, wanted: Terms) -> bool:
    """Whether contracts would be shut out by prices whose effect this person has not confirmed yet."""
    if request.form.get("sure") == _prices(wanted) or not _is_sane(wanted):
        return False
    return bool(_effect(row, wanted).lost)


def _prices(wanted: Terms) -> str:
    return f"{wanted['base_price_minor']}:{wanted['floor_minor']}"


def _is_sane(wanted: Terms) -> bool:
    return all(0 <= wanted[term] <= MOST_MONEY for term in NAMES)


def _effect(row: VerticalRow, wanted: Terms) -> vertical_prices.Effect:
    return vertical_prices.effect(visit.actor(), row.id, wanted["base_price_minor"], wanted["floor_minor"])


def _again(vertical_id: UUID, typed: Typed | None, faults: Faults, status: int) -> Response:
    with read_only():
        return _page(_row(vertical_id), typed, faults, status)


def page(vertical_id: UUID, status: int, **subs: Any) -> Response:
    """The page again, after its part about sub-verticals was sent; in the caller's transaction."""
    return _page(_row(vertical_id), None, {}, status, **subs)


def _page(
    row: VerticalRow, typed: Typed | None, faults: Faults, status: int, *, asked: bool = False, **subs: Any
) -> Response:
    actor, current, now = visit.actor(), _terms(row), clock.now()
    wanted, unread = _read(typed) if typed else (current, {})
    clashing = typed is not None and market_form.is_clashing(status)
    inside = campaign_queries.listed(actor, CampaignFilter(vertical_id=row.id), None, filters.PAGE_SIZE).rows
    return pages.page(
        "verticals/show.html",
        fragment="editor",
        status=status,
        row=row,
        typed=typed or _opened(row),
        faults=faults,
        asked=asked,
        sure=_prices(wanted),
        effect=None if unread or not _is_sane(wanted) else _effect(row, wanted),
        clashing=clashing,
        clashes=market_form.clashes(wanted, current, market_words.LABELS, market_words.lines) if clashing else [],
        seen=market_form.seen_by(current, clashing=clashing or bool(subs)),
        edited=market_form.last_edit("vertical", row.id),
        campaigns=inside,
        lately=week.leads(actor, "campaign_id", visit.visitor().zone, now),
        removable=not services.standing_in(actor, row.id),
        here=url_for("portal.vertical", vertical_id=row.id),
        **_about(row),
        **_subs(row.id, **subs),
    )


def _about(row: VerticalRow) -> dict[str, Any]:
    """What is only read here: the ready fields and the score."""
    return {
        "model": ScoreModel.from_json(row.score_model),
        "is_house_model": not row.score_model,
        "preset": direct(row.key).fields,
        "own_fields": {field.name for field in EXTRAS.get(row.key, ())},
    }


def _subs(
    vertical_id: UUID, *, typed_subs: str | None = None, sub_faults: Faults | None = None, subs_moved: bool = False
) -> dict[str, Any]:
    """The sub-verticals: all that any campaign knows, and which campaigns ask for them."""
    terms = sub_verticals.terms_of(visit.actor(), vertical_id)
    known = list(dict.fromkeys(choice for held in terms.values() for choice in held or ()))
    return {
        "subs": {UUID(campaign): held for campaign, held in terms.items()},
        "typed_subs": "\n".join(known) if typed_subs is None else typed_subs,
        "sub_faults": sub_faults or {},
        "subs_moved": subs_moved,
        "subs_seen": mark(terms) if typed_subs is None or subs_moved else request.form.get("seen", ""),
    }


def _new_page(typed: Typed, faults: Faults, status: int) -> Response:
    return pages.page("verticals/new.html", status=status, typed=typed, faults=faults)
