"""Webhooks as people read them: endpoints, the messages they were owed, every attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from app.db import db
from app.domain.actor import Actor
from app.models.leads import Lead
from app.models.parties import Buyer, Publisher
from app.models.webhooks import Endpoint, Message, MessageAttempt
from app.queries import scope
from app.queries.page import Cursor, Page, after, cut


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """A subscribed URL. ``owner`` is its company's name, None for the tenant's own endpoints."""

    id: UUID
    url: str
    events: tuple[str, ...]
    format: str
    prefix: str
    policy: str
    status: str
    owner_kind: str
    owner_id: UUID | None
    owner: str | None
    failures_in_row: int
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages; empty fields mean "any". ``since`` and ``until`` (exclusive): when they began to be owed."""

    endpoint_id: UUID | None = None
    state: str = ""
    event_type: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One event for one endpoint, with the last answer it got."""

    id: UUID
    endpoint_id: UUID
    url: str
    owner: str | None
    event_type: str
    lead_id: UUID | None
    lead_short_id: str | None
    state: str
    attempt: int
    replay: int
    created_at: datetime
    next_at: datetime
    done_at: datetime | None
    last_status: int | None
    last_error: str | None

    @property
    def cursor(self) -> Cursor:
        """The place behind this row."""
        return Cursor(self.created_at, self.id)


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One HTTP try; without an outcome it is under way or was cut short."""

    id: UUID
    attempt: int
    started_at: datetime
    took_ms: int | None
    outcome: str | None
    status: int | None
    error: str | None
    headers: Mapping[str, Any]
    response_body: str


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One message with the bytes that were signed and every try."""

    row: MessageRow
    body: str
    attempts: tuple[AttemptRow, ...]


def endpoints(actor: Actor, owner_id: UUID | None = None) -> tuple[EndpointRow, ...]:
    """The actor's endpoints, newest first; admins see every one of the tenant, or of one company."""
    statement = _endpoints(actor) if owner_id is None else _endpoints(actor).where(Endpoint.owner_id == owner_id)
    rows = db.session.execute(statement.order_by(Endpoint.created_at.desc(), Endpoint.id.desc()).limit(500))
    return tuple(_endpoint(row) for row in rows)


def endpoint(actor: Actor, endpoint_id: UUID) -> EndpointRow | None:
    """One endpoint, if it is the actor's to see."""
    row = db.session.execute(_endpoints(actor).where(Endpoint.id == endpoint_id)).first()
    return _endpoint(row) if row else None


def messages(actor: Actor, wanted: MessageFilter, cursor: Cursor | None = None, limit: int = 50) -> Page[MessageRow]:
    """One page of the message log, newest first."""
    statement = _messages(actor).where(*after(cursor, Message.created_at, Message.id))
    if wanted.endpoint_id:
        statement = statement.where(Message.endpoint_id == wanted.endpoint_id)
    if wanted.state:
        statement = statement.where(Message.state == wanted.state)
    if wanted.event_type:
        statement = statement.where(Message.event_type == wanted.event_type)
    if wanted.since:
        statement = statement.where(Message.created_at >= wanted.since)
    if wanted.until:
        statement = statement.where(Message.created_at < wanted.until)
    rows = db.session.execute(statement.order_by(Message.created_at.desc(), Message.id.desc()).limit(limit + 1)).all()
    return cut([_message(row) for row in rows], limit, lambda row: row.cursor)


def message(actor: Actor, message_id: UUID) -> MessagePage | None:
    """One message with its attempts, if it is the actor's to see."""
    row = db.session.execute(_messages(actor).add_columns(Message.body).where(Message.id == message_id)).first()
    if row is None:
        return None
    attempts = db.session.scalars(
        select(MessageAttempt)
        .where(MessageAttempt.tenant_id == actor.tenant_id, MessageAttempt.message_id == message_id)
        .order_by(MessageAttempt.attempt)
    )
    return MessagePage(_message(row), row.body.decode("utf-8", "replace"), tuple(_attempt(one) for one in attempts))


