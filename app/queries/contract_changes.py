"""Changes of contracts that wait for approval, or did; and who edited a contract last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import aliased

from app.db import db
from app.domain.actor import Actor
from app.domain.contract_terms import Terms
from app.models.contracts import Contract, ContractChange
from app.models.parties import Buyer
from app.models.people import AuditEntry, User
from app.queries import scope
from app.queries.page import Cursor, Page, after, cut


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change. ``before`` and ``after``: the terms concerned; ``version``: the contract's when it was asked for."""

    id: UUID
    contract_id: UUID
    contract: str
    contract_version: int
    buyer_id: UUID
    buyer: str
    before: Terms
    after: Terms
    version: int
    status: str
    message: str
    asked_by: str | None
    decided_by: str | None
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class LastEdit:
    """Who changed a contract last, and when."""

    who: str | None
    at: datetime


def listed(actor: Actor, status: str, cursor: Cursor | None = None, limit: int = 50) -> Page[ChangeRow]:
    """One page, newest first; an empty status means any."""
    statement = _rows(actor).where(*after(cursor, ContractChange.created_at, ContractChange.id))
    if status:
        statement = statement.where(ContractChange.status == status)
    rows = db.session.execute(
        statement.order_by(ContractChange.created_at.desc(), ContractChange.id.desc()).limit(limit + 1)
    ).all()
    return cut([_row(row) for row in rows], limit, lambda row: Cursor(row.created_at, row.id))


def one(actor: Actor, change_id: UUID) -> ChangeRow | None:
    """One change, if it is the actor's to see."""
    row = db.session.execute(_rows(actor).where(ContractChange.id == change_id)).first()
    return _row(row) if row else None


def of_contract(actor: Actor, contract_id: UUID, limit: int = 5) -> tuple[ChangeRow, ...]:
    """The newest changes asked for one contract."""
    rows = db.session.execute(
        _rows(actor)
        .where(ContractChange.contract_id == contract_id)
        .order_by(ContractChange.created_at.desc(), ContractChange.id.desc())
        .limit(limit)
    )
    return tuple(_row(row) for row in rows)


def last_edit(actor: Actor, contract_id: UUID) -> LastEdit | None:
    """Who put the contract into its present version; None for one that never changed."""
    row = db.session.execute(
        select(User.name, AuditEntry.at)
        .outerjoin(User, (User.tenant_id == AuditEntry.tenant_id) & (User.id == AuditEntry.actor_id))
        .where(AuditEntry.tenant_id == actor.tenant_id, AuditEntry.subject_id == contract_id)
        .where(AuditEntry.action == "contract.changed")
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(1)
    ).first()
    return LastEdit(row.name, row.at) if row else None


def _mine(actor: Actor) -> ColumnElement[bool]:
    return scope.owned(actor, ContractChange.tenant_id, ContractChange.buyer_id)


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    decider = aliased(User)
    return (
        select(ContractChange, Contract.name, Contract.version, Buyer.name, User.name, decider.name)
        .join(Contract, (Contract.tenant_id == ContractChange.tenant_id) & (Contract.id == ContractChange.contract_id))
        .join(Buyer, (Buyer.tenant_id == ContractChange.tenant_id) & (Buyer.id == ContractChange.buyer_id))
        .outerjoin(User, (User.tenant_id == ContractChange.tenant_id) & (User.id == ContractChange.asked_by))
        .outerjoin(decider, (decider.tenant_id == ContractChange.tenant_id) & (decider.id == ContractChange.decided_by))
        .where(_mine(actor))
        .execution_options(populate_existing=True)
    )


def _row(row: Row[*tuple[Any, ...]]) -> ChangeRow:
    change, contract, version, buyer, asked_by, decided_by = row
    return ChangeRow(
        change.id, change.contract_id, contract, version, change.buyer_id, buyer, change.before, change.after,
        change.version, change.status, change.message, asked_by, decided_by, change.created_at, change.decided_at,
    )  # fmt: skip
