"""Which companies a list shows: buyers and publishers are looked for alike."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from app.models.parties import Buyer, Publisher


@dataclass(frozen=True, slots=True)
class PartyFilter:
    """Empty fields mean "any". ``name``: a part of it, in any case."""

    name: str = ""
    status: str = ""

    def conditions(self, party: type[Buyer | Publisher]) -> list[ColumnElement[bool]]:
        """The filter on that table."""
        found: list[ColumnElement[bool]] = []
        if self.status:
            found.append(party.status == self.status)
        if self.name:
            found.append(party.name.icontains(self.name, autoescape=True))
        return found
