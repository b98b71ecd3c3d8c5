"""How far a new tenant has come: each step of setting up, found in the data; one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, select

from app.db import db
from app.domain.actor import Actor
from app.models.catalogue import Source
from app.models.contracts import Contract, OfferContract
from app.models.leads import Lead
from app.models.parties import Publisher
from app.models.sales import Sale
from app.queries import scope


@dataclass(frozen=True, slots=True)
class Beginnings:
    """What there is already. ``contract``: an active one that an offer sells to."""

    publisher: bool
    source: bool
    contract: bool
    lead: bool
    sale: bool

    @property
    def is_over(self) -> bool:
        """Leads come in and are sold: nobody needs a checklist any more."""
        return self.lead and self.sale


def beginnings(actor: Actor) -> Beginnings:
    """How far the actor's tenant has come; nothing is told to anybody but staff."""
    sells = (OfferContract.tenant_id == Contract.tenant_id) & (OfferContract.contract_id == Contract.id)
    attached = select(OfferContract.id).where(sells).exists()
    row = db.session.execute(
        select(
            _some(actor, Publisher, Publisher.status == "active"),
            _some(actor, Source, Source.status == "active"),
            _some(actor, Contract, Contract.status == "active", attached),
            _some(actor, Lead),
            _some(actor, Sale, Sale.state == "sold"),
        )
    ).one()
    return Beginnings(*(bool(value) for value in row))


def _some(actor: Actor, model: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    mine = model.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()
    found: ColumnElement[bool] = select(model.id).where(mine, *conditions).exists()
    return found
