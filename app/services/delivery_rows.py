"""Owing a delivery: the debt is a row, written in the transaction of the sale."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, and_, insert, or_, select

from app.db import connection, db
from app.domain.ids import new_id
from app.domain.states import DeliveryState
from app.gateways.kit import kit
from app.models.deliveries import Delivery
from app.services.bells import DELIVERIES, ring_after_commit


def owe(tenant_id: UUID, sale_id: UUID, lead_id: UUID, buyer_id: UUID, setup_id: UUID, *, now: datetime) -> UUID:
    """Write the debt and ask for the doorbell once it is true; the delivery's id stays the same over all tries."""
    delivery_id = new_id(now, kit().rng)
    connection().execute(
        _INSERT,
        {
            "tenant_id": tenant_id,
            "id": delivery_id,
            "sale_id": sale_id,
            "lead_id": lead_id,
            "buyer_id": buyer_id,
            "setup_id": setup_id,
            "state": str(DeliveryState.PENDING),
            "attempt": 0,
            "next_at": now,
            "created_at": now,
        },
    )
    ring_after_commit(DELIVERIES, tenant_id)
    return delivery_id


_INSERT = insert(cast("Table", Delivery.__table__))


def pending_of_lead(tenant_id: UUID, lead_id: UUID) -> list[UUID]:
    """Deliveries of this lead whose first try is still to come, or is being made by a worker just now.

    What is tried again later is not among them: a request does not wait for that.
    """
    return list(
        db.session.scalars(
            select(Delivery.id).where(
                Delivery.tenant_id == tenant_id,
                Delivery.lead_id == lead_id,
                or_(
                    and_(Delivery.state == str(DeliveryState.PENDING), Delivery.attempt == 0),
                    and_(Delivery.state == str(DeliveryState.SENDING), Delivery.attempt == 1),
                ),
            )
        )
    )
