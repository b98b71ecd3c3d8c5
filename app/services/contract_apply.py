"""Putting changed terms into a contract: its columns, caps and offers at once, one version, one audit entry.

Every way of changing a contract ends here: the book hears of it, so the very next lead obeys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.domain.contract_terms import Terms, differing
from app.domain.events import CONTRACT_UPDATED
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.catalogue import Offer
from app.models.contracts import Contract, OfferContract
from app.services import audit, cap_rows, outbox
from app.services import book as books
from app.services.changes import Refused

OWNER = "contract"


def apply(actor: Actor, row: Contract, before: Terms, after: Terms, *, now: datetime) -> tuple[str, ...]:
    """Write the terms that ``after`` names and that differ; answers them. Permissions are the caller's affair."""
    terms = differing(before, after)
    if not terms:
        return ()
    for term in terms:
        if term == "caps":
            cap_rows.put(actor, (OWNER, row.id), after["caps"], now=now)
        elif term == "offers":
            _set_offers(actor, row.id, after["offers"], now)
        else:
            setattr(row, term, after[term])
    row.version += 1
    db.session.flush()
    books.touch(actor.tenant_id)
    audit.record(
        actor, "contract.changed", (OWNER, row.id), now=now,
        before={term: before[term] for term in terms}, after={term: after[term] for term in terms},
    )  # fmt: skip
    tell(actor, row, terms, now=now)
    return terms


def tell(actor: Actor, row: Contract, terms: Sequence[str], *, now: datetime) -> None:
    """``contract.updated`` for the buyer and for the tenant: what was changed, not to what."""
    told = {"contract_id": str(row.id), "name": row.name, "version": row.version, "changed": list(terms)}
    news = [
        outbox.NewEvent(CONTRACT_UPDATED.name, kind, owner, {**told, "at": now.isoformat()})
        for kind, owner in (("buyer", row.buyer_id), ("tenant", None))
    ]
    outbox.tell_each(actor.tenant_id, news, now=now)


def _set_offers(actor: Actor, contract_id: UUID, wanted: Iterable[Mapping[str, Any]], now: datetime) -> None:
    left = {str(row.offer_id): row for row in _links(actor, contract_id)}
    known = set(map(str, db.session.scalars(select(Offer.id).where(Offer.tenant_id == actor.tenant_id))))
    for one in wanted:
        if one["offer_id"] not in known:
            raise Refused("One of these offers does not exist any more.")
        row = left.pop(one["offer_id"], None)
        if row is None:
            row = OfferContract(
                tenant_id=actor.tenant_id, id=new_id(now, kit().rng), offer_id=UUID(one["offer_id"]),
                contract_id=contract_id,
            )  # fmt: skip
            db.session.add(row)
        row.level = one["level"]
    for gone in left.values():
        db.session.delete(gone)


def _links(actor: Actor, contract_id: UUID) -> list[OfferContract]:
    found = db.session.scalars(
        select(OfferContract).where(
            OfferContract.tenant_id == actor.tenant_id, OfferContract.contract_id == contract_id
        )
    )
    return list(found)
