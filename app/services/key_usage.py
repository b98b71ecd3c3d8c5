"""How much of its minute a posting key has used: one name for the counter, for who counts and for who shows it."""

from __future__ import annotations

from uuid import UUID

from app.domain.actor import Actor
from app.gateways.kit import kit

MINUTE = 60


def counter(tenant_id: UUID, key_id: UUID) -> str:
    """The name under which requests with this key are counted."""
    return f"ingest:{tenant_id}:{key_id}"


def in_last_minute(actor: Actor, key_id: UUID) -> int:
    """Requests made with a key of the actor's tenant in the last minute."""
    return kit().limiter.used(counter(actor.tenant_id, key_id), MINUTE)
