"""Showing a person's data: somebody asked for it, and that they did is written down."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.domain.actor import Actor
from app.queries import lead_facts
from app.queries.lead_facts import LeadFacts
from app.services import audit


def reveal_lead(actor: Actor, lead_id: UUID, *, now: datetime) -> LeadFacts | None:
    """The lead's facts for showing unmasked, with an audit entry; None when it is not the actor's to see."""
    lead = lead_facts.facts_of(actor, lead_id)
    if lead is not None:
        note(actor, lead_id, now=now)
    return lead


def note(actor: Actor, lead_id: UUID, *, now: datetime) -> None:
    """Write down that the actor was shown this lead's person."""
    audit.record(actor, "lead.revealed", ("lead", lead_id), now=now)
