"""The signing secrets of endpoints, sealed at rest; opened only to sign."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.domain.signing import new_secret
from app.gateways.kit import kit

BYTES = 32
LEAST_GIVEN, MOST_GIVEN = 16, 255
"""Characters of a secret that its owner brings along."""


class Sealed(Protocol):
    """The columns of an endpoint that hold its secrets."""

    id: UUID
    secret_sealed: bytes
    old_secret_sealed: bytes | None
    old_secret_until: datetime | None


def fresh() -> str:
    """``whsec_`` and 256 random bits, from the system's own source of chance."""
    return new_secret(secrets.token_bytes(BYTES))


def seal(tenant_id: UUID, endpoint_id: UUID, secret: str) -> bytes:
    """What to store; the same place opens the current and the old secret."""
    return kit().secrets.seal(secret.encode(), *_place(tenant_id, endpoint_id))


def signing(tenant_id: UUID, endpoint: Sealed, now: datetime) -> tuple[str, ...]:
    """The secrets that sign at this moment, the current one first; raises gateways.secret_box.CannotOpen."""
    sealed = [endpoint.secret_sealed]
    if endpoint.old_secret_sealed is not None and endpoint.old_secret_until is not None:
        sealed += [endpoint.old_secret_sealed] if now < endpoint.old_secret_until else []
    return tuple(kit().secrets.open(one, *_place(tenant_id, endpoint.id)).decode() for one in sealed)


def _place(tenant_id: UUID, endpoint_id: UUID) -> tuple[str, ...]:
    return str(tenant_id), "endpoints", "secret_sealed", str(endpoint_id)
