"""The headers that a buyer wants with every lead. They may hold the buyer's key, so they are stored sealed."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import orjson

from app.gateways.kit import kit

LEAST_SECRET = 8
"""Shorter values are not taken for secrets: blotting out every "1" would spoil an answer."""


def seal(tenant_id: UUID, setup_id: UUID, headers: Mapping[str, str]) -> bytes | None:
    """What to store; None for no headers. Bound to this setup: it opens nowhere else."""
    return kit().secrets.seal(orjson.dumps(dict(headers)), *_place(tenant_id, setup_id)) if headers else None


def opened(tenant_id: UUID, setup_id: UUID, sealed: bytes | None) -> dict[str, str]:
    """The headers; raises gateways.secret_box.CannotOpen."""
    if sealed is None:
        return {}
    found: dict[str, str] = orjson.loads(kit().secrets.open(sealed, *_place(tenant_id, setup_id)))
    return found


def secrets_in(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The values that must not be stored in clear, longest first, without the scheme of an Authorization."""
    values = {value.rpartition(" ")[2] for value in headers.values()}
    return tuple(sorted((value for value in values if len(value) >= LEAST_SECRET), key=len, reverse=True))


def _place(tenant_id: UUID, setup_id: UUID) -> tuple[str, ...]:
    return str(tenant_id), "delivery_setups", "headers_sealed", str(setup_id)
