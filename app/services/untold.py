"""Events that cannot be put into words: tried five times over an hour, then given up, so that they hold nothing up.

The tries are kept in the event's own payload, under a name that no body shows: such an event is a fault of ours, rare,
and what became of it should stand where the event stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, update

from app.db import db
from app.domain.events import instant
from app.log import get
from app.models.webhooks import UNTOLD as KEPT
from app.models.webhooks import Event

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 4, 15, 40))
TRIES = len(WAITS) + 1
_EVENTS: Any = Event.__table__


def is_due(now: datetime) -> ColumnElement[bool]:
    """Owed, and not put off to a later time."""
    later = Event.payload[(KEPT, "next_at")].as_string()
    return Event.fanned_out_at.is_(None) & or_(later.is_(None), later <= instant(now))


def told_of(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the event says, without what is kept here."""
    return {name: value for name, value in payload.items() if name != KEPT}


def put_off(tenant_id: UUID, event: Row[Any], error: Exception, *, now: datetime) -> None:
    """Note a try that failed: the event waits for its next one, or is given up and owed no more."""
    tries = event.payload.get(KEPT, {}).get("tries", 0) + 1
    is_over = tries >= TRIES
    values: dict[str, Any] = {"fanned_out_at": now} if is_over else {}
    kept = {"tries": tries, "next_at": None if is_over else instant(now + WAITS[tries - 1])}
    values["payload"] = {**event.payload, KEPT: kept}
    db.session.connection().execute(
        update(_EVENTS).where(_EVENTS.c.tenant_id == tenant_id, _EVENTS.c.id == event.id).values(values)
    )
    get().error(
        "event_given_up" if is_over else "event_not_told",
        event_id=str(event.id),
        kind=event.type,
        tries=tries,
        error_class=type(error).__name__,
        lead_id=str(event.lead_id),
    )
