"""The demo for a crowded machine: what it promises does not hang on how fast this one is."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from app.db import db, enter_tenant
from app.models.catalogue import Campaign
from app.services import book, tenants
from app.transaction import read_only, transaction
from tests.support.world import PATIENT


def be_patient(app: Flask) -> None:
    """Give every lead of a seeded demo time enough to be sold in its request."""
    with app.app_context():
        enter_tenant(None)
        with read_only():
            everybody = tenants.all_ids()
        for tenant_id in everybody:
            enter_tenant(tenant_id)
            with transaction():
                db.session.execute(update(Campaign).values(**PATIENT))
                book.touch(tenant_id)
        enter_tenant(None)
        db.session.remove()
        db.engine.dispose()
