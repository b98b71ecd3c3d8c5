"""Which contracts a list shows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from app.models.catalogue import Offer
from app.models.contracts import Contract, OfferContract


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """Which contracts; empty fields mean "any". ``name``: a part of the contract's name, in any case."""

    status: str = ""
    buyer_id: UUID | None = None
    vertical_id: UUID | None = None
    name: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter on the table of contracts."""
        found: list[ColumnElement[bool]] = []
        if self.status:
            found.append(Contract.status == self.status)
        if self.buyer_id:
            found.append(Contract.buyer_id == self.buyer_id)
        if self.name:
            found.append(Contract.name.icontains(self.name, autoescape=True))
        if self.vertical_id:
            through = select(OfferContract.id).join(
                Offer, (Offer.tenant_id == OfferContract.tenant_id) & (Offer.id == OfferContract.offer_id)
            )
            found.append(
                exists(
                    through.where(
                        OfferContract.tenant_id == Contract.tenant_id,
                        OfferContract.contract_id == Contract.id,
                        Offer.vertical_id == self.vertical_id,
                    )
                )
            )
        return found
