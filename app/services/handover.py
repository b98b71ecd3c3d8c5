"""Delivering within the request that brought the lead, for campaigns that wait for their buyer."""

from __future__ import annotations

from uuid import UUID

from app import clock
from app.services import deliveries, delivery_rows
from app.transaction import rollback


def deliver_until(tenant_id: UUID, lead_id: UUID, ends: float) -> None:
    """Deliver, and on a decline the next in line, until nothing is pending or ``ends`` (clock.tick) has come.

    What is left then belongs to the workers; the rows say so already.
    """
    while (left := ends - clock.tick()) > 0:
        waiting = delivery_rows.pending_of_lead(tenant_id, lead_id)
        rollback()
        if not waiting:
            return
        for delivery_id in waiting:
            deliveries.deliver_now(tenant_id, delivery_id, now=clock.now(), deadline=left)
