"""Buyers: the list, and one of them with what it buys, what it owes and how its deliveries go."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.portal import (
    audit_words,
    contract_typed,
    contract_words,
    filters,
    market_form,
    nav,
    pages,
    party_list,
    party_typed,
    refusals,
    visit,
)
from app.portal.blueprint import portal
from app.portal.joining import address_of
from app.portal.wording import counted, money
from app.queries import audit_log, contracts, keys, users, webhooks
from app.queries import buyers as queries
from app.queries.buyers import BuyerRow
from app.queries.contract_filter import ContractFilter
from app.queries.users import UserFilter
from app.services import parties, partners, payments
from app.services.catalogue_edits import Stale
from app.services.changes import NoSuchThing
from app.services.contract_faults import Faulty
from app.services.parties import CREDIT
from app.transaction import read_only, transaction

MOST_CONTRACTS = 100


@portal.get("/buyers")
@refusals.only(*nav.STAFF)
def buyers() -> Response:
    """Newest first, each with what it bought, what it may still spend and how its deliveries go."""
    return party_list.show("buyers/list.html", queries.listed)


@portal.get("/buyers/new")
@refusals.only(*nav.STAFF)
def new_buyer() -> Response:
    """The company, its credit, who signs in first."""
    start = {"zone": visit.visitor().zone, "credit_limit": "0.00", "person_window_days": "30"}
    return _form(start, {}, 200)


@portal.post("/buyers/new")
@refusals.only(*nav.STAFF)
def add_buyer() -> Response:
    """Make it, and owe its first person the mail."""
    form = request.form
    try:
        wish, first = party_typed.buyer(form, visit.visitor().currency), party_typed.person(form)
        with transaction():
            buyer_id = partners.take_on_buyer(
                visit.actor(), wish, first, visit.visitor().name, link_to=address_of, now=clock.now()
            )
    except Faulty as faulty:
        return _form(form, dict(faulty.faults) | party_typed.person(form).faults(), 422)
    flash(f"{wish.name} is added." + ("" if first.is_nobody else f" The mail to {first.name} is on its way."))
    return pages.go(url_for("portal.buyer", buyer_id=buyer_id))


@portal.get("/buyers/<uuid:buyer_id>")
@refusals.only(*nav.STAFF)
def buyer(buyer_id: UUID) -> Response:
    """What it buys, what it may still spend, how its deliveries go, and everything that belongs to it."""
    return _page(buyer_id, {}, 200)


@portal.post("/buyers/<uuid:buyer_id>/credit")
@refusals.only(*nav.STAFF)
def change_credit_limit(buyer_id: UUID) -> Response:
    """How far its balance may fall under nought."""
    try:
        limit = contract_typed.minor(request.form.get("credit_limit", ""), visit.visitor().currency)
        with transaction():
            seen = request.form.get("seen", "")
            parties.set_credit_limit(visit.actor(), buyer_id, limit, seen, now=clock.now())
    except NoSuchThing:
        refusals.not_yours("buyer", buyer_id)
    except Stale as stale:
        return _page(buyer_id, {"credit_limit": _outrun(stale)}, 409)
    except ValueError as fault:
        return _page(buyer_id, {"credit_limit": str(fault)}, 422)
    flash("The credit limit is set. It holds from the next lead on.")
    return pages.go(url_for("portal.buyer", buyer_id=buyer_id))


@portal.post("/buyers/<uuid:buyer_id>/payments")
@refusals.only(*nav.STAFF)
def record_payment(buyer_id: UUID) -> Response:
    """Money that it paid in, or a payment taken back; a form that is sent twice is booked once."""
    form, currency = request.form, visit.visitor().currency
    try:
        wish = party_typed.payment(form, currency)
        with transaction():
            is_new = payments.record(visit.actor(), buyer_id, wish, now=clock.now())
    except NoSuchThing:
        refusals.not_yours("buyer", buyer_id)
    except Faulty as faulty:
        return _page(buyer_id, dict(faulty.faults), 422)
    said = "recorded" if wish.amount_minor > 0 else "taken back"
    amount = money(abs(wish.amount_minor))
    flash(f"{amount} is {said}." if is_new else f"{amount} was {said} already; it is booked once.")
    return pages.go(url_for("portal.buyer", buyer_id=buyer_id))


@portal.post("/buyers/<uuid:buyer_id>/<any(pause,resume):act>")
@refusals.only(*nav.STAFF)
def switch_buyer(buyer_id: UUID, act: str) -> Response:
    """Pause or resume all its contracts together, from the next lead on; each keeps its own status."""
    try:
        with transaction():
            parties.set_buyer_status(visit.actor(), buyer_id, "paused" if act == "pause" else "active", now=clock.now())
    except NoSuchThing:
        refusals.not_yours("buyer", buyer_id)
    return pages.go(url_for("portal.buyer", buyer_id=buyer_id, done=act))


def _outrun(stale: Stale) -> str:
    """Both values in one sentence: theirs is said, one's own still stands in the field."""
    now = money(stale.current[CREDIT])
    return f"Somebody made it {now} while you had this open. Set it once more to put yours in its place."


