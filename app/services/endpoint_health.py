"""The health of endpoints: failures counted, and those that only fail switched off, in the open.

Everything happens in the transaction that writes the attempts down, endpoints in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, update

from app.db import db
from app.domain.actor import Actor, Role
from app.gateways.kit import kit
from app.log import get
from app.models.webhooks import Endpoint
from app.services import audit, notices
from app.transaction import after_commit

PATIENCE = timedelta(days=5)
"""Only failures for this long, and the endpoint is switched off."""

_ROWS: Any = Endpoint.__table__


def failed(tenant_id: UUID, failures: Mapping[UUID, int], *, now: datetime) -> None:
    """Count failures, so many an endpoint; switch off whoever has only failed for five days."""
    for endpoint_id in sorted(failures):
        db.session.connection().execute(
            update(_ROWS)
            .where(_ROWS.c.tenant_id == tenant_id, _ROWS.c.id == endpoint_id)
            .values(
                failures_in_row=_ROWS.c.failures_in_row + failures[endpoint_id],
                failing_since=func.coalesce(_ROWS.c.failing_since, now),
            )
        )
        _switch_off(tenant_id, endpoint_id, _ROWS.c.failing_since <= now - PATIENCE, "only_failures", now)


def worked(tenant_id: UUID, endpoint_ids: Collection[UUID]) -> None:
    """A success ends the row of failures."""
    if endpoint_ids:
        db.session.connection().execute(
            update(_ROWS)
            .where(_ROWS.c.tenant_id == tenant_id, _ROWS.c.id.in_(endpoint_ids), _ROWS.c.failures_in_row > 0)
            .values(failures_in_row=0, failing_since=None)
        )


def gone(tenant_id: UUID, endpoint_ids: Collection[UUID], *, now: datetime) -> None:
    """The receiver said 410: it wants no more, ever."""
    for endpoint_id in sorted(endpoint_ids):
        _switch_off(tenant_id, endpoint_id, _ROWS.c.id == endpoint_id, "gone", now)


def _switch_off(tenant_id: UUID, endpoint_id: UUID, when: Any, why: str, now: datetime) -> None:
    """Disable an active endpoint, if ``when`` holds; the audit log and the feed say so, and its owner gets a mail."""
    done = db.session.connection().execute(
        update(_ROWS)
        .where(_ROWS.c.tenant_id == tenant_id, _ROWS.c.id == endpoint_id, _ROWS.c.status == "active", when)
        .values(status="disabled")
    )
    if done.rowcount != 1:
        return
    system = Actor(tenant_id, Role.SYSTEM, tenant_id, kind="system")
    notices.endpoint_switched_off(tenant_id, endpoint_id, why, now=now)
    after = {"status": "disabled", "why": why}
    audit.record(system, "endpoint.disabled", ("endpoint", endpoint_id), now=now, after=after)
    get().warning("endpoint_disabled", endpoint_id=str(endpoint_id), reason=why)
    after_commit(lambda: kit().feed.publish(tenant_id, "endpoint_disabled", {"endpoint_id": endpoint_id}))
