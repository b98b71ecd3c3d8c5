"""Deleting what the operator chose not to keep: the logs of deliveries and of webhooks, when they are old and over.

Leads, sales and the books are never touched here, and neither is anything that is still owed or that waits for a
person. Rows go in small batches, each a transaction of its own: nobody waits for a batch, and an hour's round is
bounded, so that a choice made after years is worked off over days.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, select

from app.db import db
from app.domain.ids import first_id
from app.models.deliveries import Delivery, DeliveryAttempt
from app.models.tenants import Tenant
from app.models.webhooks import Event, Message, MessageAttempt
from app.services.tenant_settings import KEEP_DELIVERIES, KEEP_MESSAGES
from app.transaction import read_only, transaction

BATCH = 500
BATCHES = 40
"""A round deletes so many times ``BATCH`` of each kind at most."""

OVER = ("delivered", "declined", "failed", "cancelled")
_Forget = Callable[[UUID, datetime], int]


def forget(tenant_id: UUID, now: datetime, *, batches: int = BATCHES) -> int:
    """One round for one tenant; how many rows went. Commits."""
    with read_only():
        choices = db.session.scalar(select(Tenant.choices).where(Tenant.id == tenant_id)) or {}
    gone = 0
    for name, kinds in _KINDS.items():
        if days := choices.get(name):
            before = now - timedelta(days=days)
            gone += sum(_round(tenant_id, before, one, batches) for one in kinds)
    return gone


def _round(tenant_id: UUID, before: datetime, forget_some: _Forget, batches: int) -> int:
    gone = 0
    for _ in range(batches):
        with transaction():
            count = forget_some(tenant_id, before)
        gone += count
        if count < BATCH:
            break
    return gone


def _deliveries(tenant_id: UUID, before: datetime) -> int:
    old = _oldest(Delivery, tenant_id, before, Delivery.state.in_(OVER))
    return _gone(tenant_id, DeliveryAttempt, DeliveryAttempt.delivery_id, Delivery, old)


def _messages(tenant_id: UUID, before: datetime) -> int:
    old = _oldest(Message, tenant_id, before, Message.state.in_(OVER))
    return _gone(tenant_id, MessageAttempt, MessageAttempt.message_id, Message, old)


def _events(tenant_id: UUID, before: datetime) -> int:
    """Events that were told and of which no message is left."""
    told = Event.fanned_out_at.is_not(None)
    has_messages = exists().where(Message.tenant_id == Event.tenant_id, Message.event_id == Event.id)
    is_old = Event.id < first_id(before)  # events are found by their ids alone, which are of their moments
    old = _oldest(Event, tenant_id, before, told, is_old, ~has_messages)
    return _gone(tenant_id, None, None, Event, old)


_KINDS: dict[str, tuple[_Forget, ...]] = {KEEP_DELIVERIES: (_deliveries,), KEEP_MESSAGES: (_messages, _events)}


def _oldest(model: Any, tenant_id: UUID, before: datetime, *conditions: ColumnElement[bool]) -> list[UUID]:
    """The oldest rows of that kind that may go, locked: whoever revives one at this moment keeps it."""
    order = (model.id,) if model is Event else (model.created_at, model.id)
    rows = select(model.id).where(model.tenant_id == tenant_id, model.created_at < before, *conditions)
    return list(db.session.scalars(rows.order_by(*order).limit(BATCH).with_for_update(skip_locked=True, of=model)))


def _gone(tenant_id: UUID, parts: Any, of: Any, model: Any, ids: list[UUID]) -> int:
    """Delete these rows and, before them, their parts."""
    if not ids:
        return 0
    if parts is not None:
        db.session.execute(_deleting(delete(parts).where(parts.tenant_id == tenant_id, of.in_(ids))))
    db.session.execute(_deleting(delete(model).where(model.tenant_id == tenant_id, model.id.in_(ids))))
    return len(ids)


def _deleting(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)