def of_lead(actor: Actor, lead_id: UUID) -> tuple[MessagePage, ...]:
    """What was told about a lead, each with its attempts, oldest first; one statement."""
    statement = (
        _messages(actor)
        .add_columns(Message.body, MessageAttempt)
        .outerjoin(
            MessageAttempt,
            (MessageAttempt.tenant_id == Message.tenant_id) & (MessageAttempt.message_id == Message.id),
        )
        .where(Message.lead_id == lead_id)
        .order_by(Message.created_at, Message.id, MessageAttempt.attempt)
        .limit(500)
    )
    return _grouped(db.session.execute(statement).all())


def _grouped(rows: Sequence[Row[*tuple[Any, ...]]]) -> tuple[MessagePage, ...]:
    attempts: dict[UUID, list[AttemptRow]] = {}
    first: dict[UUID, Row[*tuple[Any, ...]]] = {}
    for row in rows:
        first.setdefault(row.id, row)
        tried = attempts.setdefault(row.id, [])
        if row.MessageAttempt is not None:
            tried.append(_attempt(row.MessageAttempt))
    return tuple(
        MessagePage(_message(row), row.body.decode("utf-8", "replace"), tuple(attempts[message_id]))
        for message_id, row in first.items()
    )


def _endpoints(actor: Actor) -> Select[*tuple[Any, ...]]:
    statement = select(Endpoint, _owner_name().label("owner"))
    return _with_owners(statement.select_from(Endpoint)).where(scope.endpoints(actor))


def _messages(actor: Actor) -> Select[*tuple[Any, ...]]:
    columns = (
        Message.id, Message.endpoint_id, Endpoint.url, _owner_name().label("owner"), Message.event_type,
        Message.lead_id, Lead.short_id, Message.state, Message.attempt, Message.replay, Message.created_at,
        Message.next_at, Message.done_at, _last(actor, MessageAttempt.status).label("last_status"),
        _last(actor, MessageAttempt.error).label("last_error"),
    )  # fmt: skip
    joined = (
        select(*columns)
        .select_from(Message)
        .join(Endpoint, (Endpoint.tenant_id == Message.tenant_id) & (Endpoint.id == Message.endpoint_id))
        .outerjoin(Lead, (Lead.tenant_id == Message.tenant_id) & (Lead.id == Message.lead_id))
    )
    return _with_owners(joined).where(Message.tenant_id == actor.tenant_id, scope.endpoints(actor))


def _with_owners(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return statement.outerjoin(
        Publisher, (Publisher.tenant_id == Endpoint.tenant_id) & (Publisher.id == Endpoint.owner_id)
    ).outerjoin(Buyer, (Buyer.tenant_id == Endpoint.tenant_id) & (Buyer.id == Endpoint.owner_id))


def _owner_name() -> Any:
    return func.coalesce(Publisher.name, Buyer.name)


def _last(actor: Actor, column: Any) -> Any:
    """A column of the newest attempt of each message."""
    return (
        select(column)
        .where(MessageAttempt.tenant_id == actor.tenant_id, MessageAttempt.message_id == Message.id)
        .order_by(MessageAttempt.attempt.desc())
        .limit(1)
        .correlate(Message)
        .scalar_subquery()
    )


def _endpoint(row: Row[*tuple[Any, ...]]) -> EndpointRow:
    one: Endpoint = row[0]
    return EndpointRow(
        one.id, one.url, tuple(one.events), one.format, one.prefix, one.policy, one.status, one.owner_kind,
        one.owner_id, row.owner, one.failures_in_row, one.failing_since, one.old_secret_until, one.created_at,
    )  # fmt: skip


def _message(row: Row[*tuple[Any, ...]]) -> MessageRow:
    return MessageRow(*row[:15])


def _attempt(one: MessageAttempt) -> AttemptRow:
    return AttemptRow(
        one.id, one.attempt, one.started_at, one.took_ms, one.outcome, one.status, one.error, one.headers,
        one.response_body,
    )  # fmt: skip
