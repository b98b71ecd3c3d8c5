"""What counts against contracts at this moment.

Every check of every contract is owed to its buyer, so usage is read for all of them; but what stands
in nobody's way is left in the database: only caps without room, buyers without money and persons
already bought come back, in four small queries however many contracts there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, case, select

from app.db import connection, db
from app.domain.auction import Held
from app.domain.caps import Owner, window, window_of
from app.domain.eligibility import Candidate, Contract, Usage, caps_of
from app.domain.hours import open_row
from app.domain.offers import Mode, Offer
from app.domain.routing import ranking_price
from app.domain.states import SEAT_TAKEN
from app.domain.suppression import hashes
from app.models import contracts as tables
from app.models.contracts import Cap, CapUsage
from app.models.leads import Fingerprint
from app.models.parties import Buyer
from app.models.sales import Sale
from app.services import screening
from app.services.book_facts import Book, Demand
from app.services.selling import LeadToSell

LIVE = tuple(str(state) for state in SEAT_TAKEN)


def standing(book: Book, lead: LeadToSell, offer: Offer, before: Usage, *, now: datetime) -> Usage:
    """What stands in the way of this offer's contracts; ``before`` brings what earlier rounds left."""
    demand = book.demands.get(offer.id)
    if demand is None:
        return before
    tenant_id = book.tenant.id
    return replace(
        before,
        used=_full_caps(book, offer, demand, now) | _row_caps(tenant_id, demand.row_capped, now),
        available=_short_of_money(tenant_id, demand.most),
        bought=_bought(book, lead, now),
        suppressed=_suppressed(book, lead),
    )


def earlier_rounds(tenant_id: UUID, lead_id: UUID) -> tuple[Usage, Held]:
    """Who had a turn with this lead already, and which seats are filled."""
    rows = db.session.execute(
        select(Sale.contract_id, Sale.buyer_id, Sale.slot, Sale.state).where(
            Sale.tenant_id == tenant_id, Sale.lead_id == lead_id
        )
    ).all()
    live = [row for row in rows if row.state in LIVE]
    usage = Usage(
        declined=frozenset(row.contract_id for row in rows if row.state not in LIVE),
        holding=frozenset(row.buyer_id for row in live),
    )
    return usage, Held(frozenset(row.slot for row in live), shared=bool(live))


