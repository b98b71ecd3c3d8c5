"""Buyers as admins read them: the list, with what each bought lately, what it may still spend, how delivery goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select

from app.db import db
from app.domain.actor import Actor
from app.domain.states import SEAT_TAKEN, DeliveryState
from app.models.contracts import Contract
from app.models.deliveries import Delivery
from app.models.parties import Buyer
from app.models.sales import LedgerEntry, Sale
from app.queries import days, scope
from app.queries.page import Cursor, Page, after, cut
from app.queries.party_filter import PartyFilter

HEALTHY_PERCENT = 95
"""Of a hundred deliveries that ended, so many must have been taken, or somebody should look."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What a buyer bought today and in the last seven days, today included; spent in minor units.

    Leads that were returned count as leads and not as spent.
    """

    today: int = 0
    week: int = 0
    spent_today: int = 0
    spent_week: int = 0

    @property
    def a_day(self) -> int:
        """Leads a day over the week, to the nearest whole one; at least one where there were any."""
        return max(1, round(self.week / days.WEEK)) if self.week else 0


@dataclass(frozen=True, slots=True)
class Health:
    """How deliveries of the last seven days went, by state."""

    counts: Mapping[str, int]

    def of(self, *states: DeliveryState) -> int:
        """How many are in these states."""
        return sum(self.counts.get(state.value, 0) for state in states)

    @property
    def ended(self) -> int:
        """How many were answered or given up."""
        return self.of(DeliveryState.DELIVERED, DeliveryState.DECLINED, DeliveryState.UNKNOWN, DeliveryState.FAILED)

    @property
    def percent(self) -> int | None:
        """Of a hundred that ended, how many the buyer took, never rounded up to all; None when none ended."""
        return self.of(DeliveryState.DELIVERED) * 100 // self.ended if self.ended else None

    @property
    def is_good(self) -> bool:
        """Whether nobody needs to look."""
        return self.percent is None or self.percent >= HEALTHY_PERCENT


@dataclass(frozen=True, slots=True)
class BuyerRow:
    """One buyer; amounts in minor units. ``contracts``: all of them, ``active``: those not paused."""

    id: UUID
    name: str
    status: str
    zone: str
    balance: int
    credit_limit: int
    person_window_days: int
    created_at: datetime
    contracts: int
    active: int
    bought: Bought = Bought()
    health: Health = Health({})

    @property
    def left(self) -> int:
        """What it may still spend."""
        return self.balance + self.credit_limit

    @property
    def days_left(self) -> int | None:
        """For how many whole days that lasts at the week's pace; None for a buyer that spent nothing."""
        return max(0, self.left * days.WEEK // self.bought.spent_week) if self.bought.spent_week else None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line of a buyer's account, in minor units; negative lines are charges. ``reference``: of a payment."""

    id: UUID
    kind: str
    sale_id: UUID | None
    lead_id: UUID | None
    amount: int
    currency: str
    reference: str | None
    posted_at: datetime


def listed(
    actor: Actor, wanted: PartyFilter, cursor: Cursor | None = None, limit: int = 50, *, zone: str, now: datetime
) -> Page[BuyerRow]:
    """One page of buyers, the newest first; three statements whatever its length. Nothing but for staff."""
    at, row_id = Buyer.created_at, Buyer.id
    statement = _rows(actor).where(*wanted.conditions(Buyer), *after(cursor, at, row_id))
    rows = db.session.execute(statement.order_by(at.desc(), row_id.desc()).limit(limit + 1)).all()
    page = cut([BuyerRow(*row) for row in rows], limit, lambda row: Cursor(row.created_at, row.id))
    return replace(page, rows=_with_trade(actor, page.rows, zone, now))


def one(actor: Actor, buyer_id: UUID, *, zone: str, now: datetime) -> BuyerRow | None:
    """One buyer, if it is the actor's to see."""
    row = db.session.execute(_rows(actor).where(Buyer.id == buyer_id)).first()
    return _with_trade(actor, [BuyerRow(*row)], zone, now)[0] if row else None


def ledger(actor: Actor, buyer_id: UUID, limit: int = 10) -> tuple[LedgerRow, ...]:
    """The newest lines of a buyer's account."""
    return _lines(actor, buyer_id, limit, LedgerEntry.owner_id == buyer_id)


def payments(actor: Actor, buyer_id: UUID, limit: int = 5) -> tuple[LedgerRow, ...]:
    """The newest of what it paid in and of what was taken back: among the sales of a day they are soon out of sight."""
    # found by having no sale, of which there are few; by its owner a million lines might be walked for five
    owner = func.coalesce(LedgerEntry.owner_id, LedgerEntry.owner_id)
    return _lines(actor, buyer_id, limit, LedgerEntry.sale_id.is_(None), owner == buyer_id)


def _lines(actor: Actor, buyer_id: UUID, limit: int, *which: ColumnElement[bool]) -> tuple[LedgerRow, ...]:
    if not actor.may_see(buyer_id):
        return ()
    rows = db.session.execute(
        select(
            LedgerEntry.id, LedgerEntry.kind, LedgerEntry.sale_id, Sale.lead_id, LedgerEntry.amount_minor,
            LedgerEntry.currency, LedgerEntry.reference, LedgerEntry.posted_at,
        )
        .outerjoin(Sale, (Sale.tenant_id == LedgerEntry.tenant_id) & (Sale.id == LedgerEntry.sale_id))
        .where(LedgerEntry.tenant_id == actor.tenant_id, LedgerEntry.account == "buyer", *which)
        .order_by(LedgerEntry.posted_at.desc(), LedgerEntry.id.desc())
        .limit(limit)
    )  # fmt: skip
    return tuple(LedgerRow(*row) for row in rows)


def mine(actor: Actor) -> ColumnElement[bool]:
    """Staff see all buyers of their tenant; nobody else looks at buyers from outside."""
    return Buyer.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()


def _with_trade(actor: Actor, rows: Sequence[BuyerRow], zone: str, now: datetime) -> tuple[BuyerRow, ...]:
    if not rows:
        return ()
    week = days.last(days.WEEK, zone, now)
    ids = [row.id for row in rows]
    bought = _bought(actor, ids, week[0].since, week[-1].since)
    health = _health(actor, ids, week[0].since)
    return tuple(
        replace(row, bought=bought.get(row.id, Bought()), health=Health(health.get(row.id, {}))) for row in rows
    )


def _bought(actor: Actor, ids: Sequence[UUID], since: datetime, today: datetime) -> dict[UUID, Bought]:
    is_bought, is_spent = Sale.state.in_(scope.BOUGHT), Sale.state.in_(SEAT_TAKEN)
    of_today = Sale.reserved_at >= today
    rows = db.session.execute(
        select(
            Sale.buyer_id,
            func.count().filter(is_bought, of_today),
            func.count().filter(is_bought),
            func.coalesce(func.sum(Sale.price_minor).filter(is_spent, of_today), 0),
            func.coalesce(func.sum(Sale.price_minor).filter(is_spent), 0),
        )
        .where(scope.sales(actor), Sale.buyer_id.in_(ids), Sale.reserved_at >= since)
        .group_by(Sale.buyer_id)
    )
    return {row[0]: Bought(*map(int, row[1:])) for row in rows}


def _health(actor: Actor, ids: Sequence[UUID], since: datetime) -> dict[UUID, dict[str, int]]:
    rows = db.session.execute(
        select(Delivery.buyer_id, Delivery.state, func.count())
        .where(scope.deliveries(actor), Delivery.buyer_id.in_(ids), Delivery.created_at >= since)
        .group_by(Delivery.buyer_id, Delivery.state)
    )
    found: dict[UUID, dict[str, int]] = {}
    for buyer_id, state, count in rows:
        found.setdefault(buyer_id, {})[state] = count
    return found


def _rows(actor: Actor) -> Any:
    own = (Contract.tenant_id == Buyer.tenant_id) & (Contract.buyer_id == Buyer.id)
    contracts = select(func.count()).select_from(Contract).where(own).correlate(Buyer).scalar_subquery()
    active = (
        select(func.count())
        .select_from(Contract)
        .where(own, Contract.status == "active")
        .correlate(Buyer)
        .scalar_subquery()
    )
    return select(
        Buyer.id, Buyer.name, Buyer.status, Buyer.zone, Buyer.balance_minor, Buyer.credit_limit_minor,
        Buyer.person_window_days, Buyer.created_at, contracts.label("contracts"), active.label("active"),
    ).where(mine(actor))  # fmt: skip
