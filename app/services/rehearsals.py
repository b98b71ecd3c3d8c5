"""A rehearsal: one publisher's lead judged by everything that a live one meets, and nothing of it kept.

The same draft, door, schema, consent, suppression, duplicate and cap rules, the same contracts at their present
standing; only that nothing is claimed, stored, sold, counted or told. What a publisher is shown of it holds no
buyer and no price.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from app.clock import tick
from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.domain.auction import Held, award
from app.domain.eligibility import Usage
from app.domain.events import LEAD_PURCHASED, LEAD_REJECTED
from app.domain.fields import Schema
from app.domain.money import Money
from app.domain.panel import sift
from app.domain.reasons import DUPLICATE, NO_ELIGIBLE_BUYER, SOURCE_CAP_REACHED, No
from app.domain.routing import order
from app.domain.states import LeadState
from app.gateways.kit import kit
from app.models.people import AuditEntry
from app.models.webhooks import Endpoint
from app.queries.getting_started import TRIED
from app.services import audit, caps, outcomes, person, screening, usage
from app.services import book as books
from app.services.access import Access
from app.services.book_facts import KeyFacts
from app.services.changes import NoSuchThing
from app.services.drafts import Draft, drafted, first_no
from app.services.outcomes import Outcome
from app.services.placement import by_vertical, known_verticals
from app.services.submission import Submission
from app.services.windows import places_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would have become of the lead. Times in milliseconds.

    ``payout``: what its publisher would be paid; None when nobody would buy. ``tells``: the publisher's endpoints
    that would hear of it. ``first_lead_id``: the live lead that it repeats.
    """

    outcome: Outcome
    draft: Draft
    refusal: No | None
    payout: Money | None
    event: str
    tells: tuple[str, ...]
    checked_ms: float
    screened_ms: float
    routed_ms: float


@dataclass(frozen=True, slots=True)
class Sector:
    """One vertical that a publisher may send: its base price, and its campaign's country and schema."""

    key: str
    name: str
    base: Money
    country: str
    schema: Schema


@dataclass
class Stage:
    """Handed into a request by the page that makes it: who stands in for the key; ``seen`` comes back filled."""

    actor: Actor
    publisher_id: UUID
    seen: Rehearsed | None = None


def access_of(actor: Actor, publisher_id: UUID) -> Access:
    """Speak for this publisher as its ingest key would; raises NoSuchThing for one that is not the actor's."""
    enter_tenant(actor.tenant_id)
    book = books.current(actor.tenant_id)
    if publisher_id not in book.publishers or not actor.may_see(publisher_id):
        raise NoSuchThing(str(publisher_id))
    speaker = Actor(
        actor.tenant_id, Role.PUBLISHER, actor.principal_id, publisher_id, live=False, request_id=actor.request_id
    )
    key = KeyFacts(actor.principal_id, "ingest", str(Role.PUBLISHER), publisher_id, "Console", frozenset(),
                   None, None, None)  # fmt: skip
    return Access(speaker, key, book)


def sectors(access: Access) -> tuple[Sector, ...]:
    """What this publisher may send."""
    placements = [by_vertical(access, key) for key in known_verticals(access)]
    currency = access.tenant.currency
    return tuple(
        Sector(one.vertical.key, one.vertical.name, Money.from_minor(one.vertical.base_price_minor, currency),
               one.campaign.country, one.campaign.schema)
        for one in placements if one is not None
    )  # fmt: skip


def rehearse(access: Access, submission: Submission, *, now: datetime) -> Rehearsed:
    """Judge the submission as it would be judged live at this moment."""
    draft, checked_ms = _timed(lambda: drafted(access, submission, now=now))
    (refusal, first), screened_ms = _timed(lambda: _screened(draft))
    if refusal is not None or draft.placement is None:
        outcome = outcomes.refused(draft.lead_id, refusal, draft.faults, first)
        return _told(Rehearsed(outcome, draft, refusal, None, "", (), checked_ms, screened_ms, 0.0))
    payout, routed_ms = _timed(lambda: _routed(draft))
    state, reason = (LeadState.UNSOLD, NO_ELIGIBLE_BUYER.code) if payout is None else (LeadState.SOLD, None)
    outcome = Outcome(draft.lead_id, "", state, reason)
    return _told(Rehearsed(outcome, draft, None, payout, "", (), checked_ms, screened_ms, routed_ms))


def note(actor: Actor, publisher_id: UUID, *, now: datetime) -> None:
    """Write down that this publisher has tried the console, the first time it does; later ones are not news."""
    before = select(AuditEntry.id).where(
        AuditEntry.tenant_id == actor.tenant_id, AuditEntry.subject_kind == "publisher",
        AuditEntry.subject_id == publisher_id, AuditEntry.action == TRIED,
    )  # fmt: skip
    if db.session.scalar(before.limit(1)) is None:
        audit.record(actor, TRIED, ("publisher", publisher_id), now=now)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = tick()
    return work(), (tick() - began) * 1000


def _screened(draft: Draft) -> tuple[No | None, UUID | None]:
    """Why it would be refused, with the lead that it repeats; what a live lead claims is only looked at."""
    refusal = first_no(draft)
    if refusal is not None:
        return refusal, None
    source, tenant_id = draft.source, draft.access.tenant.id
    window = timedelta(days=source.campaign.duplicate_rule.days)
    marks = person.claims_of(source, draft.prepared.digests)
    held = screening.held(tenant_id, marks, window, now=draft.now)
    if held is not None:
        return No(DUPLICATE, rule=f"duplicate:{held[0].kind}"), held[1]
    room = caps.have_room(tenant_id, places_of(source.caps, 1, 0, draft.now))
    return (None if room else No(SOURCE_CAP_REACHED)), None


def _routed(draft: Draft) -> Money | None:
    """What the winners' contracts would leave for the publisher, or None when there is no winner."""
    book, source, lead = draft.access.book, draft.source, draft.to_sell()
    offer = book.offers[source.campaign.offer_id]
    left = usage.standing(book, lead, offer, Usage(), now=draft.now)
    sifted = sift(book.panels[offer.id], lead.facts, replace(source.terms, usage=left), draft.now)
    line = order(offer, usage.waiting(book.tenant.id, offer, sifted.eligible), kit().rng)
    winners = award(offer, line, Held()).winners
    if not winners:
        return None
    return sum((winner.candidate.settlement.payout for winner in winners), Money.zero(book.tenant.currency))


def _told(seen: Rehearsed) -> Rehearsed:
    """The same with the event that its publisher would be told, and where."""
    event = LEAD_PURCHASED if seen.payout is not None else LEAD_REJECTED
    rows = db.session.execute(
        select(Endpoint.url, Endpoint.events).where(
            Endpoint.tenant_id == seen.draft.access.tenant.id, Endpoint.owner_kind == str(Role.PUBLISHER),
            Endpoint.owner_id == seen.draft.access.actor.owner_id, Endpoint.status == "active",
        )
    )  # fmt: skip
    tells = tuple(url for url, events in rows if event.name in events)
    return replace(seen, event=event.name, tells=tells)
