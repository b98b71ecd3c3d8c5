"""Leads that are owed to routing: the job behind the doorbell of ``routing``."""

from __future__ import annotations

from app.services.bells import ROUTING
from jobs import runner, work


def drain(tenant_id: str) -> None:
    """Work off what is due for one tenant."""
    runner.answer(ROUTING, tenant_id, work.whole_drain(ROUTING))
