"""A submission on its way to the table: where it belongs, what it says, and the first no that needs no claim.

Intake stores what is made here and rehearsals only look at it: both judge by the same lines. Nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.ids import new_id
from app.domain.reasons import SCHEMA_VALIDATION_FAILED, SUPPRESSED, No
from app.domain.suppression import hashes
from app.gateways.kit import kit
from app.services import screening
from app.services.access import Access
from app.services.book_facts import SourceFacts
from app.services.idempotency import Claim as IdempotencyClaim
from app.services.placement import Placement, by_vertical, door, known_verticals
from app.services.preparing import Prepared, bare, prepare
from app.services.selling import LeadToSell
from app.services.submission import Submission


@dataclass(frozen=True, slots=True)
class Draft:
    """One submission on its way to the table."""

    lead_id: UUID
    access: Access
    submission: Submission
    placement: Placement | None
    prepared: Prepared
    now: datetime
    claim: IdempotencyClaim | None
    faults: tuple[tuple[str, str], ...]

    @property
    def source(self) -> SourceFacts:
        """The source of a submission that has its place."""
        if self.placement is None:
            raise LookupError(self.submission.vertical_key)
        return self.placement.source

    def to_sell(self) -> LeadToSell:
        """The lead as routing needs it, without reading back what was just written."""
        vertical = self.source.campaign.vertical
        return LeadToSell(
            id=self.lead_id,
            publisher_id=self.source.publisher_id,
            source_id=self.source.id,
            vertical_id=vertical.id,
            vertical_key=vertical.key,
            dialect=self.submission.dialect,
            sub_id=self.submission.sub_id,
            facts=self.prepared.rule_facts,
            digests=dict(self.prepared.digests),
        )


def drafted(access: Access, submission: Submission, claim: IdempotencyClaim | None = None, *, now: datetime) -> Draft:
    """Everything that needs no table: where it belongs and what it says."""
    lead_id = new_id(now, kit().rng)
    placement = by_vertical(access, submission.vertical_key) if submission.vertical_key else None
    if placement is None:
        fault = (("vertical", _unknown_vertical(access)),) if submission.vertical_key else ()
        return Draft(lead_id, access, submission, None, bare(submission.values), now, claim, submission.faults + fault)
    prepared = prepare(placement, submission.values, submission.extra, now=now)
    named = {name for name, _ in submission.faults}
    faults = submission.faults + tuple(fault for fault in prepared.faults if fault[0] not in named)
    return Draft(lead_id, access, submission, placement, prepared, now, claim, faults)


def _unknown_vertical(access: Access) -> str:
    known = known_verticals(access)
    return f"Not one of this account's verticals: {', '.join(known)}." if known else "This account has no vertical yet."


def first_no(draft: Draft) -> No | None:
    """The first no that needs no claim: the door, the schema, consent, suppression, in that order."""
    if draft.faults or draft.placement is None:
        return No(SCHEMA_VALIDATION_FAILED)
    noes = door(draft.placement, draft.submission.caller_ip, draft.now) + draft.prepared.noes
    if noes:
        return noes[0]
    return _suppressed(draft)


def _suppressed(draft: Draft) -> No | None:
    """The first of the tenant's own lists that the person stands on; no query when it keeps none."""
    if not draft.access.book.suppression_lists:
        return None
    fields = draft.prepared.fields
    marks = hashes(str(fields.get("email") or ""), str(fields.get("phone") or ""))
    lists = screening.suppressed_on(draft.access.tenant.id, tuple(mark.digest for mark in marks))
    ours = [name for list_id, name in draft.access.book.suppression_lists.items() if list_id in lists]
    return No(SUPPRESSED, rule=f"suppression:{ours[0]}") if ours else None
