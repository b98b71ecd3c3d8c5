"""Contracts: admins see all of them, buyers their own; pausing and resuming counts from the next lead on."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api import outcomes, paging
from app.api.endpoint import Call, Listed, Nothing, Operation, Page
from app.api.envelope import invalid
from app.api.not_yours import NotYours
from app.api.schemas.contracts import ContractDetail, ContractSummary, StatusChange, detail, summary
from app.domain.actor import BUYING
from app.queries import cap_bars
from app.queries import contracts as queries
from app.queries.contract_filter import ContractFilter
from app.services import book as books
from app.services import contract_edits
from app.services.contract_edits import Status


class ContractsWanted(Page):
    """Which contracts; what is left out does not narrow."""

    status: Literal["active", "paused"] | None = None
    buyer_id: UUID | None = Field(default=None, description="For admins.")
    vertical_id: UUID | None = None
    name: str | None = Field(default=None, max_length=80, description="A part of the name.")


def listed(call: Call[Nothing]) -> Listed:
    """One page, newest first."""
    wanted: ContractsWanted = call.query
    if wanted.buyer_id and not call.actor.is_admin:
        raise invalid((("buyerId", "This filter is not for keys of your role."),))
    chosen = ContractFilter(wanted.status or "", wanted.buyer_id, wanted.vertical_id, wanted.name or "")
    found = queries.listed(call.actor, chosen, paging.place(wanted.cursor), wanted.limit, now=call.now)
    currency = books.current(call.actor.tenant_id).tenant.currency
    return paging.listed(found, wanted.limit, lambda row: summary(row, currency))


def one(call: Call[Nothing]) -> ContractDetail:
    """One contract with its terms."""
    contract_id: UUID = call.params["id"]
    found = queries.snapshot(call.actor, contract_id)
    if found is None:
        raise NotYours("contract", contract_id)
    bars = cap_bars.of_contract(call.actor, contract_id, call.now)
    return detail(found, bars, books.current(call.actor.tenant_id).tenant.currency)


def pause(call: Call[Nothing]) -> StatusChange:
    """From the next lead on it buys nothing; beyond the buyer's permission it is asked for."""
    return _switch(call, "paused")


def resume(call: Call[Nothing]) -> StatusChange:
    """From the next lead on it buys again; beyond the buyer's permission it is asked for."""
    return _switch(call, "active")


def _switch(call: Call[Nothing], status: Status) -> StatusChange:
    contract_id: UUID = call.params["id"]
    done = outcomes.of(
        "contract", contract_id, lambda: contract_edits.set_status(call.actor, contract_id, status, now=call.now)
    )
    found = queries.snapshot(call.actor, contract_id)
    return StatusChange(id=contract_id, status=found.status if found else status, change_id=done.change_id)


_ONE = "/contracts/<uuid:id>"
OPERATIONS = (
    Operation(
        "GET", "/contracts", "listContracts", "List contracts", listed, ContractSummary, roles=BUYING,
        query=ContractsWanted, is_list=True,
    ),
    Operation("GET", _ONE, "getContract", "Show a contract", one, ContractDetail, roles=BUYING),
    Operation("POST", f"{_ONE}/pause", "pauseContract", "Pause a contract", pause, StatusChange, roles=BUYING),
    Operation("POST", f"{_ONE}/resume", "resumeContract", "Resume a contract", resume, StatusChange, roles=BUYING),
)  # fmt: skip
"""Every operation of this resource."""
