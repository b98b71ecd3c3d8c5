"""The lead list: newest first or sorted, filtered, found by id, e-mail or telephone number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Label, Row, Subquery, select

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.reasons import BY_CODE, told_to_publisher
from app.models.catalogue import Campaign, Source, Vertical
from app.models.leads import Distribution, Lead
from app.models.parties import Buyer, Publisher
from app.models.sales import Sale
from app.queries import lead_keys, scope
from app.queries.lead_filter import NEWEST_FIRST, By, LeadFilter, Needle, Sort
from app.queries.page import Cursor, Page, cut

__all__ = ["COUNTED_TO", "LeadFilter", "LeadRow", "Needle", "by_ids", "counted", "listed"]

COUNTED_TO = 1000
"""A count stops here and says "more": counting a million rows for a footer is not worth anybody's time."""


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One line of the list. ``at``: received, for buyers when it was sold to them.

    Amounts are in minor units of the tenant's currency and None where nothing was sold; ``price`` is
    None for publishers and ``payout`` for buyers, whose business the other one is not; ``margin`` and ``buyers`` are
    the staff's alone. ``pii``: names of fields that are guarded beyond the usual ones.
    """

    id: UUID
    short_id: str
    at: datetime
    state: str
    reason: str | None
    vertical: str | None
    vertical_id: UUID | None
    publisher: str | None
    publisher_id: UUID | None
    source: str | None
    source_id: UUID | None
    campaign: str | None
    sub_id: str | None
    dialect: str
    score: int | None
    tier: str | None
    fields: Mapping[str, Any]
    pii: frozenset[str]
    test: bool
    took_ms: float | None
    sort_id: UUID
    value: int | None = None
    price: int | None = None
    payout: int | None = None
    margin: int | None = None
    buyers: tuple[str, ...] = ()

    @property
    def cursor(self) -> Cursor:
        """The place behind this row."""
        return Cursor(self.at, self.sort_id, self.value)


def listed(
    actor: Actor, wanted: LeadFilter, cursor: Cursor | None = None, limit: int = 50, sort: Sort = NEWEST_FIRST
) -> Page[LeadRow]:
    """One page of the actor's leads; two statements whatever the page."""
    keys = lead_keys.page(actor, wanted, cursor, limit + 1, sort)
    page = cut(_read(actor, keys.subquery("keys"), sort), limit, lambda row: row.cursor)
    return replace(page, rows=_priced(actor, page.rows))


def by_ids(actor: Actor, lead_ids: Sequence[UUID], wanted: LeadFilter | None = None) -> tuple[LeadRow, ...]:
    """Those of these leads that the actor may see and a filter lets through, newest first; for the live feed."""
    if not lead_ids:
        return ()
    keys = lead_keys.walk(actor, replace(wanted or LeadFilter(), ids=tuple(lead_ids)), None, None)
    return _priced(actor, _read(actor, keys.subquery("keys"), NEWEST_FIRST))


def counted(actor: Actor, wanted: LeadFilter) -> int:
    """How many leads the filter finds, counted up to ``COUNTED_TO`` + 1."""
    return lead_keys.counted(actor, wanted, COUNTED_TO + 1)


def thought_us() -> Label[int | None]:
    """How long the newest auction of each lead took, in microseconds.

    ``routed_at`` is the moment that its request began to count from, so the two together say when it was decided.
    """
    newest = (
        select(Distribution.took_us)
        .where(Distribution.tenant_id == Lead.tenant_id, Distribution.lead_id == Lead.id)
        .order_by(Distribution.round.desc())
        .limit(1)
    )
    return newest.correlate(Lead).scalar_subquery().label("thought_us")


def decided_at(routed_at: datetime | None, us: int | None) -> datetime | None:
    """When routing ended."""
    return routed_at + timedelta(microseconds=us or 0) if routed_at else None


