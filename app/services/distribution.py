"""Routing one lead: sift, order, award, sell; and again when something was taken meanwhile.

A lead is routed by whoever holds its token: the request that brought it, or the worker that found it
owed. The sale, the lead's new state and the trace are one transaction (commit 2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.clock import tick
from app.domain import reasons
from app.domain.auction import Award, Held, award
from app.domain.eligibility import Usage
from app.domain.ids import short_id
from app.domain.offers import DeclinePolicy, Offer
from app.domain.panel import Sifted, sift
from app.domain.routing import order
from app.domain.states import LeadState
from app.domain.trace import pack
from app.gateways.kit import kit
from app.log import get, place_of
from app.services import book as books
from app.services import caps, lead_rows, ledger, news, person, screening, selling, traces, usage
from app.services.bells import ROUTING, ring_after_commit
from app.services.book_facts import Book, SourceFacts
from app.services.outcomes import Outcome
from app.services.selling import LeadToSell
from app.transaction import commit, retried, rollback

LEASE = timedelta(seconds=30)
"""How long a worker keeps a lead to itself; far longer than routing takes, for it waits for no buyer."""

TRIES = 50
"""How often a lead is sifted again because a place was taken meanwhile; each time somebody else got on."""


class Replaced(Exception):
    """Somebody else routes this lead now: nothing of ours may be written."""


@dataclass(frozen=True, slots=True)
class _Round:
    """One auction for one lead."""

    book: Book
    source: SourceFacts
    offer: Offer
    lead: LeadToSell
    token: UUID
    earlier: Usage
    held: Held
    now: datetime

    @property
    def is_first(self) -> bool:
        """Nobody had a turn with the lead before."""
        return not (self.earlier.declined or self.held.slots)


def route(tenant_id: UUID, lead_id: UUID, *, now: datetime) -> bool:
    """Route a lead that is owed; False when somebody else holds it or nothing is owed."""
    token = lead_rows.claim_to_route(tenant_id, lead_id, now=now, until=now + LEASE)
    commit()
    if token is None:
        return False
    _route(tenant_id, lead_rows.to_sell(tenant_id, lead_id), token, now=now, fresh=False)
    return True


def route_own(tenant_id: UUID, lead: LeadToSell, *, now: datetime) -> Outcome | None:
    """Route the lead that this request has just stored; its id is its token.

    Where it ended, or None when somebody else ended it: then the tables know.
    """
    return _route(tenant_id, lead, lead.id, now=now, fresh=True)


def due(tenant_id: UUID, now: datetime, limit: int) -> list[UUID]:
    """Leads that are owed to routing and that nobody holds."""
    return lead_rows.due_to_route(tenant_id, now=now, limit=limit)


def drain(tenant_id: UUID, now: datetime, limit: int = 200) -> int:
    """Route what is owed; how many leads were taken on."""
    return sum(_taken_on(tenant_id, lead_id, now) for lead_id in due(tenant_id, now, limit))


def _taken_on(tenant_id: UUID, lead_id: UUID, now: datetime) -> bool:
    """Route one of many. What fails keeps its lease until that runs out, and the others go on."""
    try:
        return route(tenant_id, lead_id, now=now)
    except Exception as error:  # noqa: BLE001 - one faulty row must not stop the drain
        rollback()
        get().error(
            "lead_not_routed", lead_id=str(lead_id), error_class=type(error).__name__, error_place=place_of(error)
        )
        return False


def queue_own(tenant_id: UUID, lead: LeadToSell, *, now: datetime) -> None:
    """Leave the lead that this request has just stored to a worker: the time is up. Commits, then rings."""
    _queue(tenant_id, lead, lead.id, now=now)


def _queue(tenant_id: UUID, lead: LeadToSell, token: UUID, *, now: datetime) -> None:
    """Hand the lead back, unless somebody else has it by now."""
    if not lead_rows.hand_back(tenant_id, lead.id, token, now=now):
        rollback()
        return
    news.show(tenant_id, lead.id, lead.publisher_id, str(LeadState.QUEUED))
    ring_after_commit(ROUTING, tenant_id)
    commit()


def _route(tenant_id: UUID, lead: LeadToSell, token: UUID, *, now: datetime, fresh: bool) -> Outcome | None:
    for _ in range(TRIES):
        try:
            return retried(lambda: _route_once(tenant_id, lead, token, now=now, fresh=fresh))
        except (caps.Full, ledger.InsufficientBalance, screening.Taken):
            rollback()  # a place was taken between reading and taking: look again
        except Replaced:
            rollback()
            return None
    _queue(tenant_id, lead, token, now=now)
    return None


def _route_once(tenant_id: UUID, lead: LeadToSell, token: UUID, *, now: datetime, fresh: bool) -> Outcome:
    """One try at commit 2."""
    began = tick()
    book = books.recent(tenant_id) if fresh else books.current(tenant_id)
    source = book.sources[lead.source_id]
    earlier, held = (Usage(), Held()) if fresh else usage.earlier_rounds(tenant_id, lead.id)
    offer = book.offers[source.campaign.offer_id]
    this = _Round(book, source, offer, lead, token, earlier, held, now)
    sifted = _sift(this)
    result = award(offer, order(offer, sifted.eligible, kit().rng), held) if _goes_on(this) else _nobody(sifted)
    traces.keep_sheet(book, sifted.panel, now=now)  # first: nothing is locked yet that others may wait for
    outcome = _settle(this, result)
    _keep_trace(this, sifted, result, took_us=int((tick() - began) * 1_000_000))
    commit()
    return outcome


def _goes_on(this: _Round) -> bool:
    """After a decline the offer may say: stop."""
    return this.is_first or this.offer.decline_policy is DeclinePolicy.NEXT


def _nobody(sifted: Sifted) -> Award:
    return Award((), tuple((one, reasons.No(reasons.SEATS_FILLED)) for one in sifted.eligible))


def _sift(this: _Round) -> Sifted:
    """Judge every contract of the offer with everything that stands in its way."""
    left = usage.standing(this.book, this.lead, this.offer, this.earlier, now=this.now)
    terms = replace(this.source.terms, usage=left)
    sifted = sift(this.book.panels[this.offer.id], this.lead.facts, terms, this.now)
    return replace(sifted, eligible=usage.waiting(this.book.tenant.id, this.offer, sifted.eligible))


def _settle(this: _Round, result: Award) -> Outcome:
    """Write how the round ended: sold, or unsold with its reason and the news of it."""
    tenant_id, lead = this.book.tenant.id, this.lead
    sold = bool(result.winners) or bool(this.held.slots)
    reason = None if sold else _why_unsold(this)
    state = LeadState.SOLD if sold else LeadState.UNSOLD
    if not lead_rows.finish_routing(tenant_id, lead.id, this.token, state=state, reason=reason, now=this.now):
        raise Replaced
    sales = selling.sell(this.book, lead, result.winners, now=this.now) if result.winners else ()
    if reason is not None:
        person.let_go(this.source, tenant_id, lead)
        news.lead_rejected(tenant_id, lead.id, lead.publisher_id, dialect=lead.dialect, reason=reason, now=this.now)
    news.show(tenant_id, lead.id, lead.publisher_id, str(state))
    return Outcome(lead.id, short_id(lead.id), state, reason, sales=sales)


def _why_unsold(this: _Round) -> str:
    ending = reasons.NO_ELIGIBLE_BUYER if this.is_first else reasons.BUYER_DECLINED
    return ending.code


def _keep_trace(this: _Round, sifted: Sifted, result: Award, *, took_us: int) -> None:
    """The whole auction, contract by contract."""
    tenant_id, lead_id = this.book.tenant.id, this.lead.id
    number = 1 if this.is_first else 1 + traces.rounds(tenant_id, lead_id)
    traces.keep(tenant_id, lead_id, number, this.offer.mode, pack(sifted, result), sifted.panel.sheet,
                now=this.now, took_us=took_us)  # fmt: skip
