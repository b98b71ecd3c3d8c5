"""What became of messages: a batch of answers written down in one transaction, by whoever still holds the leases.

A 2xx is the only success. A redirect is a failure, and 410 ends the endpoint: its owner says it is gone for good.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.engine import Connection

from app.db import db
from app.domain.retry import BY_NAME, STANDARD, next_delay, parse_retry_after
from app.domain.states import MessageState, move
from app.gateways.http_client import Answer, Result
from app.gateways.kit import kit
from app.models.webhooks import Message, MessageAttempt
from app.services import endpoint_health
from app.services.in_flight import SENDING
from app.services.message_claims import Claimed, cancel_of_removed
from app.services.transcripts import transcript
from app.transaction import commit, retried

DELIVERED, FAILED = "delivered", "failed"
_ROWS: Any = Message.__table__
_ATTEMPTS: Any = MessageAttempt.__table__


@dataclass(frozen=True, slots=True)
class Finding:
    """One attempt, judged. ``retry_in``: when to try again; None at the end. ``error`` is for the log."""

    outcome: str
    state: MessageState
    retry_in: timedelta | None = None
    error: str | None = None
    is_gone: bool = False


def judge(claimed: Claimed, result: Result, now: datetime) -> Finding:
    """What a result means for this message."""
    if not isinstance(result, Answer):
        return _again(claimed, f"{result.kind.shown}: {result.detail}")
    if HTTPStatus.OK <= result.status < HTTPStatus.MULTIPLE_CHOICES:
        return Finding(DELIVERED, MessageState.DELIVERED)
    said = f"The receiver answered with status {result.status}."
    if result.status == HTTPStatus.GONE:
        return Finding(FAILED, MessageState.FAILED, error=said, is_gone=True)
    return _again(claimed, said, parse_retry_after(result.headers.get("retry-after"), now))


def settle(done: Sequence[tuple[Claimed, Result]], now: datetime) -> int:
    """Write what became of these messages and of their endpoints' health. Commits; how many were still ours."""
    judged = [(claimed, result, judge(claimed, result, now)) for claimed, result in done]
    return retried(lambda: _write(judged, now))


def _again(claimed: Claimed, error: str, asked: timedelta | None = None) -> Finding:
    policy = BY_NAME.get(claimed.policy, STANDARD)
    delay = next_delay(policy, claimed.attempt, kit().rng, asked)
    return Finding(FAILED, MessageState.FAILED if delay is None else MessageState.PENDING, delay, error)


_Judged = tuple[Claimed, Result, Finding]


def _write(judged: Sequence[_Judged], now: datetime) -> int:
    connection = db.session.connection()
    ours = _finalise_delivered(connection, [one for one in judged if one[2].state is MessageState.DELIVERED], now)
    ours += [one for one in judged if one[2].state is not MessageState.DELIVERED and _finalise(connection, one, now)]
    if ours:
        connection.execute(_CLOSE, [_closing(one, now) for one in ours])
    _note_health(ours, now)
    if waiting := {claimed.id: claimed.endpoint_id for claimed, _, finding in ours if finding.retry_in is not None}:
        cancel_of_removed(connection, ours[0][0].tenant_id, waiting, now)
    commit()
    return len(ours)


def _finalise_delivered(connection: Connection, judged: Sequence[_Judged], now: datetime) -> list[_Judged]:
    """Most go well: those are written with one statement a claim. The token is the fence."""
    waves: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for claimed, _, _ in judged:
        waves[claimed.token].append(claimed.id)
    written: set[UUID] = set()
    for token in sorted(waves):
        done = connection.execute(
            update(_ROWS)
            .where(_ROWS.c.tenant_id == judged[0][0].tenant_id, _ROWS.c.id.in_(waves[token]))
            .where(_ROWS.c.state == SENDING, _ROWS.c.lease_token == token)
            .values(
                state=move(MessageState, "sending", MessageState.DELIVERED),
                done_at=now,
                lease_token=None,
                lease_until=None,
            )
            .returning(_ROWS.c.id)
        )
        written |= {row.id for row in done}
    return [one for one in judged if one[0].id in written]


def _finalise(connection: Connection, one: _Judged, now: datetime) -> bool:
    claimed, _, finding = one
    values: dict[str, Any] = {"state": move(MessageState, "sending", finding.state)}
    values |= {"lease_token": None, "lease_until": None}
    values |= {"done_at": now} if finding.retry_in is None else {"next_at": now + finding.retry_in}
    done = connection.execute(
        update(_ROWS)
        .where(_ROWS.c.tenant_id == claimed.tenant_id, _ROWS.c.id == claimed.id)
        .where(_ROWS.c.state == SENDING, _ROWS.c.lease_token == claimed.token)
        .values(**values)
    )
    return bool(done.rowcount == 1)


_CLOSE = (
    update(_ATTEMPTS)
    .where(_ATTEMPTS.c.tenant_id == bindparam("tenant"), _ATTEMPTS.c.id == bindparam("attempt_row"))
    .values(
        ended_at=bindparam("at"),
        outcome=bindparam("came_to"),
        status=bindparam("answered"),
        error=bindparam("fault"),
        took_ms=bindparam("took"),
        response_body=bindparam("said"),
    )
)


def _closing(one: _Judged, now: datetime) -> dict[str, Any]:
    claimed, result, finding = one
    _, body = transcript(result)
    return {
        "tenant": claimed.tenant_id,
        "attempt_row": claimed.attempt_id,
        "at": now,
        "came_to": finding.outcome,
        "answered": result.status if isinstance(result, Answer) else None,
        "fault": finding.error,
        "took": round(result.took.total_seconds() * 1000),
        "said": body,
    }


def _note_health(ours: Sequence[_Judged], now: datetime) -> None:
    """Failures first: an endpoint that took anything of this batch does not only fail."""
    if not ours:
        return
    tenant_id = ours[0][0].tenant_id
    failed = Counter(claimed.endpoint_id for claimed, _, finding in ours if finding.outcome == FAILED)
    gone: set[UUID] = {claimed.endpoint_id for claimed, _, finding in ours if finding.is_gone}
    took = {claimed.endpoint_id for claimed, _, finding in ours if finding.outcome == DELIVERED}
    endpoint_health.failed(tenant_id, failed, now=now)
    endpoint_health.worked(tenant_id, took)
    endpoint_health.gone(tenant_id, gone, now=now)