def _read(actor: Actor, keys: Subquery, sort: Sort) -> list[LeadRow]:
    """The rows of some keys, in their order; names are joined only to what is shown."""
    columns = (
        Lead.id, Lead.short_id, Lead.state, Lead.reason, Lead.score, Lead.tier, Lead.fields, Lead.test, Lead.dialect,
        Lead.sub_id, Lead.received_at, Lead.routed_at, Lead.vertical_id, Lead.publisher_id, Lead.source_id,
        Vertical.name.label("vertical"), Publisher.name.label("publisher"), Source.name.label("source"),
        Campaign.name.label("campaign"), Campaign.schema, keys.c.at, keys.c.sort_id, keys.c.value, thought_us(),
    )  # fmt: skip
    places = (keys.c.at, keys.c.sort_id) if sort.by is By.MOMENT else (keys.c.value, keys.c.at, keys.c.sort_id)
    statement = (
        select(*columns)
        .select_from(keys)
        .join(Lead, (Lead.tenant_id == actor.tenant_id) & (Lead.id == keys.c.lead_id))
        .outerjoin(Vertical, (Vertical.tenant_id == Lead.tenant_id) & (Vertical.id == Lead.vertical_id))
        .outerjoin(Publisher, (Publisher.tenant_id == Lead.tenant_id) & (Publisher.id == Lead.publisher_id))
        .outerjoin(Source, (Source.tenant_id == Lead.tenant_id) & (Source.id == Lead.source_id))
        .outerjoin(Campaign, (Campaign.tenant_id == Lead.tenant_id) & (Campaign.id == Lead.campaign_id))
        .order_by(*(place.asc() if sort.ascending else place.desc() for place in places))
    )
    return [_row(row, actor) for row in db.session.execute(statement)]


def _row(row: Row[*tuple[Any, ...]], actor: Actor) -> LeadRow:
    decided = decided_at(row.routed_at, row.thought_us)
    for_buyer = actor.role is Role.BUYER
    return LeadRow(
        id=row.id,
        short_id=row.short_id,
        at=row.at,
        state=row.state,
        reason=_told(actor, row.reason),
        vertical=row.vertical,
        vertical_id=row.vertical_id,
        publisher=None if for_buyer else row.publisher,
        publisher_id=None if for_buyer else row.publisher_id,
        source=None if for_buyer else row.source,
        source_id=None if for_buyer else row.source_id,
        campaign=None if for_buyer else row.campaign,
        sub_id=None if for_buyer else row.sub_id,
        dialect=row.dialect,
        score=row.score,
        tier=row.tier,
        fields=row.fields,
        pii=guarded_fields(row.schema),
        test=row.test,
        took_ms=(decided - row.received_at) / timedelta(milliseconds=1) if decided else None,
        sort_id=row.sort_id,
        value=None if row.value is None else int(row.value),  # PostgreSQL adds up to a Decimal
    )


def guarded_fields(schema: Mapping[str, Any] | None) -> frozenset[str]:
    """Names of the fields that a campaign's schema marks as a person's own."""
    return frozenset(str(field["name"]) for field in (schema or {}).get("fields", ()) if field.get("pii"))


def _told(actor: Actor, code: str | None) -> str | None:
    """The reason as its reader is told it."""
    if code is None or actor.role is not Role.PUBLISHER or code not in BY_CODE:
        return code
    return told_to_publisher(BY_CODE[code]).code


def _priced(actor: Actor, rows: Sequence[LeadRow]) -> tuple[LeadRow, ...]:
    """The same rows with what was sold, and to whom; shared leads add up."""
    if not rows:
        return ()
    amounts = (Sale.price_minor, Sale.payout_minor, Sale.margin_minor)
    of_rows = (Sale.lead_id.in_([row.id for row in rows]), Sale.state.in_(lead_keys.PAID_FOR))
    found = db.session.execute(
        select(Sale.lead_id, *amounts, Buyer.name, scope.sales(actor).label("is_theirs"))
        .join(Buyer, (Buyer.tenant_id == Sale.tenant_id) & (Buyer.id == Sale.buyer_id))
        .where(Sale.tenant_id == actor.tenant_id, *of_rows)
        .order_by(Sale.reserved_at, Sale.id)
    )
    sales: dict[UUID, list[Row[*tuple[Any, ...]]]] = {}
    for sale in found:
        if sale.is_theirs:  # not asked for above: SQLite would walk all sales of a party instead of those of the leads
            sales.setdefault(sale.lead_id, []).append(sale)
    return tuple(_with_money(row, sales[row.id], actor) if row.id in sales else row for row in rows)


def _with_money(row: LeadRow, sales: Sequence[Row[*tuple[Any, ...]]], actor: Actor) -> LeadRow:
    sees_all = scope.sees_all(actor)
    return replace(
        row,
        price=None if actor.role is Role.PUBLISHER else sum(sale.price_minor for sale in sales),
        payout=None if actor.role is Role.BUYER else sum(sale.payout_minor for sale in sales),
        margin=sum(sale.margin_minor for sale in sales) if sees_all else None,
        buyers=tuple(dict.fromkeys(sale.name for sale in sales)) if sees_all else (),
    )
