"""The public sandbox key: a rehearsal of intake that keeps nothing and needs no tenant.

The same tidying, checking and consent rules run over the preset schema of the vertical; nothing is stored, routed,
billed or shown. The key is printed in the documentation and opens nothing else.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.domain.consent import ConsentRule
from app.domain.dedupe import DuplicateRule
from app.domain.ids import new_id
from app.domain.presets import EXTRAS, direct
from app.domain.reasons import SCHEMA_VALIDATION_FAILED, No
from app.domain.scoring import DEFAULT
from app.domain.states import LeadState
from app.gateways.kit import kit
from app.services import outcomes
from app.services.book_facts import UNROUTED, CampaignFacts, PublisherFacts, SourceFacts, VerticalFacts
from app.services.outcomes import Outcome
from app.services.placement import Placement
from app.services.preparing import prepare
from app.services.submission import Submission

KEY = "pk_test_sandbox_DO_NOT_USE_IN_PRODUCTION"
COUNTRY = "GB"
_NOBODY = UUID(int=0)


def rehearse(submission: Submission, *, now: datetime) -> Outcome:
    """What would be answered to this submission if a buyer stood ready; the id belongs to no lead."""
    lead_id = new_id(now, kit().rng)
    faults = submission.faults
    key = submission.vertical_key
    if key is not None and key not in EXTRAS:
        faults += (("vertical", f"Not a published sector; the sandbox knows {', '.join(sorted(EXTRAS))}."),)
    prepared = prepare(_placement(key or ""), submission.values, submission.extra, now=now)
    named = {name for name, _ in faults}
    faults += tuple(fault for fault in prepared.faults if fault[0] not in named)
    if faults:
        return outcomes.refused(lead_id, No(SCHEMA_VALIDATION_FAILED), faults, None)
    if prepared.noes:
        return outcomes.refused(lead_id, prepared.noes[0], (), None)
    return Outcome(lead_id, "", LeadState.SOLD)


def _placement(vertical: str) -> Placement:
    """A campaign that exists only here."""
    campaign = CampaignFacts(
        id=_NOBODY,
        name="Sandbox",
        vertical=VerticalFacts(_NOBODY, vertical, vertical, 0, 0, DEFAULT),
        offer_id=_NOBODY,
        country=COUNTRY,
        status="active",
        traffic_type="direct",
        time_budget_ms=0,
        wait_for_buyer=False,
        schema=direct(vertical),
        duplicate_rule=DuplicateRule(),
        consent_rule=ConsentRule(),
    )
    source = SourceFacts(
        id=_NOBODY,
        publisher_id=_NOBODY,
        campaign=campaign,
        name="Sandbox",
        tag="",
        status="active",
        terms=UNROUTED,
        schedule=(),
        zone="UTC",
        allowed_ips=(),
        caps=(),
    )
    return Placement(PublisherFacts(_NOBODY, "Sandbox", "active", 0), source)
