"""Taking deliveries to send: one conditional UPDATE gives a batch a lease and a fencing token.

The row of the attempt is written in the same transaction, so that a process killed in the middle of a request
leaves an attempt without an outcome: the record that nobody knows what the buyer got. Here the claim ends at the
commit; sending and settling are elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from app.db import db
from app.domain.ids import new_id
from app.domain.retry import DELIVERY
from app.domain.states import DeliveryState, SaleState, before, move
from app.gateways.http_client import Failure, Request
from app.gateways.kit import kit
from app.models.contracts import DeliverySetup
from app.models.deliveries import Delivery, DeliveryAttempt
from app.models.sales import Sale
from app.services import delivery_letters, sales
from app.services.in_flight import PENDING, SENDING, Limited, choose
from app.services.sending import LEASE
from app.transaction import commit, retried, rollback

LOST = "lost"
"""The outcome of an attempt whose answer was lost: the buyer may have the lead."""

BATCH = 64
_OPEN_SALES = frozenset({SaleState.RESERVED, SaleState.POSTING, SaleState.UNKNOWN})
_LIMITED = Limited(Delivery, Delivery.setup_id, DeliverySetup)
_ROWS: Any = Delivery.__table__
_SALES: Any = Sale.__table__
_ATTEMPTS: Any = DeliveryAttempt.__table__


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery in our hands until the lease ends.

    ``may_have_it``: an earlier try was lost or cut short, so the buyer may have the lead already.
    """

    tenant_id: UUID
    id: UUID
    lead_id: UUID
    sale_id: UUID
    attempt: int
    attempt_id: UUID
    token: UUID
    may_have_it: bool
    format: str
    answer_rules: dict[str, Any]
    secrets: tuple[str, ...]
    request: Request
    fault: Failure | None


def claim_due(tenant_id: UUID, room: int, now: datetime) -> list[Claimed]:
    """Up to ``room`` deliveries that are due, no more of one setup than it may have in flight. Commits."""
    found = choose(_LIMITED, tenant_id, min(room, BATCH), now)
    if not found:
        rollback()
        return []
    return _claimed(tenant_id, Delivery.id.in_(found), now)


def claim_one(tenant_id: UUID, delivery_id: UUID, now: datetime) -> Claimed | None:
    """One delivery, if it is due and nobody else has it. Commits."""
    found = _claimed(tenant_id, and_(Delivery.id == delivery_id, Delivery.next_at <= now), now)
    return found[0] if found else None


def revive(tenant_id: UUID, now: datetime) -> None:
    """Take back what a lease ran out on: to be sent again, or for a person when its tries are used up. Commits."""
    retried(lambda: _revive(tenant_id, now))


def _revive(tenant_id: UUID, now: datetime) -> None:
    connection = db.session.connection()
    ran_out = and_(_ROWS.c.tenant_id == tenant_id, _ROWS.c.state == SENDING, _ROWS.c.lease_until < now)
    freed = {"lease_token": None, "lease_until": None}
    spent = connection.execute(
        update(_ROWS)
        .where(ran_out, _ROWS.c.attempt % DELIVERY.attempts == 0)
        .values(state=move(DeliveryState, "sending", DeliveryState.UNKNOWN), reason="delivery_unknown", **freed)
        .returning(_ROWS.c.sale_id)
    ).all()
    connection.execute(
        update(_ROWS)
        .where(ran_out)
        .values(state=move(DeliveryState, "sending", DeliveryState.PENDING), next_at=now, **freed)
    )
    for row in spent:
        sales.mark(tenant_id, row.sale_id, SaleState.UNKNOWN, now=now)
    commit()


def is_due(tenant_id: UUID, now: datetime) -> ColumnElement[bool]:
    """Whether a row waits to be sent, or was left by somebody whose lease ran out."""
    waits = and_(Delivery.state == PENDING, Delivery.next_at <= now)
    left = and_(Delivery.state == SENDING, Delivery.lease_until < now)
    return and_(Delivery.tenant_id == tenant_id, or_(waits, left))


