"""What the tests of contracts share: to edit one, to allow a buyer something, to see whether a lead is sold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.db import db
from app.models.people import AuditEntry
from app.queries import contracts as reading
from app.services import contract_edits, intake
from app.transaction import transaction
from tests.support.world import submission

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAILY = {"measure": "count", "period": "day", "limit": 1, "zone": "Europe/London"}


def terms(world, contract_id):
    found = reading.snapshot(world.admin, contract_id)
    assert found is not None
    return found


def edit(actor, contract_id, version=1, **wanted):
    with transaction():
        return contract_edits.edit(actor, contract_id, wanted, version=version, now=NOW)


def allow(world, buyer_id, **given):
    usual = dict.fromkeys(("status", "filters", "caps", "price", "schedule", "minimum_score"), "approval")
    with transaction():
        contract_edits.set_permissions(world.admin, buyer_id, usual | given, now=NOW)


def sold(world, number):
    return intake.submit(world.access(), submission(number), now=NOW + timedelta(minutes=number)).state == "sold"


def actions(world):
    return list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.tenant_id == world.tenant_id)))
