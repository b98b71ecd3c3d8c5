"""Writing and moving the rows of leads; Core statements, for they run for every lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import String, Table, bindparam, case, insert, select, update

from app.db import UtcDateTime, connection, db
from app.domain.ids import new_id, short_id
from app.domain.reasons import No
from app.domain.states import LeadState, before
from app.gateways.kit import kit
from app.models.catalogue import Vertical
from app.models.leads import Lead
from app.services import news
from app.services.access import Access
from app.services.placement import Placement
from app.services.preparing import Prepared
from app.services.selling import LeadToSell
from app.services.submission import Submission


@dataclass(frozen=True, slots=True)
class NewLead:
    """All that a lead's first row says."""

    lead_id: UUID
    access: Access
    submission: Submission
    placement: Placement | None
    prepared: Prepared
    state: LeadState
    refusal: No | None
    problems: tuple[tuple[str, str], ...]
    first_lead_id: UUID | None
    route_until: datetime | None


def insert_lead(lead: NewLead, *, now: datetime) -> None:
    """Insert the row; when it is a refusal, tell the publisher and show it in the feed after the commit.

    A lead that goes on to be routed is shown once, with where routing ended.
    """
    tenant_id = lead.access.tenant.id
    connection().execute(_INSERT, _row(lead, now))
    if lead.refusal is not None:
        news.lead_rejected(
            tenant_id,
            lead.lead_id,
            lead.access.actor.owner_id,
            dialect=lead.submission.dialect,
            reason=lead.refusal.code,
            now=now,
        )
        news.show(tenant_id, lead.lead_id, lead.access.actor.owner_id, str(lead.state))


_TABLE = cast("Table", Lead.__table__)
_INSERT = insert(_TABLE)


def _row(lead: NewLead, now: datetime) -> dict[str, Any]:
    prepared, submission = lead.prepared, lead.submission
    return {
        "tenant_id": lead.access.tenant.id,
        "id": lead.lead_id,
        "short_id": short_id(lead.lead_id),
        **_belongs(lead),
        "dialect": submission.dialect,
        "state": str(lead.state),
        "reason": lead.refusal.code if lead.refusal else None,
        "problems": _problems(lead),
        "fields": prepared.fields,
        "changes": prepared.changes,
        "extra": submission.extra,
        "facts": prepared.facts,
        "email_key": prepared.email_key,
        "phone_key": prepared.phone_key,
        "sub_id": submission.sub_id,
        "score": prepared.score.points if prepared.score else None,
        "tier": str(prepared.score.tier) if prepared.score else None,
        "score_parts": [part.to_json() for part in prepared.score.parts] if prepared.score else [],
        "first_lead_id": lead.first_lead_id,
        "test": not lead.access.actor.live,
        "request_id": submission.request_id,
        "received_at": now,
        "routed_at": None,
        # The request that stored it routes it: the id of the lead is its own first token.
        "route_token": lead.lead_id if lead.route_until else None,
        "route_until": lead.route_until,
    }


def _belongs(lead: NewLead) -> dict[str, Any]:
    placement = lead.placement
    return {
        "publisher_id": lead.access.actor.owner_id,
        "api_key_id": lead.access.key.id,
        "source_id": placement.source.id if placement else None,
        "campaign_id": placement.campaign.id if placement else None,
        "vertical_id": placement.vertical.id if placement else None,
    }


def _problems(lead: NewLead) -> list[Any]:
    """Field faults as [field, message]; a refusal's particulars under its code."""
    found: list[Any] = [list(problem) for problem in lead.problems]
    if lead.refusal is not None and (lead.refusal.detail or lead.refusal.rule):
        found.append([lead.refusal.rule or lead.refusal.code, lead.refusal.sentence])
    return found


def claim_to_route(tenant_id: UUID, lead_id: UUID, *, now: datetime, until: datetime) -> UUID | None:
    """Take the lead for routing if it is owed and nobody holds it; the token, or None."""
    token = new_id(now, kit().rng)
    done = connection().execute(
        update(_TABLE)
        .where(Lead.tenant_id == tenant_id, Lead.id == lead_id)
        .where(Lead.route_until.is_not(None), Lead.route_until <= now)
        .values(route_token=token, route_until=until)
    )
    return token if done.rowcount == 1 else None


