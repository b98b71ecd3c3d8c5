"""The tables. One entity family a file; importing the package loads them all, for migrations."""

from app.models import (
    applications,
    catalogue,
    contracts,
    deliveries,
    idempotency,
    leads,
    parties,
    people,
    sales,
    tenants,
    webhooks,
)

__all__ = [
    "applications",
    "catalogue",
    "contracts",
    "deliveries",
    "idempotency",
    "leads",
    "parties",
    "people",
    "sales",
    "tenants",
    "webhooks",
]
