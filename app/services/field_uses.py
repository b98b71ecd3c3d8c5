"""Which fields of a campaign its contracts go by: filters and premium rules ask about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.models.contracts import Contract, OfferContract
from app.queries import scope
from app.services.contract_faults import fields_of

ACTIVE = "active"


def counts(actor: Actor, offer_id: UUID) -> Mapping[str, int]:
    """Field -> how many active contracts of the offer ask about it; one statement."""
    rows = db.session.execute(
        select(Contract.filters, Contract.price_rules)
        .join(
            OfferContract,
            (OfferContract.tenant_id == Contract.tenant_id) & (OfferContract.contract_id == Contract.id),
        )
        .where(scope.contracts(actor), OfferContract.offer_id == offer_id, Contract.status == ACTIVE)
    )
    return Counter(
        field
        for row in rows
        for field in fields_of(row.filters) | fields_of([rule["when"] for rule in row.price_rules])
    )