def finish_routing(
    tenant_id: UUID, lead_id: UUID, token: UUID, *, state: LeadState, reason: str | None, now: datetime
) -> bool:
    """Set where routing ended, if the token still holds and the lead may go there.

    False means somebody replaced us, or ended it another way: write nothing.
    """
    done = connection().execute(
        _FINISH,
        {
            "tenant": tenant_id,
            "lead": lead_id,
            "token": token,
            "from_states": [str(old) for old in before(LeadState, state) | {state}],
            "new_state": str(state),
            "why": reason,
            "at": now,
        },
    )
    return bool(done.rowcount == 1)


_FINISH = (
    update(_TABLE)
    .where(Lead.tenant_id == bindparam("tenant"), Lead.id == bindparam("lead"))
    .where(Lead.route_token == bindparam("token"), Lead.route_until.is_not(None))
    .where(Lead.state.in_(bindparam("from_states", expanding=True)))
    .values(
        state=bindparam("new_state", type_=String()),
        reason=bindparam("why", type_=String()),
        routed_at=bindparam("at", type_=UtcDateTime()),
        route_token=None,
        route_until=None,
    )
)


def hand_back(tenant_id: UUID, lead_id: UUID, token: UUID, *, now: datetime) -> bool:
    """Leave the lead to whoever comes first, if the token still holds; False means somebody replaced us.

    A lead that was sold in part stays sold while its other seats wait.
    """
    arrived, waits = str(LeadState.RECEIVED), str(LeadState.QUEUED)
    done = connection().execute(
        update(_TABLE)
        .where(Lead.tenant_id == tenant_id, Lead.id == lead_id)
        .where(Lead.route_token == token, Lead.route_until.is_not(None))
        .values(state=case((Lead.state == arrived, waits), else_=Lead.state), route_token=None, route_until=now)
    )
    return bool(done.rowcount == 1)


def owe_routing(tenant_id: UUID, lead_id: UUID, *, state: LeadState, now: datetime) -> None:
    """Say that the lead must be routed again, from now on, by whoever comes first."""
    connection().execute(
        update(_TABLE)
        .where(Lead.tenant_id == tenant_id, Lead.id == lead_id)
        .values(state=str(state), reason=None, route_token=None, route_until=now)
    )


def due_to_route(tenant_id: UUID, *, now: datetime, limit: int) -> list[UUID]:
    """Leads owed to routing that nobody holds any more, longest first."""
    rows = db.session.scalars(
        select(Lead.id)
        .where(Lead.tenant_id == tenant_id, Lead.route_until.is_not(None), Lead.route_until <= now)
        .order_by(Lead.route_until)
        .limit(limit)
    )
    return list(rows)


def to_sell(tenant_id: UUID, lead_id: UUID) -> LeadToSell:
    """A stored lead as routing needs it."""
    row = db.session.execute(
        select(
            Lead.id, Lead.publisher_id, Lead.source_id, Lead.vertical_id, Vertical.key, Lead.dialect, Lead.sub_id,
            Lead.fields, Lead.facts, Lead.email_key, Lead.phone_key,
        )
        .join(Vertical, (Vertical.tenant_id == Lead.tenant_id) & (Vertical.id == Lead.vertical_id))
        .where(Lead.tenant_id == tenant_id, Lead.id == lead_id)
    ).one()  # fmt: skip
    return LeadToSell(
        id=row.id,
        publisher_id=row.publisher_id,
        source_id=row.source_id,
        vertical_id=row.vertical_id,
        vertical_key=row.key,
        dialect=row.dialect,
        sub_id=row.sub_id,
        facts={**row.fields, **row.facts},
        digests={kind: key for kind, key in (("email", row.email_key), ("phone", row.phone_key)) if key},
    )
