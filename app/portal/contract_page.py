"""One contract: read, changed, made. The form goes round by the server, so it works with scripts off."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.domain.actor import Role
from app.domain.contract_terms import Terms, parts_in
from app.portal import (
    contract_desk,
    contract_moves,
    contract_panel,
    contract_words,
    filters,
    nav,
    pages,
    refusals,
    visit,
)
from app.portal.blueprint import portal
from app.portal.contract_desk import Desk
from app.portal.contract_form import Draft, read
from app.queries import cap_bars, choices, contract_changes, contract_choices
from app.services import contract_edits, contracts
from app.services.changes import Refused
from app.services.contract_changes import Stale
from app.services.contract_faults import Faulty
from app.services.contracts import SetupWish
from app.transaction import read_only, transaction

SAVED = "Saved. The next lead obeys."


@portal.get("/contracts/<uuid:contract_id>")
@refusals.only(*nav.BUYING)
def contract(contract_id: UUID) -> Response:
    """What it will buy, at what price."""
    with read_only():
        desk = contract_desk.of_contract(contract_id)
        return _page(desk, desk.opened(), {})


@portal.post("/contracts/<uuid:contract_id>/draft")
@refusals.only(*nav.BUYING)
def contract_draft(contract_id: UUID) -> Response:
    """A button within the form: rows added, removed, moved; nothing is stored."""
    with read_only():
        desk = contract_desk.of_contract(contract_id)
        return _round_trip(desk)


@portal.post("/contracts/<uuid:contract_id>/estimate")
@refusals.only(*nav.BUYING)
def contract_estimate(contract_id: UUID) -> Response:
    """The right side alone, for what is typed now."""
    with read_only():
        desk = contract_desk.of_contract(contract_id)
        return _page(desk, _typed(desk), {}, fragment="panel")


@portal.post("/contracts/<uuid:contract_id>")
@refusals.only(*nav.BUYING)
def save_contract(contract_id: UUID) -> Response:
    """Carry out what this person may, ask for the rest; whoever comes second sees both values."""
    with read_only():
        desk = contract_desk.of_contract(contract_id)
        draft = _typed(desk)
        wanted, faults = desk.wanted(draft)
        if faults:
            return _page(desk, draft, faults, status=422)
    try:
        with transaction():
            done = contract_edits.edit(visit.actor(), contract_id, wanted, version=_version(), now=clock.now())
    except Faulty as faulty:
        return _again(contract_id, draft, dict(faulty.faults), 422)
    except Refused as refused:
        return _again(contract_id, draft, {"save": str(refused)}, 422)
    except Stale:
        return _again(contract_id, draft, {}, 409)
    flash(_told(done))
    return pages.go(url_for("portal.contract", contract_id=contract_id))


@portal.get("/contracts/new")
@refusals.only(*nav.STAFF)
def new_contract() -> Response:
    """Whose shall it be; then the same editor."""
    buyer_id = filters.uuid("buyer")
    with read_only():
        if buyer_id is None:
            return pages.page("contracts/choose.html", buyers=choices.choices(visit.actor()).buyers)
        desk = contract_desk.of_new(buyer_id)
        return _page(desk, desk.opened(), {})


@portal.post("/contracts/new/<uuid:buyer_id>/<any(draft,estimate):part>")
@refusals.only(*nav.STAFF)
def new_contract_draft(buyer_id: UUID, part: str) -> Response:
    """As for a stored contract."""
    with read_only():
        desk = contract_desk.of_new(buyer_id)
        return _round_trip(desk) if part == "draft" else _page(desk, _typed(desk), {}, fragment="panel")


@portal.post("/contracts/new/<uuid:buyer_id>")
@refusals.only(*nav.STAFF)
def add_contract(buyer_id: UUID) -> Response:
    """Store it with its offers, caps and delivery."""
    with read_only():
        desk = contract_desk.of_new(buyer_id)
        draft = _typed(desk)
        wanted, faults = desk.wanted(draft)
        if faults:
            return _page(desk, draft, faults, status=422)
    try:
        with transaction():
            contract_id = contract_edits.add(visit.actor(), buyer_id, _setup(buyer_id, wanted), wanted, now=clock.now())
    except Refused as refused:
        faults = dict(refused.faults) if isinstance(refused, Faulty) else {"save": str(refused)}
        with read_only():
            return _page(contract_desk.of_new(buyer_id), draft, faults, status=422)
    flash("The contract is made. It buys from the next lead on.")
    return pages.go(url_for("portal.contract", contract_id=contract_id))


@portal.post("/contracts/<uuid:contract_id>/delivery")
@refusals.only(*nav.STAFF)
def change_delivery(contract_id: UUID) -> Response:
    """Another address for what this buyer is sent."""
    url = request.form.get("url", "").strip()
    try:
        with transaction():
            different = contract_edits.change_address(visit.actor(), contract_id, url, now=clock.now())
    except Faulty as faulty:
        with read_only():
            desk = contract_desk.of_contract(contract_id)
            return _page(desk, desk.opened(), dict(faulty.faults), status=422, url=url)
    flash("Leads go to the new address from now on." if different else "The address was this one already.")
    return pages.go(url_for("portal.contract", contract_id=contract_id))


def _typed(desk: Desk) -> Draft:
    return read(request.form, desk.opened(), desk.open_parts)


def _round_trip(desk: Desk) -> Response:
    draft, do = _typed(desk), request.form.get("do", "")
    if do.startswith("theirs:"):
        desk.take_theirs(draft, do.removeprefix("theirs:"))
    focus = contract_moves.move(draft, do, request.form)
    return _page(desk, draft, {}, focus=focus, oob=True)


def _again(contract_id: UUID, draft: Draft, faults: dict[str, str], status: int) -> Response:
    with read_only():
        return _page(contract_desk.of_contract(contract_id), draft, faults, status=status)


def _page(
    desk: Desk, draft: Draft, faults: dict[str, str], *, status: int = 200, fragment: str = "editor", **more: Any
) -> Response:
    """The editor with its panel. ``oob``: a button was pressed in the form, so the panel goes along out of band."""
    actor = visit.actor()
    wanted, unread = desk.wanted(draft)
    clashing = status == 409 or request.form.get("clash") == "1"  # noqa: PLR2004 - Conflict
    own, found_out = desk.fields(draft)
    return pages.page(
        "contracts/show.html",
        fragment=fragment,
        extras=("panel",) if more.get("oob") else (),
        status=status,
        desk=desk,
        draft=draft,
        faults=faults,
        panel=contract_panel.panel(desk, wanted, faults or unread),
        panel_words=contract_panel,
        say=contract_words,
        places=contract_moves.PLACES,
        fields=own,
        found_out=found_out,
        setup=request.form.get("setup", ""),
        setup_url=request.form.get("setup_url", ""),
        clashes=desk.clashes(wanted) if clashing else [],
        clashing=clashing,
        version=_kept_version(desk, clashing),
        for_buyer=actor.role is Role.BUYER,
        asked=request.args.get("ask", ""),
        done="done" in request.args,
        **_about(desk),
        **({"focus": "", "oob": False, "url": None} | more),
    )


def _about(desk: Desk) -> dict[str, Any]:
    """What is known of a stored contract beside its terms."""
    actor, found, now = visit.actor(), desk.snapshot, clock.now()
    if found is None:
        return {"bars": (), "changes": (), "edited": None, "week": 0, "here": f"/contracts/new/{desk.buyer.id}"}
    return {
        "bars": cap_bars.of_contract(actor, found.id, now),
        "changes": contract_changes.of_contract(actor, found.id),
        "edited": contract_desk.last_edit(found.id),
        "week": contract_choices.bought_a_week(actor, found.id, now),
        "here": url_for("portal.contract", contract_id=found.id),
    }


def _kept_version(desk: Desk, clashing: bool) -> int:  # noqa: FBT001 - asked once
    """The version that the reader has seen: the present one once both values are on the screen."""
    if desk.snapshot is None or clashing or request.method == "GET":
        return desk.snapshot.version if desk.snapshot else 0
    return _version() or desk.snapshot.version


def _version() -> int:
    with suppress(ValueError):
        return int(request.form.get("version", "0")[:9])
    return 0


def _setup(buyer_id: UUID, wanted: Terms) -> UUID:
    """The way of delivery that was chosen, made first where it is new. Raises Faulty."""
    actor, choice, url = visit.actor(), request.form.get("setup", ""), request.form.get("setup_url", "").strip()
    if choice == "portal":
        return contracts.add_setup(actor, SetupWish(buyer_id, "Portal", "portal"), now=clock.now())
    if choice == "http":
        contract_edits.check_address(url)
        name = str(wanted["name"]) or "Delivery"
        return contracts.add_setup(actor, SetupWish(buyer_id, name, "http", url), now=clock.now())
    with suppress(ValueError):
        return UUID(choice)
    raise Faulty((("setup", "Choose how the leads are handed over."),))


def _told(done: contract_edits.Edited) -> str:
    """What became of it, for the notice on the next page."""
    waits = " and ".join(contract_words.PARTS[part].lower() for part in parts_in(done.waiting))
    asked = f"Your change of {waits} waits for approval; until then the present terms hold."
    if done.applied:
        return f"{SAVED} {asked}" if waits else SAVED
    return asked if waits else "Nothing was different, so nothing was changed."
