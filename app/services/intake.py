"""Taking a lead in: place it, prepare it, screen it, store it (commit 1), and have it routed.

Every authenticated submission that is a JSON object ends as a lead with a state and, where it was
refused, a reason. What is answered 2xx was committed first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from app.clock import tick
from app.domain.reasons import DUPLICATE, SOURCE_CAP_REACHED, No
from app.domain.states import LeadState
from app.services import access as accesses
from app.services import book as books
from app.services import caps, distribution, handover, idempotency, lead_rows, outcomes, person, screening
from app.services.access import Access
from app.services.drafts import Draft, drafted, first_no
from app.services.idempotency import Claim as IdempotencyClaim
from app.services.outcomes import Outcome
from app.services.submission import Submission
from app.services.windows import places_of
from app.transaction import commit, rollback

LEASE_MARGIN = timedelta(seconds=10)
"""How long past its time budget a request keeps a lead to itself; then a worker may take it."""


def submit(access: Access, submission: Submission, *, now: datetime, claim: IdempotencyClaim | None = None) -> Outcome:
    """Take one submission in, and route it if it is good; raises access.Refused, idempotency.Taken."""
    began = tick()
    draft = drafted(access, submission, claim, now=now)
    refusal, first_lead_id = _store(draft)
    if refusal is not None or draft.placement is None:
        return outcomes.refused(draft.lead_id, refusal, draft.faults, first_lead_id)
    return _finish(draft, began)


def _finish(draft: Draft, began: float) -> Outcome:
    """Route within the campaign's time budget; what cannot finish in time goes to a worker."""
    tenant_id, campaign = draft.access.tenant.id, draft.source.campaign
    ends = began + campaign.time_budget_ms / 1000
    if tick() >= ends:
        distribution.queue_own(tenant_id, draft.to_sell(), now=draft.now)
        return outcomes.of_lead(tenant_id, draft.lead_id)
    routed = distribution.route_own(tenant_id, draft.to_sell(), now=draft.now)
    if campaign.wait_for_buyer:
        handover.deliver_until(tenant_id, draft.lead_id, ends)
    elif routed is not None:
        return routed
    return outcomes.of_lead(tenant_id, draft.lead_id)


def outcome_of(access: Access, lead_id: UUID) -> Outcome:
    """What became of a lead so far; for an answer that was lost on its way."""
    return outcomes.of_lead(access.tenant.id, lead_id)


def _store(draft: Draft) -> tuple[No | None, UUID | None]:
    """Commit 1. Answers the refusal, if it is one, and the first lead of a duplicate."""
    tenant_id = draft.access.tenant.id
    book = books.current(tenant_id)
    accesses.still_good(draft.access, book, draft.now)
    refusal = first_no(draft)
    if refusal is None:
        try:
            _claim_person(draft)
        except screening.Taken as taken:
            rollback()
            return _store_refused(draft, No(DUPLICATE, rule=f"duplicate:{taken.claim.kind}"), taken.lead_id)
        except caps.Full:
            rollback()
            return _store_refused(draft, No(SOURCE_CAP_REACHED), None)
    if refusal is not None:
        return _store_refused(draft, refusal, None)
    _write(draft, LeadState.RECEIVED, None, None)
    return None, None


def _store_refused(draft: Draft, refusal: No, first_lead_id: UUID | None) -> tuple[No, UUID | None]:
    _write(draft, LeadState.REJECTED, refusal, first_lead_id)
    return refusal, first_lead_id


def _write(draft: Draft, state: LeadState, refusal: No | None, first_lead_id: UUID | None) -> None:
    """The lead's row, its idempotency key and, when refused, the news of it: one transaction."""
    tenant_id = draft.access.tenant.id
    accesses.note_use(draft.access, draft.now)
    lead_rows.insert_lead(
        lead_rows.NewLead(
            lead_id=draft.lead_id,
            access=draft.access,
            submission=draft.submission,
            placement=draft.placement,
            prepared=draft.prepared,
            state=state,
            refusal=refusal,
            problems=draft.faults,
            first_lead_id=first_lead_id,
            route_until=_lease_end(draft) if state is LeadState.RECEIVED else None,
        ),
        now=draft.now,
    )
    try:
        if draft.claim is not None:
            idempotency.claim(tenant_id, draft.claim, lead_id=draft.lead_id, now=draft.now)
    except idempotency.Taken:
        rollback()  # the same request runs elsewhere and won: nothing of this one stays
        raise
    commit()


def _lease_end(draft: Draft) -> datetime:
    budget = draft.placement.campaign.time_budget_ms if draft.placement else 0
    return draft.now + timedelta(milliseconds=budget) + LEASE_MARGIN


def _claim_person(draft: Draft) -> None:
    """Take the person and the source's cap places; the first thing in the transaction that locks."""
    source = draft.source
    tenant_id = draft.access.tenant.id
    days = source.campaign.duplicate_rule.days
    wanted = person.claims_of(source, draft.prepared.digests)
    screening.claim(tenant_id, draft.lead_id, wanted, timedelta(days=days), now=draft.now)
    caps.take(tenant_id, places_of(source.caps, 1, 0, draft.now))
