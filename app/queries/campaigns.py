"""Campaigns as admins read them, and as publishers who have a source in one may read its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, func, select

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.fields import Schema
from app.models.catalogue import Campaign, Offer, Source, Vertical
from app.queries import scope
from app.queries.page import Cursor, Page, after, cut


@dataclass(frozen=True, slots=True)
class CampaignFilter:
    """Which campaigns; empty fields mean "any". ``name``: a part of it, in any case."""

    name: str = ""
    status: str = ""
    vertical_id: UUID | None = None
    offer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign. ``sources``: the active ones; the rules as their rows hold them."""

    id: UUID
    name: str
    status: str
    country: str
    traffic_type: str
    time_budget_ms: int
    wait_for_buyer: bool
    kept_schema: Mapping[str, Any]
    duplicate_rule: Mapping[str, Any]
    consent_rule: Mapping[str, Any]
    created_at: datetime
    vertical_id: UUID
    vertical_key: str
    vertical: str
    offer_id: UUID
    offer: str
    offer_mode: str
    sources: int

    @property
    def schema(self) -> Schema:
        """Its fields."""
        return Schema.from_json(self.kept_schema)


def listed(actor: Actor, wanted: CampaignFilter, cursor: Cursor | None = None, limit: int = 50) -> Page[CampaignRow]:
    """One page, newest first, in one statement; for staff."""
    at, row_id = Campaign.created_at, Campaign.id
    statement = _rows().where(_staff(actor), *_conditions(wanted), *after(cursor, at, row_id))
    rows = db.session.execute(statement.order_by(at.desc(), row_id.desc()).limit(limit + 1)).all()
    return cut([CampaignRow(*row) for row in rows], limit, lambda row: Cursor(row.created_at, row.id))


def one(actor: Actor, campaign_id: UUID) -> CampaignRow | None:
    """One campaign, for staff."""
    row = db.session.execute(_rows().where(_staff(actor), Campaign.id == campaign_id)).first()
    return CampaignRow(*row) if row else None


def to_post_to(actor: Actor, campaign_id: UUID) -> CampaignRow | None:
    """One campaign that the actor may read the fields of: a publisher, where it has a source."""
    row = db.session.execute(_rows().where(_readable(actor), Campaign.id == campaign_id)).first()
    return CampaignRow(*row) if row else None


def to_post_to_all(actor: Actor) -> tuple[tuple[UUID, str], ...]:
    """The active campaigns whose fields the actor may read: id and name, by name."""
    rows = db.session.execute(
        select(Campaign.id, Campaign.name)
        .where(_readable(actor), Campaign.status == "active")
        .order_by(Campaign.name, Campaign.id)
    )
    return tuple((row.id, row.name) for row in rows)


def offers_in(actor: Actor, vertical_id: UUID | None = None) -> tuple[tuple[UUID, str, UUID], ...]:
    """The offers to sell through: id, name, vertical; all of them, or those of one vertical."""
    mine = Offer.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()
    statement = select(Offer.id, Offer.name, Offer.vertical_id).where(mine)
    if vertical_id is not None:
        statement = statement.where(Offer.vertical_id == vertical_id)
    rows = db.session.execute(statement.order_by(Offer.name, Offer.id))
    return tuple((row[0], row[1], row[2]) for row in rows)


def _staff(actor: Actor) -> ColumnElement[bool]:
    return Campaign.tenant_id == actor.tenant_id if scope.sees_all(actor) else false()


def _readable(actor: Actor) -> ColumnElement[bool]:
    if actor.role is not Role.PUBLISHER:
        return _staff(actor)
    mine = exists(
        select(Source.id).where(
            Source.tenant_id == Campaign.tenant_id,
            Source.campaign_id == Campaign.id,
            scope.owned(actor, Source.tenant_id, Source.publisher_id),
        )
    )
    return (Campaign.tenant_id == actor.tenant_id) & mine


def _conditions(wanted: CampaignFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.status:
        found.append(Campaign.status == wanted.status)
    if wanted.vertical_id:
        found.append(Campaign.vertical_id == wanted.vertical_id)
    if wanted.offer_id:
        found.append(Campaign.offer_id == wanted.offer_id)
    if wanted.name:
        found.append(Campaign.name.icontains(wanted.name, autoescape=True))
    return found


def _rows() -> Select[*tuple[Any, ...]]:
    sources = (
        select(func.count(Source.id))
        .where(Source.tenant_id == Campaign.tenant_id, Source.campaign_id == Campaign.id, Source.status == "active")
        .correlate(Campaign)
        .scalar_subquery()
    )
    return (
        select(
            Campaign.id, Campaign.name, Campaign.status, Campaign.country, Campaign.traffic_type,
            Campaign.time_budget_ms, Campaign.wait_for_buyer, Campaign.schema, Campaign.duplicate_rule,
            Campaign.consent_rule, Campaign.created_at, Vertical.id, Vertical.key, Vertical.name, Offer.id,
            Offer.name, Offer.mode, sources,
        )
        .join(Vertical, (Vertical.tenant_id == Campaign.tenant_id) & (Vertical.id == Campaign.vertical_id))
        .join(Offer, (Offer.tenant_id == Campaign.tenant_id) & (Offer.id == Campaign.offer_id))
    )  # fmt: skip
