"""Taking messages to send: a batch gets a lease and a fencing token, each message an attempt's row with its headers.

The signature is made here, with the moment of the claim: a new timestamp for each attempt, over the stored bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, insert, or_, select, update
from sqlalchemy.engine import Connection

from app.adapters.webhook_headers import Attempt, headers, message_id
from app.db import db
from app.domain.ids import new_id
from app.domain.states import MessageState, move
from app.gateways.http_client import Failure, FailureKind, Request
from app.gateways.kit import kit
from app.gateways.secret_box import CannotOpen
from app.models.webhooks import Endpoint, Message, MessageAttempt
from app.services.endpoint_secrets import signing
from app.services.in_flight import PENDING, SENDING, Limited, choose
from app.services.sending import LEASE
from app.transaction import commit, retried, rollback

BATCH = 256
DEADLINE = timedelta(seconds=15)
ACTIVE, REMOVED = "active", "removed"
CANNOT_SIGN = "The message could not be signed; rotate the endpoint's secret."
_LIMITED = Limited(Message, Message.endpoint_id, Endpoint, Endpoint.status == ACTIVE)
_ROWS: Any = Message.__table__
_ATTEMPTS: Any = MessageAttempt.__table__


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message in our hands until the lease ends."""

    tenant_id: UUID
    id: UUID
    endpoint_id: UUID
    attempt: int
    attempt_id: UUID
    token: UUID
    policy: str
    request: Request
    fault: Failure | None


def claim_due(tenant_id: UUID, room: int, now: datetime) -> list[Claimed]:
    """Up to ``room`` messages that are due, no more of one endpoint than it may have in flight. Commits."""
    found = choose(_LIMITED, tenant_id, min(room, BATCH), now)
    if not found:
        rollback()
        return []
    connection = db.session.connection()
    token = new_id(now, kit().rng)
    connection.execute(
        update(_ROWS)
        .where(_ROWS.c.tenant_id == tenant_id, _ROWS.c.id.in_(found), _ROWS.c.state == PENDING)
        .values(
            state=move(MessageState, "pending", MessageState.SENDING),
            attempt=_ROWS.c.attempt + 1,
            lease_token=token,
            lease_until=now + LEASE,
        )
    )
    made = _written(connection, tenant_id, token, now)
    commit()
    return made


def revive(tenant_id: UUID, now: datetime) -> None:
    """Take back what a lease ran out on: whoever had it is gone, so it is due again. Commits."""
    retried(lambda: _revive(tenant_id, now))


def cancel_of_removed(connection: Connection, tenant_id: UUID, waiting: Mapping[UUID, UUID], now: datetime) -> None:
    """Of messages that have just begun to wait again (id to endpoint), cancel those whose endpoint was removed.

    Whoever removes an endpoint cancels what waits for it and cannot see what is in flight. The endpoints are locked
    first: either the removal is seen here, or it comes after our commit and sees these messages.
    """
    if not waiting:
        return
    locked = connection.execute(
        select(Endpoint.id, Endpoint.status)
        .where(Endpoint.tenant_id == tenant_id, Endpoint.id.in_(set(waiting.values())))
        .order_by(Endpoint.id)
        .with_for_update(key_share=True)
    )
    gone = {row.id for row in locked if row.status == REMOVED}
    owed_to_nobody = [message for message, endpoint in waiting.items() if endpoint in gone]
    if owed_to_nobody:
        connection.execute(
            update(_ROWS)
            .where(_ROWS.c.tenant_id == tenant_id, _ROWS.c.id.in_(owed_to_nobody), _ROWS.c.state == PENDING)
            .values(state=move(MessageState, "pending", MessageState.CANCELLED), done_at=now)
        )


def is_due(tenant_id: UUID, now: datetime) -> ColumnElement[bool]:
    """Whether a row waits to be sent to an endpoint that is active, or was left by somebody whose lease ran out."""
    active = select(Endpoint.id).where(Endpoint.tenant_id == tenant_id, Endpoint.status == ACTIVE)
    waits = and_(Message.state == PENDING, Message.next_at <= now, Message.endpoint_id.in_(active))
    left = and_(Message.state == SENDING, Message.lease_until < now)
    return and_(Message.tenant_id == tenant_id, or_(waits, left))


def _revive(tenant_id: UUID, now: datetime) -> None:
    connection = db.session.connection()
    found = connection.execute(
        update(_ROWS)
        .where(_ROWS.c.tenant_id == tenant_id, _ROWS.c.state == SENDING, _ROWS.c.lease_until < now)
        .values(
            state=move(MessageState, "sending", MessageState.PENDING),
            next_at=now,
            lease_token=None,
            lease_until=None,
        )
        .returning(_ROWS.c.id, _ROWS.c.endpoint_id)
    ).all()
    cancel_of_removed(connection, tenant_id, {row.id: row.endpoint_id for row in found}, now)
    commit()


def _written(connection: Connection, tenant_id: UUID, token: UUID, now: datetime) -> list[Claimed]:
    """The requests of what this token holds, each with its attempt's row."""
    made, attempts = [], []
    for row in connection.execute(_READ, {"tenant": tenant_id, "until": now + LEASE, "token": token}):
        attempt_id = new_id(now, kit().rng)
        request, fault = _request(tenant_id, row, attempt_id, now)
        attempts.append(
            {
                "tenant_id": tenant_id,
                "id": attempt_id,
                "message_id": row.message_id,
                "attempt": row.attempt,
                "started_at": now,
                "headers": dict(request.headers),
                "response_body": "",
            }
        )
        made.append(
            Claimed(tenant_id, row.message_id, row.id, row.attempt, attempt_id, token, row.policy, request, fault)
        )
    if attempts:
        connection.execute(insert(_ATTEMPTS), attempts)
    return made


def _request(
    tenant_id: UUID, row: Row[*tuple[Any, ...]], attempt_id: UUID, now: datetime
) -> tuple[Request, Failure | None]:
    """The signed request; a fault instead where no secret can be opened, so that the others still go out."""
    try:
        attempt = Attempt(
            attempt_id,
            message_id(row.event_id, row.id),
            row.event_type,
            int(now.timestamp()),
            signing(tenant_id, row, now),
        )
        told = headers(row.prefix, row.format, attempt, row.body)
    except (CannotOpen, ValueError):
        fault = Failure(FailureKind.BAD_REQUEST, CANNOT_SIGN, request_sent=False, took=timedelta(0))
        return Request("POST", row.url, {}, b"", DEADLINE), fault
    return Request("POST", row.url, told, row.body, DEADLINE), None


_READ = (
    select(
        Message.id.label("message_id"),
        Message.event_id,
        Message.event_type,
        Message.body,
        Message.attempt,
        Endpoint.id,
        Endpoint.url,
        Endpoint.format,
        Endpoint.prefix,
        Endpoint.policy,
        Endpoint.secret_sealed,
        Endpoint.old_secret_sealed,
        Endpoint.old_secret_until,
    )
    .join(Endpoint, (Endpoint.tenant_id == Message.tenant_id) & (Endpoint.id == Message.endpoint_id))
    .where(Message.tenant_id == bindparam("tenant"), Message.state == SENDING)
    .where(Message.lease_until == bindparam("until"), Message.lease_token == bindparam("token"))
    .order_by(Message.next_at, Message.id)
)
