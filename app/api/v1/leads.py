"""Leads: admins read all of them, partners what they sent, buyers what was sold to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from app.api import paging
from app.api.endpoint import Call, Listed, Nothing, Operation, Page
from app.api.envelope import invalid
from app.api.not_yours import NotYours
from app.api.schemas.leads import LeadDetail, LeadSummary, detail, summary
from app.domain.actor import Actor, Role
from app.domain.reasons import BY_CODE
from app.domain.states import LeadState
from app.queries import lead_page
from app.queries import leads as queries
from app.queries.lead_filter import LeadFilter
from app.services import book as books
from app.services import reveals

STATES = tuple(str(state) for state in LeadState)
_FORBIDDEN = {
    Role.PUBLISHER: ("buyer_id", "contract_id", "partner_id", "campaign_id"),
    Role.BUYER: ("state", "reason", "buyer_id", "partner_id", "campaign_id", "source_id"),
}
"""Filters that would tell more than the list shows: a publisher's leads by buyer, a buyer's by publisher."""


class LeadsWanted(Page):
    """Which leads; what is left out does not narrow."""

    state: str | None = Field(
        default=None, max_length=100, description=f"One or several, with commas: {', '.join(STATES)}."
    )
    reason: str | None = Field(default=None, max_length=60, description="A reason's code.")
    vertical_id: UUID | None = None
    partner_id: UUID | None = Field(default=None, description="A publisher; for admins.")
    campaign_id: UUID | None = Field(default=None, description="For admins.")
    source_id: UUID | None = Field(default=None, description="For admins and partners.")
    buyer_id: UUID | None = Field(default=None, description="What was sold to this buyer; for admins.")
    contract_id: UUID | None = Field(default=None, description="What this contract bought; for admins and buyers.")
    tier: str | None = Field(default=None, max_length=20)
    score: int | None = Field(default=None, ge=0, le=100, description="At least this.")
    test: bool | None = Field(default=None, description="Test traffic alone, or none of it.")
    date_range: str | None = Field(
        default=None,
        max_length=24,
        description="Two days, both included, in the tenant's zone: 2026-05-01..2026-05-31.",
    )


def listed(call: Call[Nothing]) -> Listed:
    """One page, newest first."""
    wanted: LeadsWanted = call.query
    tenant = books.current(call.actor.tenant_id).tenant
    found = queries.listed(
        call.actor, _filter(call.actor, wanted, tenant.zone), paging.place(wanted.cursor), wanted.limit
    )
    return paging.listed(found, wanted.limit, lambda row: summary(row, tenant.currency))


def one(call: Call[Nothing]) -> LeadDetail:
    """One lead with everything that happened to it.

    It shows the person: that an admin's key looked is in the audit log, as in the portal. Buyers and partners
    read what they were handed or sent themselves.
    """
    lead_id = call.params["id"]
    found = lead_page.opened(call.actor, lead_id)
    if found is None:
        raise NotYours("lead", lead_id)
    if call.actor.is_admin:
        reveals.note(call.actor, lead_id, now=call.now)
    return detail(found, with_buyers=call.actor.role is not Role.PUBLISHER)


def _filter(actor: Actor, wanted: LeadsWanted, zone: str) -> LeadFilter:
    faults = [*_not_theirs(actor, wanted), *_unknown(wanted)]
    if faults:
        raise invalid(tuple(faults))
    since, until = paging.days(wanted.date_range, zone)
    return LeadFilter(
        states=_states(wanted), reason=wanted.reason or "", vertical_id=wanted.vertical_id,
        publisher_id=wanted.partner_id, source_id=wanted.source_id, campaign_id=wanted.campaign_id,
        buyer_id=wanted.buyer_id, contract_id=wanted.contract_id, tier=wanted.tier or "", score=wanted.score,
        test=wanted.test, since=since, until=until,
    )  # fmt: skip


def _states(wanted: LeadsWanted) -> tuple[str, ...]:
    return tuple(filter(None, (wanted.state or "").split(",")))


def _not_theirs(actor: Actor, wanted: LeadsWanted) -> list[tuple[str, str]]:
    names = [name for name in _FORBIDDEN.get(actor.role, ()) if getattr(wanted, name) is not None]
    aliases: dict[str, Any] = {name: LeadsWanted.model_fields[name].alias for name in names}
    return [(str(alias or name), "This filter is not for keys of your role.") for name, alias in aliases.items()]


def _unknown(wanted: LeadsWanted) -> list[tuple[str, str]]:
    faults = []
    if set(_states(wanted)) - set(STATES):
        faults.append(("state", f"Must be of: {', '.join(STATES)}."))
    if wanted.reason and wanted.reason not in BY_CODE:
        faults.append(("reason", "There is no such reason."))
    return faults


OPERATIONS = (
    Operation(
        "GET", "/leads", "listLeads", "List your leads", listed, LeadSummary, query=LeadsWanted, is_list=True,
    ),
    Operation("GET", "/leads/<uuid:id>", "getLead", "Show a lead", one, LeadDetail, is_noted=True),
)  # fmt: skip
"""Every operation of this resource."""
