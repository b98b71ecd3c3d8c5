"""The canonical JSON API below ``/api/v1``: declarations, one envelope, Bearer keys bound to a role."""

from __future__ import annotations

from flask import Flask

from app.api import envelope, openapi, server
from app.api.v1 import applications, contract_changes, contracts, deliveries, keys, leads, users, webhooks

OPERATIONS = (
    *leads.OPERATIONS, *deliveries.OPERATIONS, *contracts.OPERATIONS, *contract_changes.OPERATIONS,
    *webhooks.OPERATIONS, *keys.OPERATIONS, *users.OPERATIONS, *applications.OPERATIONS,
)  # fmt: skip


def register(app: Flask) -> None:
    """Every declared operation, the document of them, and the shape of errors below ``/api``."""
    server.mount(app, OPERATIONS)
    openapi.mount(app, OPERATIONS)
    envelope.own(app)
