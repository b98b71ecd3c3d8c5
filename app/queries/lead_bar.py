"""What stands above a lead list: names to filter by, and the person's own saved views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, union_all

from app.db import db
from app.domain.actor import Actor, Role
from app.models.catalogue import Campaign, Source, Vertical
from app.models.contracts import Contract
from app.models.parties import Buyer, Publisher
from app.models.people import SavedView
from app.queries import scope
from app.queries.choices import Choice

OFFERED = 500
"""Names of one kind at most; who has more looks one up by its page."""
PAGE = "leads"


class View(NamedTuple):
    """One saved view: its name, and the query string that it stands for."""

    id: UUID
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class LeadBar:
    """What the actor may filter by, each kind by name, and their views. Kinds that are not theirs are empty."""

    verticals: tuple[Choice, ...]
    publishers: tuple[Choice, ...]
    sources: tuple[Choice, ...]
    campaigns: tuple[Choice, ...]
    buyers: tuple[Choice, ...]
    contracts: tuple[Choice, ...]
    views: tuple[View, ...]

    def view_of(self, query: str) -> View | None:
        """The view that is being looked at."""
        return next((view for view in self.views if view.query == query), None)


def bar(actor: Actor) -> LeadBar:
    """Everything above the list, in one statement."""
    found: dict[str, list[Any]] = {kind: [] for kind in LeadBar.__slots__}
    for kind, row_id, name, more in db.session.execute(union_all(*_parts(actor))):
        found[kind].append(View(row_id, name, more) if kind == "views" else Choice(row_id, _called(name, more)))
    return LeadBar(**{kind: tuple(sorted(rows, key=lambda one: one.name.casefold())) for kind, rows in found.items()})


def _called(name: str, of: str) -> str:
    return f"{of} / {name}" if of else name


def _parts(actor: Actor) -> list[Select[*tuple[Any, ...]]]:
    """Kind by kind: id, name, and whose it is (of a view its query)."""
    sees_all, nobody = scope.sees_all(actor), literal("")
    parts = [
        _part("views", SavedView, SavedView.query, SavedView.user_id == actor.principal_id, SavedView.page == PAGE),
        _part("verticals", Vertical, nobody, Vertical.tenant_id == actor.tenant_id),
    ]
    if sees_all:
        parts += [
            _part("publishers", Publisher, nobody, Publisher.tenant_id == actor.tenant_id),
            _part("campaigns", Campaign, nobody, Campaign.tenant_id == actor.tenant_id),
            _part("buyers", Buyer, nobody, Buyer.tenant_id == actor.tenant_id),
        ]
    if sees_all or actor.role is Role.PUBLISHER:
        of = Publisher.name if sees_all else nobody
        theirs = scope.owned(actor, Source.tenant_id, Source.publisher_id)
        joined = (Publisher.tenant_id == Source.tenant_id) & (Publisher.id == Source.publisher_id)
        parts.append(_part("sources", Source, of, theirs, joined))
    if sees_all or actor.role is Role.BUYER:
        of = Buyer.name if sees_all else nobody
        joined = (Buyer.tenant_id == Contract.tenant_id) & (Buyer.id == Contract.buyer_id)
        parts.append(_part("contracts", Contract, of, scope.contracts(actor), joined))
    return [select(part.subquery()) for part in parts]


def _part(kind: str, table: Any, more: Any, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    columns = (literal(kind).label("kind"), table.id.label("id"), table.name.label("name"), more.label("more"))
    return select(*columns).where(*conditions).order_by(table.name).limit(OFFERED)


def field_names(actor: Actor) -> tuple[str, ...]:
    """Every field that a campaign of the tenant asks for, in the order of their schemas."""
    schemas = db.session.scalars(
        select(Campaign.schema)
        .where(Campaign.tenant_id == actor.tenant_id)
        .order_by(Campaign.created_at)
        .limit(OFFERED)
    )
    return tuple(dict.fromkeys(str(field["name"]) for schema in schemas for field in (schema or {}).get("fields", ())))
