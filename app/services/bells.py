"""Rings of the doorbell: asked for in a transaction, done after its commit, once however often they were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.gateways.job_queue import DELIVERIES, QUEUES, ROUTING, WEBHOOKS
from app.gateways.kit import kit
from app.transaction import after_commit

__all__ = ["DELIVERIES", "QUEUES", "ROUTING", "WEBHOOKS", "answered", "ring", "ring_after_commit"]


@dataclass(frozen=True, slots=True)
class _Ring:
    """Equal rings are one ring."""

    queue: str
    tenant_id: UUID

    def __call__(self) -> bool:
        return ring(self.queue, self.tenant_id)


def ring_after_commit(queue: str, tenant_id: UUID) -> None:
    """Let the workers of a queue know, once this transaction has become true."""
    after_commit(_Ring(queue, tenant_id))


def ring(queue: str, tenant_id: UUID) -> bool:
    """Let them know now; False when nobody can hear it."""
    return kit().bell.ring(queue, tenant_id)


def answered(queue: str, tenant_id: UUID) -> None:
    """A job's first act: from here on a ring makes a new job again."""
    kit().bell.answered(queue, tenant_id)
