"""Events that are owed to endpoints: the job behind the doorbell of ``webhooks``."""

from __future__ import annotations

from app.services.bells import WEBHOOKS
from jobs import runner, work


def drain(tenant_id: str) -> None:
    """Work off what is due for one tenant."""
    runner.answer(WEBHOOKS, tenant_id, work.whole_drain(WEBHOOKS))
