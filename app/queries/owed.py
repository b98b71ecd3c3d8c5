"""What is owed, as the tables say it: leads to route, deliveries, events to tell, messages, mails. Nothing of Redis.

One statement over small partial indexes, whatever the number of rows that are done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, case, false, func, literal, not_, select, union_all

from app.db import db
from app.domain.actor import Actor
from app.domain.alerts import LATE
from app.models.deliveries import PENDING, SENDING, STUCK, Delivery
from app.models.leads import Lead
from app.models.people import Mail
from app.models.webhooks import FAILED, UNTOLD, Event, Message
from app.queries import scope

Condition = ColumnElement[bool] | TextClause
LEADS, DELIVERIES, EVENTS, MESSAGES, MAILS = "leads", "deliveries", "events", "messages", "mails"


@dataclass(frozen=True, slots=True)
class Debt:
    """One kind of thing in one state.

    ``due``: how many should be done by now, the oldest of them due since ``since``; ``late``: how many so long that
    somebody should know; ``next_at``: when the next of the others is due. What is in somebody's hands is due when its
    lease ends; what is stuck is never due by itself, and ``since`` is when the oldest of it began.
    """

    kind: str
    state: str
    count: int
    due: int
    late: int
    since: datetime | None
    next_at: datetime | None


def debts(actor: Actor, now: datetime) -> tuple[Debt, ...]:
    """Everything that is owed by kind and state, in the order in which a lead causes it; staff alone see any."""
    moving = _Parts(actor, now)
    parts = [
        moving.part(LEADS, "waiting", Lead, Lead.route_until, Lead.received_at, Lead.route_until.is_not(None)),
        moving.part(DELIVERIES, "pending", Delivery, Delivery.next_at, Delivery.created_at, PENDING),
        moving.part(DELIVERIES, "sending", Delivery, Delivery.lease_until, Delivery.created_at, SENDING),
        moving.stuck(DELIVERIES, "unknown", Delivery, STUCK, Delivery.state == "unknown"),
        moving.part(EVENTS, "waiting", Event, Event.created_at, Event.created_at, _OWED, _UNTRIED),
        moving.stuck(EVENTS, "put_off", Event, _OWED, ~_UNTRIED),
        moving.part(MESSAGES, "pending", Message, Message.next_at, Message.next_at, PENDING),
        moving.part(MESSAGES, "sending", Message, Message.lease_until, Message.lease_until, SENDING),
        moving.stuck(MESSAGES, "failed", Message, FAILED),
        moving.part(MAILS, "pending", Mail, Mail.next_at, Mail.next_at, PENDING),
        moving.stuck(MAILS, "failed", Mail, Mail.state == "failed"),
    ]
    return tuple(Debt(*row) for row in db.session.execute(union_all(*parts)))


def one(found: Sequence[Debt], kind: str, state: str) -> Debt:
    """That of ``debts`` which is of this kind and state."""
    return next(debt for debt in found if (debt.kind, debt.state) == (kind, state))


_OWED = Event.fanned_out_at.is_(None)
_UNTRIED = Event.payload[(UNTOLD, "tries")].as_string().is_(None)
"""Nobody tried to tell it yet, or it went well: an event that was put off carries its tries."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of the one statement, all of one actor and moment and in one order of columns."""

    actor: Actor
    now: datetime

    def part(self, kind: str, state: str, model: Any, at: Any, began: Any, *conditions: Condition) -> Select[Any]:
        """What is done by itself: due ``at``, waiting since it ``began``."""
        is_due = at <= self.now
        columns = (
            _count(is_due), _count(began <= self.now - LATE), func.min(case((is_due, at))),
            func.min(case((not_(is_due), at))),
        )  # fmt: skip
        return self._select(kind, state, model, columns, conditions)

    def stuck(self, kind: str, state: str, model: Any, *conditions: Condition) -> Select[Any]:
        """What waits for a person."""
        never = func.min(case((false(), model.created_at)))
        columns = (literal(0), literal(0), func.min(model.created_at), never)
        return self._select(kind, state, model, columns, conditions)

    def _select(
        self, kind: str, state: str, model: Any, columns: Sequence[Any], conditions: Sequence[Condition]
    ) -> Select[Any]:
        mine = model.tenant_id == self.actor.tenant_id if scope.sees_all(self.actor) else false()
        return select(literal(kind), literal(state), func.count(), *columns).where(mine, *conditions)


def _count(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
