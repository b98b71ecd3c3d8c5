"""One lead by itself, cut to what the actor may know: the head of its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import aliased

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.reasons import BY_CODE, Audience, Reason, told_to_publisher
from app.models.catalogue import Campaign, Source, Vertical
from app.models.leads import Lead
from app.models.parties import Publisher
from app.queries import scope
from app.queries.leads import decided_at, thought_us

GUARDED = frozenset({"publisher", "publisher_id", "source", "source_tag"})
"""Facts that name where a lead came from; not for buyers."""
_FIRST = aliased(Lead)


@dataclass(frozen=True, slots=True)
class FirstLead:
    """The lead that a duplicate repeats."""

    id: UUID
    short_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """The lead itself. ``publisher`` and ``source`` are None for buyers; ``pii``: names of guarded fields.

    ``labels``: what the campaign's schema calls its fields. ``first``: None as well where the first lead is
    another publisher's, and so not the actor's to see.
    """

    id: UUID
    short_id: str
    state: str
    reason: Reason | None
    problems: tuple[tuple[str, str], ...]
    fields: Mapping[str, Any]
    changes: Mapping[str, Any]
    extra: Mapping[str, Any]
    facts: Mapping[str, Any]
    score: int | None
    tier: str | None
    score_parts: tuple[Mapping[str, Any], ...]
    sub_id: str | None
    dialect: str
    test: bool
    request_id: str
    received_at: datetime
    decided_at: datetime | None
    first: FirstLead | None
    publisher: str | None
    source: str | None
    campaign: str | None
    vertical: str | None
    pii: frozenset[str]
    labels: Mapping[str, str]


def facts_of(actor: Actor, lead_id: UUID) -> LeadFacts | None:
    """The lead alone, or None when it is not the actor's to see."""
    row = db.session.execute(
        select(
            Lead, Publisher.name.label("publisher"), Source.name.label("source"), Campaign.name.label("campaign"),
            Campaign.schema, Vertical.name.label("vertical"), thought_us(), _FIRST.id.label("first_id"),
            _FIRST.short_id.label("first_short_id"), _FIRST.received_at.label("first_at"),
            _FIRST.publisher_id.label("first_publisher_id"),
        )
        .select_from(Lead)
        .join(Publisher, (Publisher.tenant_id == Lead.tenant_id) & (Publisher.id == Lead.publisher_id))
        .outerjoin(Source, (Source.tenant_id == Lead.tenant_id) & (Source.id == Lead.source_id))
        .outerjoin(Campaign, (Campaign.tenant_id == Lead.tenant_id) & (Campaign.id == Lead.campaign_id))
        .outerjoin(Vertical, (Vertical.tenant_id == Lead.tenant_id) & (Vertical.id == Lead.vertical_id))
        .outerjoin(_FIRST, (_FIRST.tenant_id == Lead.tenant_id) & (_FIRST.id == Lead.first_lead_id))
        .where(scope.leads(actor), Lead.id == lead_id)
    ).first()  # fmt: skip
    return _facts(actor, row) if row else None


def _facts(actor: Actor, row: Row[*tuple[Any, ...]]) -> LeadFacts:
    lead: Lead = row[0]
    for_buyer = actor.role is Role.BUYER
    return LeadFacts(
        id=lead.id,
        short_id=lead.short_id,
        state=lead.state,
        reason=_told(actor, lead.reason),
        problems=() if for_buyer else tuple((str(name), str(message)) for name, message in lead.problems),
        fields=lead.fields,
        changes=lead.changes,
        extra=lead.extra,
        facts={name: value for name, value in lead.facts.items() if not (for_buyer and name in GUARDED)},
        score=lead.score,
        tier=lead.tier,
        score_parts=tuple(lead.score_parts),
        sub_id=None if for_buyer else lead.sub_id,
        dialect=lead.dialect,
        test=lead.test,
        request_id=lead.request_id,
        received_at=lead.received_at,
        decided_at=decided_at(lead.routed_at, row.thought_us),
        first=_first(actor, row),
        publisher=None if for_buyer else row.publisher,
        source=None if for_buyer else row.source,
        campaign=None if for_buyer else row.campaign,
        vertical=row.vertical,
        pii=frozenset(str(field["name"]) for field in _fields(row.schema) if field.get("pii")),
        labels={str(field["name"]): str(field["label"]) for field in _fields(row.schema) if field.get("label")},
    )


def _first(actor: Actor, row: Row[*tuple[Any, ...]]) -> FirstLead | None:
    is_theirs = scope.sees_all(actor) or (actor.role is Role.PUBLISHER and row.first_publisher_id == actor.owner_id)
    return FirstLead(row.first_id, row.first_short_id, row.first_at) if row.first_id and is_theirs else None


def _told(actor: Actor, code: str | None) -> Reason | None:
    reason = BY_CODE.get(code or "")
    if reason is None or scope.sees_all(actor):
        return reason
    if actor.role is Role.PUBLISHER:
        return told_to_publisher(reason)
    return reason if reason.seen_by(Audience.BUYER) else None


def _fields(schema: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    return list((schema or {}).get("fields", []))
