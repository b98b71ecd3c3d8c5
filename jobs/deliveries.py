"""Sold leads that are owed to their buyers: the job behind the doorbell of ``deliveries``."""

from __future__ import annotations

from app.services.bells import DELIVERIES
from jobs import runner, work


def drain(tenant_id: str) -> None:
    """Work off what is due for one tenant."""
    runner.answer(DELIVERIES, tenant_id, work.whole_drain(DELIVERIES))
