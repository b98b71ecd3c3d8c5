"""Deliveries as people read them: what is owed to buyers, and each try with both sides of the exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, literal_column, select

from app.db import db
from app.domain.actor import Actor
from app.domain.states import SEAT_TAKEN
from app.models.contracts import DeliverySetup
from app.models.deliveries import Delivery, DeliveryAttempt
from app.models.leads import Lead
from app.models.parties import Buyer
from app.models.sales import Sale
from app.queries import scope
from app.queries.page import Cursor, Page, after, cut

STUCK = ("unknown", "failed")
"""States that wait for a person; they are few, and have an index of their own."""


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries; empty fields mean "any". ``since`` and ``until`` (exclusive): when they began to be owed.

    ``under_way``: only those that are not over yet.
    """

    state: str = ""
    buyer_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One debt to a buyer. ``reason`` says how it ended when it did not end well; ``sale_state`` is its sale's."""

    id: UUID
    sale_id: UUID
    lead_id: UUID
    lead_short_id: str
    buyer_id: UUID
    buyer: str
    setup: str
    url: str
    state: str
    attempt: int
    reason: str | None
    created_at: datetime
    next_at: datetime
    first_at: datetime | None
    done_at: datetime | None
    sale_state: str

    @property
    def may_be_sent_again(self) -> bool:
        """Whether a person may ask for another try: it is over without a delivery, and its sale still stands."""
        return self.state in {"unknown", "failed"} and self.sale_state in SEAT_TAKEN

    @property
    def waits_for_a_person(self) -> bool:
        """Whether somebody must say how it ended."""
        return self.state == "unknown" and self.sale_state in SEAT_TAKEN

    @property
    def cursor(self) -> Cursor:
        """The place behind this row."""
        return Cursor(self.created_at, self.id)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One try: what was sent, what came back. Bodies are people's data: shown to those who may see the lead."""

    id: UUID
    attempt: int
    started_at: datetime
    ended_at: datetime | None
    took_ms: int | None
    outcome: str | None
    status: int | None
    error: str | None
    request: Mapping[str, Any]
    request_body: str
    response: Mapping[str, Any]
    response_body: str


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """One delivery with every try."""

    row: DeliveryRow
    attempts: tuple[Exchange, ...]


def listed(actor: Actor, wanted: DeliveryFilter, cursor: Cursor | None = None, limit: int = 50) -> Page[DeliveryRow]:
    """One page of the delivery log, newest first."""
    statement = _rows(actor).where(*after(cursor, Delivery.created_at, Delivery.id))
    if wanted.state:
        statement = statement.where(Delivery.state == wanted.state)
    if wanted.state in STUCK:  # said in the words of their index as well, for SQLite takes it for nothing else
        statement = statement.where(Delivery.state.in_([literal_column(f"'{state}'") for state in STUCK]))
    if wanted.under_way:
        statement = statement.where(Delivery.state.in_(("pending", "sending")))
    if wanted.buyer_id:
        statement = statement.where(Delivery.buyer_id == wanted.buyer_id)
    if wanted.since:
        statement = statement.where(Delivery.created_at >= wanted.since)
    if wanted.until:
        statement = statement.where(Delivery.created_at < wanted.until)
    rows = db.session.execute(statement.order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(limit + 1)).all()
    return cut([_row(row) for row in rows], limit, lambda row: row.cursor)


def one(actor: Actor, delivery_id: UUID) -> DeliveryPage | None:
    """One delivery with its tries, if it is the actor's to see."""
    found = _pages(actor, Delivery.id == delivery_id)
    return found[0] if found else None


def of_lead(actor: Actor, lead_id: UUID) -> tuple[DeliveryPage, ...]:
    """Every delivery of a lead with its tries, oldest first; one statement."""
    return _pages(actor, Delivery.lead_id == lead_id)


def _pages(actor: Actor, condition: Any) -> tuple[DeliveryPage, ...]:
    statement = (
        _rows(actor)
        .add_columns(DeliveryAttempt)
        .outerjoin(
            DeliveryAttempt,
            (DeliveryAttempt.tenant_id == Delivery.tenant_id) & (DeliveryAttempt.delivery_id == Delivery.id),
        )
        .where(condition)
        .order_by(Delivery.created_at, Delivery.id, DeliveryAttempt.attempt)
        .limit(500)
    )
    return _grouped(db.session.execute(statement).all())


def _grouped(rows: Sequence[Row[*tuple[Any, ...]]]) -> tuple[DeliveryPage, ...]:
    tries: dict[UUID, list[Exchange]] = {}
    first: dict[UUID, DeliveryRow] = {}
    for row in rows:
        first.setdefault(row.id, _row(row))
        made = tries.setdefault(row.id, [])
        if row.DeliveryAttempt is not None:
            made.append(_exchange(row.DeliveryAttempt))
    return tuple(DeliveryPage(row, tuple(tries[row_id])) for row_id, row in first.items())


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    columns = (
        Delivery.id, Delivery.sale_id, Delivery.lead_id, Lead.short_id, Delivery.buyer_id, Buyer.name,
        DeliverySetup.name, DeliverySetup.url, Delivery.state, Delivery.attempt, Delivery.reason,
        Delivery.created_at, Delivery.next_at, Delivery.first_at, Delivery.done_at, Sale.state.label("sale_state"),
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(Delivery)
        .join(Lead, (Lead.tenant_id == Delivery.tenant_id) & (Lead.id == Delivery.lead_id))
        .join(Buyer, (Buyer.tenant_id == Delivery.tenant_id) & (Buyer.id == Delivery.buyer_id))
        .join(Sale, (Sale.tenant_id == Delivery.tenant_id) & (Sale.id == Delivery.sale_id))
        .join(DeliverySetup, (DeliverySetup.tenant_id == Delivery.tenant_id) & (DeliverySetup.id == Delivery.setup_id))
        .where(scope.deliveries(actor))
    )


def _row(row: Row[*tuple[Any, ...]]) -> DeliveryRow:
    return DeliveryRow(*row[:16])


def _exchange(one: DeliveryAttempt) -> Exchange:
    return Exchange(
        one.id, one.attempt, one.started_at, one.ended_at, one.took_ms, one.outcome, one.status, one.error,
        one.request, one.request_body, one.response, one.response_body,
    )  # fmt: skip
