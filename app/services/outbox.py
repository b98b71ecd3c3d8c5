"""The outbox: an event is written with the change it tells of, and fanned out to endpoints afterwards.

``tell`` belongs to the transaction of the change. ``fan_out`` makes one message for each endpoint that subscribed,
its body serialised once; sending them is ``services.webhooks``. Events are found by what they are owed, never by
a last id: ids are given out before their transactions commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, insert, or_, select, update

from app import clock
from app.adapters.webhook_bodies import NEEDS_LEAD, Fact, LeadShown, body_of
from app.db import connection, db
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.catalogue import Vertical
from app.models.leads import Lead
from app.models.upsert import insert_into
from app.models.webhooks import Endpoint, Event, Message
from app.services import untold
from app.services.bells import WEBHOOKS, ring_after_commit
from app.services.sending import is_stopping
from app.transaction import commit, read_only, rollback

BATCH = 500
WITHOUT_END = timedelta.max
Owner = tuple[str, UUID | None]
_EVENTS: Any = Event.__table__
_INSERT = insert(_EVENTS)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An active endpoint, as fanning out needs it."""

    id: UUID
    events: frozenset[str]
    format: str


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about a lead or a sale, for one owner."""

    type: str
    owner_kind: str
    owner_id: UUID | None
    payload: Mapping[str, Any]
    lead_id: UUID | None = None
    sale_id: UUID | None = None


def tell_each(tenant_id: UUID, told: Sequence[NewEvent], *, now: datetime) -> list[UUID]:
    """Write several events down at once; what ``tell`` says holds for each. Their ids, in order."""
    rows: list[dict[str, Any]] = [
        {
            "tenant_id": tenant_id,
            "id": new_id(now, kit().rng),
            "type": event.type,
            "owner_kind": event.owner_kind,
            "owner_id": event.owner_id,
            "lead_id": event.lead_id,
            "sale_id": event.sale_id,
            "payload": dict(event.payload),
            "created_at": now,
        }
        for event in told
    ]
    connection().execute(_INSERT, rows)
    ring_after_commit(WEBHOOKS, tenant_id)
    return [row["id"] for row in rows]


def tell(  # noqa: PLR0913 - an event is that much
    tenant_id: UUID,
    type_: str,
    owner_kind: str,
    owner_id: UUID | None,
    payload: Mapping[str, Any],
    *,
    lead_id: UUID | None = None,
    sale_id: UUID | None = None,
    now: datetime,
) -> None:
    """Write an event down in the current transaction; the owner's endpoints hear of it after the commit."""
    tell_each(tenant_id, [NewEvent(type_, owner_kind, owner_id, payload, lead_id, sale_id)], now=now)


def tell_one(
    tenant_id: UUID, type_: str, owner_kind: str, owner_id: UUID | None, *, to: Subscriber, now: datetime
) -> UUID:
    """Write an event down for one endpoint alone, whatever it subscribed to; the message's id."""
    event = NewEvent(type_, owner_kind, owner_id, {"endpoint_id": str(to.id)})
    [event_id] = tell_each(tenant_id, [event], now=now)
    connection = db.session.connection()
    its_own = and_(_EVENTS.c.tenant_id == tenant_id, _EVENTS.c.id == event_id)
    message = message_row(tenant_id, connection.execute(select(*_EVENTS.c).where(its_own)).one(), to, {}, now)
    connection.execute(insert(Message.__table__).values(**message))  # type: ignore[arg-type]
    connection.execute(update(_EVENTS).where(its_own).values(fanned_out_at=now))
    message_id: UUID = message["id"]
    return message_id


def fan_out(tenant_id: UUID, now: datetime, *, budget: timedelta = WITHOUT_END) -> int:
    """Turn events that are owed into messages, until none is or the budget of time is spent; how many events.

    Commits a batch at a time.
    """
    until = clock.tick() + budget.total_seconds()
    told, behind = 0, None
    while clock.tick() < until and not is_stopping() and (rows := _owed(tenant_id, behind, now)):
        told += _tell_all(tenant_id, rows, now)
        commit()
        behind = (rows[-1].created_at, rows[-1].id)
    rollback()
    return told


def due(tenant_id: UUID, now: datetime) -> bool:
    """Whether an event is to be told now."""
    with read_only():
        owed = select(Event.id).where(Event.tenant_id == tenant_id, untold.is_due(now)).limit(1)
        return db.session.scalar(owed) is not None


