"""Telling the endpoints: a drain for workers, and replays for people.

Messages are made by ``services.outbox``. Here they are claimed (``message_claims``), sent with no transaction open
(``sending``) and settled a batch at a time (``message_outcomes``). A message goes out at least once, always with
the same ``webhook-id``; when its schedule is used up it stands in the log and can be replayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, select

from app.db import db
from app.domain.actor import Actor
from app.domain.ids import new_id
from app.domain.states import MessageState
from app.gateways.http_client import Result
from app.gateways.kit import kit
from app.log import get, place_of
from app.models.upsert import insert_into
from app.models.webhooks import Endpoint, Message
from app.services import audit
from app.services.bells import WEBHOOKS, ring_after_commit
from app.services.changes import NoSuchThing, Refused
from app.services.message_claims import ACTIVE, Claimed, claim_due, is_due, revive
from app.services.message_outcomes import settle
from app.services.sending import BUDGET, Drain, Moment, running
from app.transaction import read_only, rollback

MOST_REPLAYS = 10_000
CHUNK = 500


def drain(tenant_id: UUID, now: datetime, *, budget: timedelta = BUDGET) -> int:
    """Send what is due until nothing is, or the budget of time is spent; how many attempts were settled."""
    moment = running(now)
    revive(tenant_id, now)

    def settle_all(done: Sequence[tuple[Claimed, Result]]) -> int:
        return _settle_all(done, moment)

    return Drain(lambda room: claim_due(tenant_id, room, moment()), settle_all, budget).run()


def due(tenant_id: UUID, now: datetime) -> bool:
    """Whether there is anything for ``drain`` to do."""
    with read_only():
        return db.session.scalar(select(Message.id).where(is_due(tenant_id, now)).limit(1)) is not None


def replay(actor: Actor, message_ids: Sequence[UUID], *, now: datetime) -> int:
    """Send messages once more, with the same ``webhook-id`` and the same bytes; how many.

    Each becomes a new row. One that is still on its way, or was replayed and is, is left alone: two clicks are one
    replay. Raises NoSuchThing for a message that is not the actor's, Refused where its endpoint is not active.
    """
    if len(message_ids) > MOST_REPLAYS:
        raise Refused(f"At most {MOST_REPLAYS} messages can be replayed at a time.")
    wanted = list(dict.fromkeys(message_ids))
    made = 0
    for start in range(0, len(wanted), CHUNK):
        made += _replay_chunk(actor, wanted[start : start + CHUNK], now)
    if made:
        audit.record(actor, "message.replayed", ("message", wanted[0]), now=now, after={"count": made})
        ring_after_commit(WEBHOOKS, actor.tenant_id)
    return made


def _replay_chunk(actor: Actor, ids: Sequence[UUID], now: datetime) -> int:
    rows = _of_actor(actor, ids)
    latest = _latest(actor.tenant_id, [row.event_id for row in rows])
    new = {}
    for row in rows:
        pair = (row.event_id, row.endpoint_id)
        count, on_its_way = latest[pair]
        if not on_its_way:
            new[pair] = _copy(actor.tenant_id, row, count + 1, now)
    if not new:
        return 0
    statement = insert_into(db.session(), Message).on_conflict_do_nothing()
    db.session.connection().execute(statement, list(new.values()))
    return len(new)


def _of_actor(actor: Actor, ids: Sequence[UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The messages, every one of them the actor's own and of an endpoint that listens."""
    rows = (
        db.session.connection()
        .execute(
            select(
                Message.id, Message.event_id, Message.endpoint_id, Message.event_type, Message.lead_id, Message.body,
                Endpoint.owner_id, Endpoint.status,
            )
            .join(Endpoint, (Endpoint.tenant_id == Message.tenant_id) & (Endpoint.id == Message.endpoint_id))
            .where(Message.tenant_id == actor.tenant_id, Message.id.in_(ids))
            .order_by(Message.id)
        )
        .all()
    )  # fmt: skip
    if len(rows) != len(ids) or not all(actor.may_see(row.owner_id) for row in rows):
        raise NoSuchThing("message")
    if any(row.status != ACTIVE for row in rows):
        raise Refused("The endpoint is switched off; switch it on before replaying.")
    return rows


def _latest(tenant_id: UUID, event_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], tuple[int, bool]]:
    """Of each event and endpoint: the highest replay number, and whether any row is still on its way."""
    waiting = Message.state.in_([str(MessageState.PENDING), str(MessageState.SENDING)])
    rows = db.session.connection().execute(
        select(Message.event_id, Message.endpoint_id, func.max(Message.replay), func.max(case((waiting, 1), else_=0)))
        .where(Message.tenant_id == tenant_id, Message.event_id.in_(event_ids))
        .group_by(Message.event_id, Message.endpoint_id)
    )
    return {(event, endpoint): (count, bool(on_its_way)) for event, endpoint, count, on_its_way in rows}


def _copy(tenant_id: UUID, row: Row[*tuple[Any, ...]], replay_number: int, now: datetime) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "id": new_id(now, kit().rng),
        "event_id": row.event_id,
        "endpoint_id": row.endpoint_id,
        "event_type": row.event_type,
        "lead_id": row.lead_id,
        "replay": replay_number,
        "body": row.body,
        "state": str(MessageState.PENDING),
        "attempt": 0,
        "next_at": now,
        "created_at": now,
    }


def _settle_all(done: Sequence[tuple[Claimed, Result]], moment: Moment) -> int:
    """Together if that goes well, else one by one: a row that cannot be written keeps its lease, alone."""
    try:
        return settle(done, moment())
    except Exception as error:  # noqa: BLE001 - one faulty row must not stop the drain
        rollback()
        if len(done) > 1:
            return sum(_settle_all([one], moment) for one in done)
        get().error(
            "message_not_settled",
            message_id=str(done[0][0].id),
            error_class=type(error).__name__,
            error_place=place_of(error),
        )
        return 0
