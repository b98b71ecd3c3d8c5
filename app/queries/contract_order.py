"""The order in which people read contracts: by buyer, then by name; letters count alike, large or small.

A place in it is what the last row of a page was called then, so that no renaming skips what follows. Contracts are few
beside leads: they are sorted when they are read, and no index is kept for it.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.models.contracts import Contract
from app.models.parties import Buyer
from app.queries.page import BadCursor

LONGEST = 4000
"""Characters that a place may take in an address: the longest names there are need fewer."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place after one contract."""

    buyer: str
    buyer_id: UUID
    name: str
    id: UUID

    def __str__(self) -> str:
        """Opaque, for a query string."""
        said = [self.buyer, str(self.buyer_id), self.name, str(self.id)]
        return base64.urlsafe_b64encode(json.dumps(said, ensure_ascii=False).encode()).decode()

    @classmethod
    def parse(cls, text: str) -> Place:
        """The place that ``str`` wrote; raises BadCursor for anything else."""
        try:
            buyer, buyer_id, name, row_id = json.loads(base64.b64decode(text.encode(), altchars=b"-_", validate=True))
            if b"\0" in (buyer + name).encode():  # neither that nor half a character is taken by a database
                raise BadCursor(text)
            return cls(buyer, UUID(buyer_id), name, UUID(row_id))
        except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
            raise BadCursor(text) from error


def ordered() -> tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]:
    """What the list is sorted by; ids settle what is called the same."""
    return (func.lower(Buyer.name), Buyer.id, func.lower(Contract.name), Contract.id)


def after(place: Place | None) -> tuple[ColumnElement[bool], ...]:
    """The condition that continues behind the place."""
    if place is None:
        return ()
    here = (
        func.lower(literal(place.buyer)), literal(place.buyer_id, Buyer.id.type),
        func.lower(literal(place.name)), literal(place.id, Contract.id.type),
    )  # fmt: skip
    return (tuple_(*ordered()) > tuple_(*here),)