def message_row(
    tenant_id: UUID, event: Row[Any], subscriber: Subscriber, leads: Mapping[UUID, LeadShown], now: datetime
) -> dict[str, Any]:
    """One message, due at once; raises KeyError or ValueError for an event that cannot be told in that format."""
    needs_lead = subscriber.format in NEEDS_LEAD and event.lead_id is not None
    told = untold.told_of(event.payload)
    told_at = told.get("at")
    fact = Fact(
        type=event.type,
        owner_kind=event.owner_kind,
        at=datetime.fromisoformat(told_at) if told_at else event.created_at,
        lead_id=event.lead_id,
        sale_id=event.sale_id,
        told=told,
        lead=leads[event.lead_id] if needs_lead else None,
    )
    return {
        "tenant_id": tenant_id,
        "id": new_id(now, kit().rng),
        "event_id": event.id,
        "endpoint_id": subscriber.id,
        "event_type": event.type,
        "lead_id": event.lead_id,
        "replay": 0,
        "body": body_of(subscriber.format, fact),
        "state": "pending",
        "attempt": 0,
        "next_at": now,
        "created_at": now,
    }


def _owed(tenant_id: UUID, behind: tuple[datetime, UUID] | None, now: datetime) -> Sequence[Row[Any]]:
    """The next events, locked; ``behind``: past those that this run has seen, told or not."""
    statement = (
        select(*_EVENTS.c)
        .where(Event.tenant_id == tenant_id, untold.is_due(now))
        .order_by(Event.created_at, Event.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    if behind is not None:
        at, event_id = behind
        statement = statement.where(or_(Event.created_at > at, and_(Event.created_at == at, Event.id > event_id)))
    return connection().execute(statement).all()


def _tell_all(tenant_id: UUID, rows: Sequence[Row[Any]], now: datetime) -> int:
    """Messages of a batch, in the current transaction. What cannot be told is tried again later (``untold``)."""
    subscribers = _subscribers(tenant_id)
    heard = [(event, _hearing(subscribers, event)) for event in rows]
    leads = _leads(tenant_id, {event.lead_id for event, hearing in heard if _need_lead(hearing)} - {None})
    messages: list[dict[str, Any]] = []
    told: list[UUID] = []
    for event, hearing in heard:
        try:
            messages += [message_row(tenant_id, event, one, leads, now) for one in hearing]
        except (KeyError, ValueError, TypeError) as error:
            untold.put_off(tenant_id, event, error, now=now)
            continue
        told.append(event.id)
    connection = db.session.connection()
    if messages:
        connection.execute(insert_into(db.session(), Message).on_conflict_do_nothing(), messages)
    connection.execute(
        update(_EVENTS).where(_EVENTS.c.tenant_id == tenant_id, _EVENTS.c.id.in_(told)).values(fanned_out_at=now)
    )
    return len(told)


def _subscribers(tenant_id: UUID) -> Mapping[Owner, list[Subscriber]]:
    """The tenant's active endpoints by owner: an endpoint hears of its own owner only."""
    found: defaultdict[Owner, list[Subscriber]] = defaultdict(list)
    rows = connection().execute(
        select(Endpoint.id, Endpoint.owner_kind, Endpoint.owner_id, Endpoint.events, Endpoint.format)
        .where(Endpoint.tenant_id == tenant_id, Endpoint.status == "active")
        .order_by(Endpoint.id)
    )
    for row in rows:
        found[row.owner_kind, row.owner_id].append(Subscriber(row.id, frozenset(row.events), row.format))
    return found


def _hearing(subscribers: Mapping[Owner, list[Subscriber]], event: Row[Any]) -> list[Subscriber]:
    return [one for one in subscribers.get((event.owner_kind, event.owner_id), []) if event.type in one.events]


def _need_lead(hearing: Sequence[Subscriber]) -> bool:
    return any(one.format in NEEDS_LEAD for one in hearing)


def _leads(tenant_id: UUID, lead_ids: Collection[UUID]) -> Mapping[UUID, LeadShown]:
    """What bodies show of these leads; one statement for a whole batch of events."""
    if not lead_ids:
        return {}
    rows = connection().execute(
        select(Lead.id, Vertical.key, Lead.fields, Lead.extra, Lead.score, Lead.tier)
        .select_from(Lead)
        .outerjoin(Vertical, (Vertical.tenant_id == Lead.tenant_id) & (Vertical.id == Lead.vertical_id))
        .where(Lead.tenant_id == tenant_id, Lead.id.in_(lead_ids))
    )
    return {row.id: LeadShown(row.key or "", row.fields, row.extra, row.score, row.tier) for row in rows}