def waiting(tenant_id: UUID, offer: Offer, eligible: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates with the moment since when each has waited, read only where the order may hang on it."""
    if not _order_hangs_on_waiting(offer, eligible):
        return tuple(eligible)
    marks = {"tenant": tenant_id, "contracts": [one.contract.id for one in eligible]}
    last = {row.id: row.last_sold_at for row in connection().execute(_LAST, marks)}
    return tuple(replace(one, waiting_since=last.get(one.contract.id, one.waiting_since)) for one in eligible)


_LAST = select(tables.Contract.id, tables.Contract.last_sold_at).where(
    tables.Contract.tenant_id == bindparam("tenant"),
    tables.Contract.id.in_(bindparam("contracts", expanding=True)),
    tables.Contract.last_sold_at.is_not(None),
)


def _order_hangs_on_waiting(offer: Offer, eligible: Sequence[Candidate]) -> bool:
    """By turn always; by rank or price where two are equal; by lot among those alone that no lot is drawn for."""
    if len(eligible) < 2:  # noqa: PLR2004 - nobody waits longer than nobody else
        return False
    keys = set()
    for one in eligible:
        mode = offer.mode_of(one.contract.level)
        if mode is Mode.ROUND_ROBIN:
            return True
        keys.add((one.contract.level, _KEYS[mode](one)))
    return len(keys) < len(eligible)


_KEYS: Mapping[Mode, Callable[[Candidate], object]] = {
    Mode.PRIORITY: lambda one: one.contract.rank,
    Mode.HIGHEST_BID: ranking_price,
    Mode.WEIGHTED: lambda one: one.contract.id if one.contract.weight > 0 else None,
}
"""Equal for two candidates of a level between whom the longer wait decides."""


def _full_caps(book: Book, offer: Offer, demand: Demand, now: datetime) -> dict[UUID, int]:
    """Caps that have no room for one more lead, or for the dearest price."""
    if not demand.windows:
        return {}
    starts = {window_of(period, zone, now).start for period, zone in demand.windows}
    marks = {"tenant": book.tenant.id, "starts": list(starts), "most": demand.most}
    rows = connection().execute(_FULL, marks).all()
    if not rows:
        return {}
    windows = {cap.id: window(cap, now).start for one in book.panels[offer.id].contracts for cap in one.caps}
    return {row.id: row.used for row in rows if windows.get(row.id) == row.window_start}


_FULL = (
    select(CapUsage.id, CapUsage.window_start, CapUsage.used)
    .join(Cap, (Cap.tenant_id == CapUsage.tenant_id) & (Cap.id == CapUsage.id))
    .where(CapUsage.tenant_id == bindparam("tenant"), CapUsage.window_start.in_(bindparam("starts", expanding=True)))
    .where(
        CapUsage.used + case((Cap.measure == "money", bindparam("most", type_=BigInteger())), else_=1) > Cap.limit_value
    )
)


def _row_caps(tenant_id: UUID, contracts: Sequence[Contract], now: datetime) -> dict[UUID, int]:
    """Usage of the caps that schedule rows carry, of the rows that are open now."""
    open_caps = [
        cap
        for contract in contracts
        for cap in caps_of(contract, open_row(contract.schedule, contract.zone, now))
        if cap.owner is Owner.ROW
    ]
    if not open_caps:
        return {}
    windows = {cap.id: window(cap, now).start for cap in open_caps}
    rows = db.session.execute(
        select(CapUsage.id, CapUsage.window_start, CapUsage.used).where(
            CapUsage.tenant_id == tenant_id, CapUsage.id.in_(windows)
        )
    )
    return {row.id: row.used for row in rows if windows[row.id] == row.window_start}


def _short_of_money(tenant_id: UUID, most: int) -> dict[UUID, int]:
    """Buyers whose balance and credit do not cover the dearest price, with what they have left."""
    rows = connection().execute(_SHORT, {"tenant": tenant_id, "most": most})
    return {row[0]: row[1] for row in rows}


_LEFT = Buyer.balance_minor + Buyer.credit_limit_minor
_SHORT = select(Buyer.id, _LEFT).where(Buyer.tenant_id == bindparam("tenant"), bindparam("most") > _LEFT)


def _bought(book: Book, lead: LeadToSell, now: datetime) -> frozenset[UUID]:
    """Buyers that had this person within their own window, over all their contracts."""
    if not lead.digests:
        return frozenset()
    marks = {"tenant": book.tenant.id, "digests": list(lead.digests.values()), "lead": lead.id}
    rows = connection().execute(_TAKEN, marks)
    return frozenset(
        buyer.id
        for scope, at in rows
        if (buyer := book.buyer_of_scope(scope)) and at > now - timedelta(days=buyer.person_window_days)
    )


_TAKEN = select(Fingerprint.scope, Fingerprint.claimed_at).where(
    Fingerprint.tenant_id == bindparam("tenant"),
    Fingerprint.digest.in_(bindparam("digests", expanding=True)),
    Fingerprint.lead_id != bindparam("lead"),
)


def _suppressed(book: Book, lead: LeadToSell) -> frozenset[UUID]:
    """Buyers on whose own lists the person stands; no query when no buyer keeps a list."""
    lists = {one: buyer.id for buyer in book.buyers.values() for one in buyer.suppression_lists}
    if not lists:
        return frozenset()
    marks = hashes(str(lead.facts.get("email") or ""), str(lead.facts.get("phone") or ""))
    found = screening.suppressed_on(book.tenant.id, tuple(mark.digest for mark in marks))
    return frozenset(lists[one] for one in found if one in lists)
