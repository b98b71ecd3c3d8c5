"""What there is to do for one tenant, by queue: how to know that something is due, and how to do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from app import clock
from app.services import deliveries, distribution, outbox, sending, webhooks
from app.services.bells import DELIVERIES, ROUTING, WEBHOOKS
from app.services.sending import BUDGET
from app.transaction import read_only


@dataclass(frozen=True, slots=True)
class Kind:
    """One queue's work. ``drain`` works until nothing is due or its budget of time is spent."""

    queue: str
    due: Callable[[UUID, datetime], bool]
    drain: Callable[[UUID, datetime, timedelta], int]


def _routing_due(tenant: UUID, now: datetime) -> bool:
    with read_only():
        return bool(distribution.due(tenant, now, 1))


def _route(tenant: UUID, now: datetime, budget: timedelta) -> int:
    moment, until, routed = sending.running(now), clock.tick() + budget.total_seconds(), 0
    while clock.tick() < until and not sending.is_stopping():
        count = distribution.drain(tenant, moment(), 50)
        if not count:
            break
        routed += count
    return routed


def _deliver(tenant: UUID, now: datetime, budget: timedelta) -> int:
    return deliveries.drain(tenant, now, budget=budget)


def _webhooks_due(tenant: UUID, now: datetime) -> bool:
    return outbox.due(tenant, now) or webhooks.due(tenant, now)


def _tell(tenant: UUID, now: datetime, budget: timedelta) -> int:
    """Half of the time at most for making messages, so that a flood of events does not keep back those made."""
    moment, began = sending.running(now), clock.tick()
    outbox.fan_out(tenant, now, budget=budget / 2)
    left = budget - timedelta(seconds=clock.tick() - began)
    return webhooks.drain(tenant, moment(), budget=left)


KINDS: Mapping[str, Kind] = MappingProxyType({
    ROUTING: Kind(ROUTING, _routing_due, _route),
    DELIVERIES: Kind(DELIVERIES, deliveries.due, _deliver),
    WEBHOOKS: Kind(WEBHOOKS, _webhooks_due, _tell),
})  # fmt: skip


def whole_drain(queue: str) -> Callable[[UUID, datetime], int]:
    """The drain of a queue, as long as a job may take."""
    return lambda tenant, now: KINDS[queue].drain(tenant, now, BUDGET)
