"""Changes that a buyer asked for beyond its permissions: they wait for an admin, who approves them or not.

Approving applies the change in the same transaction, against the contract as the admin saw it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.contract_terms import Terms
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.contracts import Contract, ContractChange
from app.queries import contracts as reading
from app.queries.contracts import Snapshot
from app.services import audit, notices
from app.services import book as books
from app.services.changes import NoSuchThing, NotAllowed, Refused, load, only_staff
from app.services.contract_apply import apply
from app.services.contract_faults import judge

WAITING, APPROVED, REJECTED, WITHDRAWN = "waiting", "approved", "rejected", "withdrawn"
LONGEST_MESSAGE = 500
MOST_A_DAY = 30
"""Changes that are asked for of one contract; each is a mail to every admin."""


class Stale(Exception):
    """Somebody changed the contract meanwhile; ``current`` is how it stands now."""

    def __init__(self, current: Snapshot) -> None:
        super().__init__(str(current.id))
        self.current = current


def ask(actor: Actor, row: Contract, before: Terms, after: Terms, *, now: datetime) -> UUID:
    """Put a change into the queue; ``before`` and ``after`` name the terms concerned.

    Who asks again for what waits already is answered with that: admins get a mail for each. Raises Refused.
    """
    asked = _asked(actor, row, now)
    if same := [one.id for one in asked if one.status == WAITING and one.after == dict(after)]:
        return same[0]
    if len(asked) >= MOST_A_DAY:
        raise Refused(f"{MOST_A_DAY} changes of this contract were asked for within a day. Wait for a decision first.")
    change = ContractChange(
        tenant_id=actor.tenant_id, id=new_id(now, kit().rng), contract_id=row.id, buyer_id=row.buyer_id,
        asked_by=actor.principal_id, before=dict(before), after=dict(after), version=row.version, created_at=now,
        status=WAITING,
    )  # fmt: skip
    db.session.add(change)
    db.session.flush()
    audit.record(actor, "contract_change.asked", ("contract", row.id), now=now, before=dict(before), after=dict(after))
    notices.change_asked(actor, row, change, now=now)
    return change.id


def approve(actor: Actor, change_id: UUID, *, version: int, message: str = "", now: datetime) -> tuple[str, ...]:
    """Apply it; ``version`` is the contract's version that the admin looked at. Answers the terms changed.

    Raises Stale when that is not the present one, Refused when it is decided already or cannot be any more.
    """
    only_staff(actor)
    change = _waiting(actor, change_id)
    row = load(actor, Contract, change.contract_id)
    current = seen(actor, row.id)
    if row.version != version:
        raise Stale(current)
    judge(actor, current.terms, change.after, books.current(actor.tenant_id).tenant.currency)
    terms = apply(actor, row, current.terms, change.after, now=now)
    _decide(actor, change, APPROVED, message, now)
    notices.change_decided(actor, change, now=now)
    return terms


def reject(actor: Actor, change_id: UUID, *, message: str, now: datetime) -> None:
    """Leave the contract as it is and say why."""
    only_staff(actor)
    if not message.strip():
        raise Refused("Say why, so that the buyer knows what to ask for instead.")
    change = _waiting(actor, change_id)
    _decide(actor, change, REJECTED, message, now)
    notices.change_decided(actor, change, now=now)


def withdraw(actor: Actor, change_id: UUID, *, now: datetime) -> None:
    """The buyer does not want it any more."""
    change = _waiting(actor, change_id)
    if actor.role is not Role.BUYER or change.buyer_id != actor.owner_id:
        raise NotAllowed
    _decide(actor, change, WITHDRAWN, "", now)


def seen(actor: Actor, contract_id: UUID) -> Snapshot:
    """The contract as it stands; raises NoSuchThing for what the actor may not see."""
    found = reading.snapshot(actor, contract_id)
    if found is None:
        raise NoSuchThing(str(contract_id))
    return found


def _asked(actor: Actor, row: Contract, now: datetime) -> list[ContractChange]:
    """What was asked for of this contract within a day, or waits still."""
    mine = (ContractChange.tenant_id == actor.tenant_id) & (ContractChange.contract_id == row.id)
    lately = (ContractChange.created_at > now - timedelta(days=1)) | (ContractChange.status == WAITING)
    return list(db.session.scalars(select(ContractChange).where(mine, lately).order_by(ContractChange.created_at)))


def _waiting(actor: Actor, change_id: UUID) -> ContractChange:
    change = load(actor, ContractChange, change_id)
    if change.status != WAITING:
        raise Refused(f"This change was {change.status} already.")
    return change


def _decide(actor: Actor, change: ContractChange, status: str, message: str, now: datetime) -> None:
    change.status, change.message = status, message.strip()[:LONGEST_MESSAGE]
    change.decided_by, change.decided_at = actor.principal_id, now
    db.session.flush()
    audit.record(
        actor, f"contract_change.{status}", ("contract", change.contract_id), now=now,
        after={"change_id": str(change.id), "message": change.message},
    )  # fmt: skip
