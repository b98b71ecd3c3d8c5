"""Editing a publisher or a buyer: faults stand beside their fields, and of two editors the second sees both values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.portal import market_form, nav, pages, party_typed, refusals, visit
from app.portal.blueprint import portal
from app.portal.market_form import Faults, Typed
from app.portal.wording import counted, money
from app.queries import buyers, publishers
from app.queries.buyers import BuyerRow
from app.queries.publishers import PublisherRow
from app.services import parties
from app.services.catalogue_edits import Stale, Terms
from app.services.changes import NoSuchThing
from app.services.contract_faults import Faulty
from app.services.parties import CREDIT, BuyerWish, PublisherWish
from app.transaction import read_only, transaction

LABELS: Mapping[str, str] = MappingProxyType({
    "name": "Company", "requests_per_minute": "Requests a minute", "zone": "Time zone", CREDIT: "Credit limit",
    "person_window_days": "Same person again after",
})  # fmt: skip
NAMES = {CREDIT: "credit_limit"}
"""Terms whose fields are called otherwise."""


@dataclass(frozen=True)
class Edited:
    """What a page edits: the party, how it stands, and the same as its form shows it."""

    kind: Literal["publisher", "buyer"]
    row: PublisherRow | BuyerRow
    wish: PublisherWish | BuyerWish
    typed: Typed

    @property
    def current(self) -> Terms:
        """How its terms stand."""
        return {**self.wish.terms(), "name": self.row.name}


@portal.get("/publishers/<uuid:publisher_id>/edit")
@refusals.only(*nav.STAFF)
def edit_publisher(publisher_id: UUID) -> Response:
    """Its name and its limit."""
    return _page(_publisher(publisher_id), None, {}, 200)


@portal.post("/publishers/<uuid:publisher_id>/edit")
@refusals.only(*nav.STAFF)
def change_publisher(publisher_id: UUID) -> Response:
    """Holds from the next request on; whoever comes second sees both values."""
    wish, faults = party_typed.read_publisher(request.form)
    return _saved(
        lambda: _publisher(publisher_id), faults,
        lambda seen: parties.change_publisher(visit.actor(), publisher_id, wish, seen, now=clock.now()),
        "Saved. It holds from the next request on.",
    )  # fmt: skip


@portal.get("/buyers/<uuid:buyer_id>/edit")
@refusals.only(*nav.STAFF)
def edit_buyer(buyer_id: UUID) -> Response:
    """Its name, zone, window and credit limit."""
    return _page(_buyer(buyer_id), None, {}, 200)


@portal.post("/buyers/<uuid:buyer_id>/edit")
@refusals.only(*nav.STAFF)
def change_buyer(buyer_id: UUID) -> Response:
    """Holds from the next lead on; whoever comes second sees both values."""
    wish, faults = party_typed.read_buyer(request.form, market_form.currency())
    return _saved(
        lambda: _buyer(buyer_id), faults,
        lambda seen: parties.change_buyer(visit.actor(), buyer_id, wish, seen, now=clock.now()),
        "Saved. It holds from the next lead on.",
    )  # fmt: skip


def _saved(found: Callable[[], Edited], faults: Faults, store: Callable[[str], bool], told: str) -> Response:
    """Save what was typed, unless a button within the form was pressed. ``found``: the party as it stands by then."""
    edited = found()
    typed = market_form.typed_in(request.form, edited.typed)
    verb, about = market_form.pressed()
    if verb:
        name = NAMES.get(about, about)
        taken = {name: edited.typed[name]} if verb == "theirs" and name in typed else {}
        return _page(edited, typed | taken, {}, 200)
    if faults:
        return _page(edited, typed, faults, 422)
    try:
        with transaction():
            done = store(request.form.get("seen", ""))
    except Faulty as faulty:
        return _page(found(), typed, dict(faulty.faults), 422)
    except Stale:
        return _page(found(), typed, {}, 409)
    except NoSuchThing:
        refusals.not_yours(edited.kind, edited.row.id)
    flash(told if done else "Nothing was different, so nothing was changed.")
    return pages.go(_url(edited, edited.kind))


def _page(edited: Edited, typed: Typed | None, faults: Faults, status: int) -> Response:
    clashing = typed is not None and market_form.is_clashing(status)
    shown = edited.typed if typed is None else typed
    with read_only():
        last = market_form.last_edit(edited.kind, edited.row.id)
    return pages.page(
        f"{edited.kind}s/edit.html",
        fragment="editor",
        status=status,
        row=edited.row,
        form=shown,
        faults=faults,
        clashing=clashing,
        clashes=market_form.clashes(_mine(edited, shown), edited.current, LABELS, _said) if clashing else [],
        seen=market_form.seen_by(edited.current, clashing=clashing),
        edited=last,
        here=_url(edited, f"edit_{edited.kind}"),
    )


def _mine(edited: Edited, typed: Typed) -> Terms:
    """What is typed, without what cannot be read."""
    if edited.kind == "publisher":
        wish, faults = party_typed.read_publisher(typed)
        return _readable(wish, faults)
    return _readable(*party_typed.read_buyer(typed, market_form.currency()))


def _readable(wish: PublisherWish | BuyerWish, faults: Faults) -> Terms:
    return {term: value for term, value in wish.terms().items() if NAMES.get(term, term) not in faults}


def _said(term: str, value: Any) -> list[str]:
    """A term in words."""
    if term == CREDIT:
        return [money(value)]
    if term == "person_window_days":
        return [counted(value, "day") if value else "at once"]
    return [f"{value:,}" if isinstance(value, int) else str(value)]


def _publisher(publisher_id: UUID) -> Edited:
    with read_only():
        row = publishers.one(visit.actor(), publisher_id, zone=visit.visitor().zone, now=clock.now())
    if row is None:
        refusals.not_yours("publisher", publisher_id)
    typed = {"name": row.name, "requests_per_minute": str(row.requests_per_minute)}
    return Edited("publisher", row, PublisherWish(row.name, row.requests_per_minute), typed)


def _buyer(buyer_id: UUID) -> Edited:
    with read_only():
        row = buyers.one(visit.actor(), buyer_id, zone=visit.visitor().zone, now=clock.now())
    if row is None:
        refusals.not_yours("buyer", buyer_id)
    typed = {
        "name": row.name, "zone": row.zone, "person_window_days": str(row.person_window_days),
        "credit_limit": party_typed.plain_amount(row.credit_limit, market_form.currency()),
    }  # fmt: skip
    return Edited("buyer", row, BuyerWish(row.name, row.zone, row.credit_limit, row.person_window_days), typed)


def _url(edited: Edited, endpoint: str) -> str:
    arguments: dict[str, Any] = {f"{edited.kind}_id": edited.row.id}
    return url_for(f"portal.{endpoint}", **arguments)