def _page(buyer_id: UUID, faults: dict[str, str], status: int) -> Response:
    actor, now = visit.actor(), clock.now()
    row = _row(buyer_id)
    with read_only():
        own = contracts.by_name(actor, ContractFilter(buyer_id=buyer_id), None, MOST_CONTRACTS, now=now)
        lines, paid = queries.ledger(actor, buyer_id), queries.payments(actor, buyer_id)
        own_keys = keys.listed(actor, buyer_id)
        people = users.listed(actor, UserFilter(owner_id=buyer_id))
        endpoints = webhooks.endpoints(actor, buyer_id)
        entries = audit_log.of_subject(actor, "buyer", buyer_id)
    typed = party_typed.plain_amount(row.credit_limit, visit.visitor().currency)
    return pages.page(
        "buyers/show.html",
        status=status,
        row=row,
        answer=_answer(row),
        contracts=own,
        ledger=lines,
        paid=paid,
        keys=own_keys,
        people=people.rows,
        endpoints=endpoints,
        recent=entries,
        say=audit_words,
        contract_say=contract_words,
        asked=filters.one_of("ask", {"pause": "", "resume": ""}),
        done=filters.one_of("done", {"pause": "", "resume": ""}),
        faults=faults,
        typed=request.form.get("credit_limit", typed) if faults else typed,
        payment={name: request.form.get(name, "") for name in ("amount", "reference")},
        once=payments.ticket(now),
        seen=market_form.seen_by({CREDIT: row.credit_limit}, clashing=market_form.is_clashing(status)),
    )


def _answer(row: BuyerRow) -> str:
    """Does it buy, take and pay: the week in a sentence."""
    bought, percent = row.bought, row.health.percent
    if not bought.week:
        return f"Bought nothing in the last 7 days; {money(row.left)} is left to spend."
    took = "" if percent is None else f" and took {percent} % of its deliveries"
    lasts = "" if row.days_left is None else f", {counted(row.days_left, 'day')} at this pace"
    told = f"{counted(bought.week, 'lead')} for {money(bought.spent_week)} in the last 7 days"
    return f"Bought {told}{took}; {money(max(0, row.left))} is left to spend{lasts}."


def _row(buyer_id: UUID) -> BuyerRow:
    with read_only():
        row = queries.one(visit.actor(), buyer_id, zone=visit.visitor().zone, now=clock.now())
    if row is None:
        refusals.not_yours("buyer", buyer_id)
    return row


def _form(form: party_typed.Form, faults: dict[str, str], status: int) -> Response:
    return pages.page("buyers/new.html", fragment="form", status=status, form=form, faults=faults)
