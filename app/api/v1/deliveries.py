"""Deliveries: admins see all of them, buyers those that go to them; sent again, and how a lost one ended.

Bodies are people's data and stand nowhere here: whoever may see the lead reads it there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.api import outcomes, paging
from app.api.endpoint import Call, Listed, Nothing, Operation, Page, Wire
from app.api.envelope import invalid
from app.api.not_yours import NotYours
from app.domain.actor import BUYING, STAFF
from app.queries import deliveries as queries
from app.queries.deliveries import DeliveryFilter, DeliveryRow, Exchange
from app.services import book as books
from app.services import deliveries as services

State = Literal["pending", "sending", "delivered", "declined", "unknown", "failed", "cancelled"]


class DeliveriesWanted(Page):
    """Which deliveries; what is left out does not narrow."""

    state: State | None = None
    buyer_id: UUID | None = Field(default=None, description="For admins.")
    date_range: str | None = Field(
        default=None,
        max_length=24,
        description="Two days, both included, in the tenant's zone: 2026-05-01..2026-05-31.",
    )


class Ending(Wire):
    """How a delivery ended whose answer was lost."""

    taken: bool = Field(description="True: the buyer has the lead. False: it has not, and the sale is undone.")


class Delivery(Wire):
    """One debt to a buyer."""

    id: UUID
    lead_id: UUID
    lead_short_id: str
    sale_id: UUID
    buyer_id: UUID
    buyer: str
    state: str
    sale_state: str
    attempts: int
    reason: str | None
    url: str
    created_at: datetime
    next_at: datetime
    done_at: datetime | None


class DeliveryTry(Wire):
    """One try of it."""

    attempt: int
    started_at: datetime
    took_ms: int | None
    outcome: str | None
    status: int | None
    error: str | None


class DeliveryDetail(Delivery):
    """The same with each try."""

    tries: list[DeliveryTry]


def listed(call: Call[Nothing]) -> Listed:
    """One page, newest first."""
    wanted: DeliveriesWanted = call.query
    if wanted.buyer_id and not call.actor.is_admin:
        raise invalid((("buyerId", "This filter is not for keys of your role."),))
    since, until = paging.days(wanted.date_range, books.current(call.actor.tenant_id).tenant.zone)
    chosen = DeliveryFilter(state=wanted.state or "", buyer_id=wanted.buyer_id, since=since, until=until)
    found = queries.listed(call.actor, chosen, paging.place(wanted.cursor), wanted.limit)
    return paging.listed(found, wanted.limit, lambda row: Delivery(**_values(row)))


def one(call: Call[Nothing]) -> DeliveryDetail:
    """One delivery with each try."""
    return _shown(call)


def replay(call: Call[Nothing]) -> DeliveryDetail:
    """Send it once more, to the same buyer with the same id."""
    delivery_id: UUID = call.params["id"]
    outcomes.of("delivery", delivery_id, lambda: services.replay(call.actor, delivery_id, now=call.now))
    return _shown(call)


def decide(call: Call[Ending]) -> DeliveryDetail:
    """Say how a delivery ended whose answer was lost."""
    delivery_id: UUID = call.params["id"]
    outcomes.of(
        "delivery", delivery_id,
        lambda: services.decide_unknown(call.actor, delivery_id, call.body.taken, call.now),
    )  # fmt: skip
    return _shown(call)


def _shown(call: Call[Any]) -> DeliveryDetail:
    delivery_id: UUID = call.params["id"]
    found = queries.one(call.actor, delivery_id)
    if found is None:
        raise NotYours("delivery", delivery_id)
    return DeliveryDetail(**_values(found.row), tries=[_try(one) for one in found.attempts])


def _values(row: DeliveryRow) -> dict[str, Any]:
    return {
        "id": row.id, "lead_id": row.lead_id, "lead_short_id": row.lead_short_id, "sale_id": row.sale_id,
        "buyer_id": row.buyer_id, "buyer": row.buyer, "state": row.state, "sale_state": row.sale_state,
        "attempts": row.attempt, "reason": row.reason, "url": row.url, "created_at": row.created_at,
        "next_at": row.next_at, "done_at": row.done_at,
    }  # fmt: skip


def _try(one: Exchange) -> DeliveryTry:
    return DeliveryTry(
        attempt=one.attempt, started_at=one.started_at, took_ms=one.took_ms, outcome=one.outcome, status=one.status,
        error=one.error,
    )  # fmt: skip


_ONE = "/deliveries/<uuid:id>"
OPERATIONS = (
    Operation(
        "GET", "/deliveries", "listDeliveries", "List deliveries", listed, Delivery, roles=BUYING,
        query=DeliveriesWanted, is_list=True,
    ),
    Operation("GET", _ONE, "getDelivery", "Show a delivery", one, DeliveryDetail, roles=BUYING),
    Operation(
        "POST", f"{_ONE}/replay", "replayDelivery", "Send a delivery again", replay, DeliveryDetail, roles=BUYING,
    ),
    Operation(
        "POST", f"{_ONE}/decide", "decideDelivery", "Say how a delivery ended", decide, DeliveryDetail, roles=STAFF,
        body=Ending,
    ),
)  # fmt: skip
"""Every operation of this resource."""