def _claimed(tenant_id: UUID, wanted: ColumnElement[bool], now: datetime) -> list[Claimed]:
    """Claim, write the attempts down, commit. What is not owed any more is cancelled instead."""
    connection = db.session.connection()
    token = new_id(now, kit().rng)
    taken = connection.execute(
        update(_ROWS)
        .where(Delivery.tenant_id == tenant_id, wanted, Delivery.state == PENDING)
        .values(
            state=move(DeliveryState, "pending", DeliveryState.SENDING),
            attempt=Delivery.attempt + 1,
            lease_token=token,
            lease_until=now + LEASE,
            first_at=func.coalesce(Delivery.first_at, now),
        )
        .returning(_ROWS.c.id)
    ).all()
    rows = delivery_letters.rows_of(tenant_id, [row.id for row in taken])
    owed = [row for row in rows if row.sale_state in _OPEN_SALES]
    _cancel(connection, tenant_id, [row.id for row in rows if row.sale_state not in _OPEN_SALES], now)
    made = _written(connection, tenant_id, owed, token, now)
    _post(connection, tenant_id, [row.sale_id for row in owed])
    commit()
    return made


def _post(connection: Connection, tenant_id: UUID, sale_ids: Sequence[UUID]) -> None:
    """Their sales are being posted from now on; one statement, from the states that the machine allows."""
    states = before(SaleState, SaleState.POSTING)
    connection.execute(
        update(_SALES)
        .where(_SALES.c.tenant_id == tenant_id, _SALES.c.id.in_(sale_ids), _SALES.c.state.in_(states))
        .values(state=SaleState.POSTING)
    )


def _written(
    connection: Connection, tenant_id: UUID, rows: Sequence[Row[Any]], token: UUID, now: datetime
) -> list[Claimed]:
    """The requests of a batch, each with its attempt's row."""
    past = _past(connection, tenant_id, [row.id for row in rows if row.attempt > 1])
    made, attempts = [], []
    for row in rows:
        body, may_have_it = past.get(row.id, (None, False))
        letter = delivery_letters.letter(tenant_id, row, body)
        attempt_id = new_id(now, kit().rng)
        attempts.append(
            {
                "tenant_id": tenant_id,
                "id": attempt_id,
                "delivery_id": row.id,
                "attempt": row.attempt,
                "started_at": now,
                "request": letter.head,
                "request_body": letter.request.body.decode(),
                "response": {},
                "response_body": "",
            }
        )
        made.append(
            Claimed(
                tenant_id, row.id, row.lead_id, row.sale_id, row.attempt, attempt_id, token, may_have_it, row.format,
                row.answer_rules, letter.secrets, letter.request, letter.fault,
            )
        )  # fmt: skip
    if attempts:
        connection.execute(insert(_ATTEMPTS), attempts)
    return made


def _past(
    connection: Connection, tenant_id: UUID, delivery_ids: Sequence[UUID]
) -> dict[UUID, tuple[bytes | None, bool]]:
    """Of deliveries tried before: the body of the first try, and whether any try may have reached the buyer."""
    if not delivery_ids:
        return {}
    rows = connection.execute(
        select(DeliveryAttempt.delivery_id, DeliveryAttempt.request_body, DeliveryAttempt.outcome)
        .where(DeliveryAttempt.tenant_id == tenant_id, DeliveryAttempt.delivery_id.in_(delivery_ids))
        .order_by(DeliveryAttempt.attempt)
    )
    past: dict[UUID, tuple[bytes | None, bool]] = {}
    for row in rows:
        body, may_have_it = past.get(row.delivery_id, (None, False))
        body = body or row.request_body.encode() or None
        past[row.delivery_id] = (body, may_have_it or row.outcome in {None, LOST})
    return past


def _cancel(connection: Connection, tenant_id: UUID, delivery_ids: Sequence[UUID], now: datetime) -> None:
    """The sale ended some other way meanwhile: nothing is owed."""
    if delivery_ids:
        connection.execute(
            update(_ROWS)
            .where(_ROWS.c.tenant_id == tenant_id, _ROWS.c.id.in_(delivery_ids))
            .values(
                state=move(DeliveryState, "sending", DeliveryState.CANCELLED),
                attempt=_ROWS.c.attempt - 1,
                lease_token=None,
                lease_until=None,
                done_at=now,
            )
        )
