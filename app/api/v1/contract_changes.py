"""Changes of contracts that wait for approval: admins decide, the buyer that asked takes back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.api import outcomes, paging
from app.api.endpoint import Call, Listed, Nothing, Operation, Page, Wire
from app.api.not_yours import NotYours
from app.api.schemas.contracts import wire_terms
from app.domain.actor import BUYING, STAFF, Role
from app.queries import contract_changes as queries
from app.queries.contract_changes import ChangeRow
from app.services import book as books
from app.services import contract_changes as services
from app.web.problem import Problem


class ChangesWanted(Page):
    """Which changes; what is left out does not narrow."""

    status: Literal["waiting", "approved", "rejected", "withdrawn"] | None = None


class ChangeApproval(Wire):
    """What was seen."""

    contract_version: int = Field(description="The contract's version that the decision is about.")
    message: str = Field(default="", max_length=services.LONGEST_MESSAGE, description="A word to the buyer.")


class ChangeRejection(Wire):
    """Why not."""

    message: str = Field(min_length=1, max_length=services.LONGEST_MESSAGE, description="What the buyer reads.")


class Change(Wire):
    """One change; ``before`` and ``after`` hold the terms concerned."""

    id: UUID
    contract_id: UUID
    contract: str
    contract_version: int = Field(description="The contract's present version.")
    buyer_id: UUID
    buyer: str
    status: str
    before: dict[str, Any]
    after: dict[str, Any]
    message: str
    asked_by: str | None
    decided_by: str | None
    created_at: datetime
    decided_at: datetime | None


def listed(call: Call[Nothing]) -> Listed:
    """One page, newest first."""
    wanted: ChangesWanted = call.query
    found = queries.listed(call.actor, wanted.status or "", paging.place(wanted.cursor), wanted.limit)
    currency = books.current(call.actor.tenant_id).tenant.currency
    return paging.listed(found, wanted.limit, lambda row: _change(row, currency))


def one(call: Call[Nothing]) -> Change:
    """One change."""
    return _shown(call)


def approve(call: Call[ChangeApproval]) -> Change:
    """Apply it: the next lead obeys."""
    before, wish = _shown(call), call.body
    try:
        outcomes.of(
            "contract_change", before.id,
            lambda: services.approve(
                call.actor, before.id, version=wish.contract_version, message=wish.message, now=call.now
            ),
        )  # fmt: skip
    except services.Stale:
        raise Problem(409, "stale", "The contract was changed meanwhile; read the change again.") from None
    return _shown(call)


def reject(call: Call[ChangeRejection]) -> Change:
    """Leave the contract as it is and say why."""
    change_id = _shown(call).id
    message = call.body.message
    outcomes.of(
        "contract_change", change_id, lambda: services.reject(call.actor, change_id, message=message, now=call.now)
    )
    return _shown(call)


def withdraw(call: Call[Nothing]) -> Change:
    """The buyer does not want it any more."""
    change_id = _shown(call).id
    outcomes.of("contract_change", change_id, lambda: services.withdraw(call.actor, change_id, now=call.now))
    return _shown(call)


def _shown(call: Call[Any]) -> Change:
    """As it stands. Raises NotYours before anything is done with another's."""
    change_id: UUID = call.params["id"]
    row = queries.one(call.actor, change_id)
    if row is None:
        raise NotYours("contract_change", change_id)
    return _change(row, books.current(call.actor.tenant_id).tenant.currency)


def _change(row: ChangeRow, currency: str) -> Change:
    return Change(
        id=row.id, contract_id=row.contract_id, contract=row.contract, contract_version=row.contract_version,
        buyer_id=row.buyer_id, buyer=row.buyer, status=row.status, before=wire_terms(row.before, currency),
        after=wire_terms(row.after, currency), message=row.message, asked_by=row.asked_by, decided_by=row.decided_by,
        created_at=row.created_at, decided_at=row.decided_at,
    )  # fmt: skip


_ONE = "/contract-changes/<uuid:id>"
OPERATIONS = (
    Operation(
        "GET", "/contract-changes", "listContractChanges", "List changes of contracts", listed, Change, roles=BUYING,
        query=ChangesWanted, is_list=True,
    ),
    Operation("GET", _ONE, "getContractChange", "Show a change", one, Change, roles=BUYING),
    Operation(
        "POST", f"{_ONE}/approve", "approveContractChange", "Approve a change", approve, Change, roles=STAFF,
        body=ChangeApproval,
    ),
    Operation(
        "POST", f"{_ONE}/reject", "rejectContractChange", "Reject a change", reject, Change, roles=STAFF,
        body=ChangeRejection,
    ),
    Operation(
        "POST", f"{_ONE}/withdraw", "withdrawContractChange", "Take a change back", withdraw, Change,
        roles=frozenset({Role.BUYER}),
    ),
)  # fmt: skip
"""Every operation of this resource."""
