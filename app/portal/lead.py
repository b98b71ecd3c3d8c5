"""The page of one lead: what happened, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, abort

from app import clock
from app.domain.actor import Actor, Role
from app.portal import lead_story, lead_wishes, pages, visit
from app.portal.blueprint import portal
from app.queries import lead_keys, lead_page
from app.queries.lead_facts import LeadFacts
from app.services import reveals
from app.transaction import read_only, transaction

PERSON = ("first_name", "last_name", "email", "phone", "street_address", "city", "region", "postal_code", "country")
CONSENT = ("consent_at", "consent_token", "consent_text", "certificate", "leadid", "landing_page_url")


@portal.get("/leads/<uuid:lead_id>")
def lead(lead_id: UUID) -> Response:
    """Masked until somebody asks to see the person."""
    return _page(lead_id, revealed=False)


@portal.post("/leads/<uuid:lead_id>/reveal")
def reveal(lead_id: UUID) -> Response:
    """Show the person; that it was asked for is in the audit log.

    The answer itself shows the data, so that no address of ours ever does.
    """
    with transaction():
        seen = reveals.reveal_lead(visit.actor(), lead_id, now=clock.now())
    if seen is None:
        abort(404)
    return _page(lead_id, revealed=True)


def _page(lead_id: UUID, *, revealed: bool) -> Response:
    actor = visit.actor()
    beside: tuple[UUID | None, UUID | None] = (None, None)
    with read_only():
        found = lead_page.opened(actor, lead_id)
        if found is not None and not revealed and not pages.wants_fragment():
            beside = _beside(actor, lead_id)
    if found is None:
        abort(404)
    return pages.page(
        "leads/show.html",
        fragment="lead" if revealed else "answer",
        extras=() if revealed else ("lead",),
        found=found,
        lead=found.lead,
        answer=lead_story.answer(found, actor.role),
        steps=lead_story.steps(found),
        refusal=lead_story.refusal(found.lead),
        score=lead_story.score(found.lead),
        revealed=revealed,
        groups=_groups(found.lead.fields),
        sent=_sent(found.lead),
        beside=beside,
        query=lead_wishes.query(),
        for_staff=actor.is_admin,
        for_buyer=actor.role is Role.BUYER,
        for_publisher=actor.role is Role.PUBLISHER,
    )


def _beside(actor: Actor, lead_id: UUID) -> tuple[UUID | None, UUID | None]:
    """Before and after it in the list that it was opened from, by the moment."""
    wish = lead_wishes.wish()
    newer, older = lead_keys.neighbours(actor, wish.filter, lead_id)
    return (older, newer) if wish.sort == "received" else (newer, older)


def _sent(lead: LeadFacts) -> str:
    """What came in, by our names of its fields and before it was tidied, as JSON."""
    told = {name: lead.changes[name][0] if name in lead.changes else value for name, value in lead.fields.items()}
    return json.dumps(
        told | ({"extra_fields": lead.extra} if lead.extra else {}), indent=2, ensure_ascii=False, default=str
    )


def _groups(fields: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Field names under the heads in which people look for them; heads without fields are left out."""
    person = tuple(name for name in PERSON if name in fields)
    consent = tuple(name for name in CONSENT if name in fields)
    rest = tuple(sorted(set(fields) - {*person, *consent}))
    return tuple(
        (head, names) for head, names in (("Person", person), ("Enquiry", rest), ("Consent", consent)) if names
    )
