"""The contracts of an offer: attached, detached, and put in their order by level, rank and weight."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.portal import market_form, nav, offers, pages, refusals, visit
from app.portal.blueprint import portal
from app.portal.contract_typed import whole
from app.portal.market_form import Faults
from app.queries import offers as queries
from app.queries.offers import PlaceRow
from app.services import catalogue_offers as services
from app.services.catalogue_offers import Place
from app.services.changes import NoSuchThing, Refused
from app.services.contract_changes import Stale
from app.transaction import read_only, transaction

TERMS = ("level", "rank", "weight")


@portal.post("/offers/<uuid:offer_id>/attach")
@refusals.only(*nav.STAFF)
def attach_contract(offer_id: UUID) -> Response:
    """Let one more contract buy through it."""
    with read_only():
        offers.found(offer_id)
    contract_id, level, faults = _chosen()
    if contract_id is None or faults:
        return _again(offer_id, faults)
    try:
        with transaction():
            services.attach(visit.actor(), offer_id, contract_id, level, now=clock.now())
    except (Refused, NoSuchThing) as refused:
        said = str(refused) if isinstance(refused, Refused) else "There is no such contract."
        return _again(offer_id, {"contract": said})
    flash("Attached. It is asked from the next lead on.")
    return pages.go(url_for("portal.offer", offer_id=offer_id))


@portal.post("/offers/<uuid:offer_id>/contracts/<uuid:contract_id>/detach")
@refusals.only(*nav.STAFF)
def detach_contract(offer_id: UUID, contract_id: UUID) -> Response:
    """From the next lead on it does not buy through this offer."""
    try:
        with transaction():
            services.detach(visit.actor(), offer_id, contract_id, now=clock.now())
    except NoSuchThing:
        refusals.not_yours("offer", offer_id)
    except Refused as refused:
        return _again(offer_id, {"places": str(refused)})
    flash("Detached. From the next lead on it buys nothing through this offer.")
    return pages.go(url_for("portal.offer", offer_id=offer_id))


@portal.post("/offers/<uuid:offer_id>/places")
@refusals.only(*nav.STAFF)
def arrange_contracts(offer_id: UUID) -> Response:
    """Set levels, ranks and weights; of a contract that moved meanwhile both values are shown."""
    with read_only():
        offers.found(offer_id)
        rows = queries.places(visit.actor(), offer_id)
    placed, places, faults = _typed(rows)
    if faults:
        return _again(offer_id, faults, placed)
    try:
        with transaction():
            done = services.arrange(visit.actor(), offer_id, places, now=clock.now())
    except Stale as stale:
        return _again(offer_id, {}, placed, status=409, moved=stale.current.id)
    except Refused as refused:
        return _again(offer_id, market_form.faults_of(refused), placed)
    flash("Saved. The next lead obeys." if done else "Nothing was different, so nothing was changed.")
    return pages.go(url_for("portal.offer", offer_id=offer_id))


def _typed(rows: tuple[PlaceRow, ...]) -> tuple[dict[str, str], list[Place], Faults]:
    """What stands in the fields, by name; the places that they ask for; and what cannot be read."""
    placed: dict[str, str] = {}
    places, faults = [], {}
    for row in rows:
        values: dict[str, int] = {}
        for term in TERMS:
            name = f"{term}.{row.contract_id}"
            text = placed[name] = request.form.get(name, str(getattr(row, term))).strip()
            try:
                values[term] = whole(text)
            except ValueError as fault:
                values[term], faults[name] = getattr(row, term), str(fault)
        version = placed[f"version.{row.contract_id}"] = request.form.get(f"version.{row.contract_id}", "0")
        seen = int(version) if version.isdecimal() and len(version) < 10 else 0  # noqa: PLR2004 - a milliard
        places.append(Place(row.contract_id, seen, **values))
    return placed, places, faults


def _chosen() -> tuple[UUID | None, int, Faults]:
    contract_id, level, faults = None, 1, {}
    with suppress(ValueError):
        contract_id = UUID(request.form.get("contract", ""))
    if contract_id is None:
        faults["contract"] = "Choose a contract."
    try:
        level = whole(request.form.get("level", "") or "1")
    except ValueError as fault:
        faults["level"] = str(fault)
    return contract_id, level, faults


def _again(
    offer_id: UUID, faults: Faults, placed: dict[str, str] | None = None, *, status: int = 422,
    moved: UUID | None = None,
) -> Response:  # fmt: skip
    """The page with the faults of this part; after a clash with the present versions, so that saving again decides."""
    more: dict[str, Any] = {"place_faults": faults}
    if placed is not None:
        fresh = {name: text for name, text in placed.items() if moved is None or not name.startswith("version.")}
        more |= {"placed": fresh}
    with read_only():
        if moved is not None:
            more["moved"] = {row.contract_id: row for row in queries.places(visit.actor(), offer_id)
                             if _differs(row, placed or {})}  # fmt: skip
        return offers.offer_page(offer_id, None, {}, status, **more)


def _differs(row: PlaceRow, placed: dict[str, str]) -> bool:
    return any(placed.get(f"{term}.{row.contract_id}") != str(getattr(row, term)) for term in TERMS)
