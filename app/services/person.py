"""Which marks of a person a lead holds under its campaign's duplicate rule, and letting them go."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from app.domain.dedupe import Claim, claims
from app.domain.states import LeadState
from app.services import screening
from app.services.book_facts import SourceFacts
from app.services.selling import LeadToSell


def claims_of(source: SourceFacts, digests: Mapping[str, bytes]) -> tuple[Claim, ...]:
    """The rows that a lead of this source takes."""
    return claims(source.campaign.duplicate_rule, digests, source.publisher_id, source.campaign.id)


def let_go(source: SourceFacts, tenant_id: UUID, lead: LeadToSell) -> None:
    """An unsold lead stands in nobody's way, unless the campaign compares with all leads."""
    if not source.campaign.duplicate_rule.base.counts(LeadState.UNSOLD):
        screening.let_go(tenant_id, lead.id, claims_of(source, lead.digests))
