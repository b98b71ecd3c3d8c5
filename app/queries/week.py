"""How many leads came in by each vertical, campaign or source in the last seven days: of a bounded number of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select

from app.db import db
from app.domain.actor import Actor
from app.models.leads import Lead
from app.queries import days, scope

MOST = 20_000
"""Leads counted: a busier week is told from the newest of them, and the page says so."""

Column = Literal["vertical_id", "campaign_id", "source_id"]


@dataclass(frozen=True, slots=True)
class Week:
    """Leads by id. ``sampled``: there were more; then these are of the newest, back to ``since``."""

    by_id: Mapping[UUID, int]
    since: datetime
    sampled: bool = False

    @property
    def most(self) -> int:
        """How many leads are counted at most."""
        return MOST

    def __getitem__(self, row_id: UUID) -> int:
        return self.by_id.get(row_id, 0)


def leads(actor: Actor, column: Column, zone: str, now: datetime) -> Week:
    """One statement over at most ``MOST`` of the newest leads: those of today and of six days before, in the zone."""
    by, begun = getattr(Lead, column), days.last(days.WEEK, zone, now)[0].since
    newest = (
        select(by.label("by"), Lead.received_at)
        .where(scope.leads(actor), Lead.received_at >= begun)
        .order_by(Lead.received_at.desc(), Lead.id.desc())
        .limit(MOST)
        .subquery()
    )
    rows = db.session.execute(
        select(newest.c.by, func.count(), func.min(newest.c.received_at)).group_by(newest.c.by)
    ).all()
    sampled = sum(row[1] for row in rows) >= MOST
    since = min((row[2] for row in rows), default=begun) if sampled else begun
    return Week({row[0]: row[1] for row in rows if row[0] is not None}, since, sampled)
