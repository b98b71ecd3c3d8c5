"""Names to choose from in filters and forms: verticals, publishers, buyers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, literal, select, union_all

from app.db import db
from app.domain.actor import Actor
from app.models.catalogue import Vertical
from app.models.parties import Buyer, Publisher
from app.queries import scope


class Choice(NamedTuple):
    """One entry of a select box."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What an actor may filter by; publishers and buyers are named to admins only."""

    verticals: tuple[Choice, ...]
    publishers: tuple[Choice, ...]
    buyers: tuple[Choice, ...]

    def name_of(self, party_id: UUID | None) -> str:
        """The name of a publisher or buyer; empty for ids that are neither."""
        return next((one.name for one in (*self.publishers, *self.buyers) if one.id == party_id), "")


def choices(actor: Actor) -> Choices:
    """Everything to choose from, in one statement."""
    tables: list[tuple[str, type[Vertical | Publisher | Buyer]]] = [("vertical", Vertical)]
    if scope.sees_all(actor):
        tables += [("publisher", Publisher), ("buyer", Buyer)]
    parts: list[Select[*tuple[str, UUID, str]]] = [
        select(literal(kind).label("kind"), table.id, table.name).where(table.tenant_id == actor.tenant_id)
        for kind, table in tables
    ]
    found: dict[str, list[Choice]] = {"vertical": [], "publisher": [], "buyer": []}
    for kind, row_id, name in db.session.execute(union_all(*parts)):
        found[kind].append(Choice(row_id, name))
    verticals, publishers, buyers = (
        tuple(sorted(rows, key=lambda one: one.name.casefold())) for rows in found.values()
    )
    return Choices(verticals, publishers, buyers)
