"""Which leads stand on a page, and in what order: their ids alone, found by an index and cut before anything is joined.

Every list ends at its limit inside the index that it walks, so that a page costs the same with ten leads and with a
million. Several states, high scores and the two fingerprints of a person are walked one by one and merged. Values that
no index orders (score, money) sort the newest ``SORTED_OF`` that are found, never more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    case,
    false,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    union,
)

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.reasons import BY_CODE, told_to_publisher
from app.domain.states import SEAT_TAKEN, SaleState
from app.models.leads import Lead
from app.models.sales import Sale
from app.queries import scope
from app.queries.lead_filter import NEWEST_FIRST, By, LeadFilter, Needle, Sort
from app.queries.page import Cursor

SORTED_OF = 1000
"""Score and money sort the newest so many of a list."""
PAID_FOR = tuple(state.value for state in (*SEAT_TAKEN, SaleState.RETURNED))
"""Sale states whose money a list shows."""
_LAST = 2**53

Keys = Select[*tuple[Any, ...]]


def counted(actor: Actor, wanted: LeadFilter, most: int) -> int:
    """How many leads the filter finds, counted up to ``most``."""
    found = walk(actor, wanted, None, most).subquery()
    return db.session.execute(select(func.count()).select_from(found)).scalar_one()


def page(actor: Actor, wanted: LeadFilter, cursor: Cursor | None, limit: int, sort: Sort = NEWEST_FIRST) -> Keys:
    """``lead_id``, ``at``, ``sort_id`` and ``value`` of one page, in order."""
    if sort.by is By.MOMENT:
        return walk(actor, wanted, cursor, limit, ascending=sort.ascending)
    newest = walk(actor, wanted, None, SORTED_OF).subquery("newest")
    value = func.coalesce(_value(actor, newest, sort.by), _LAST if sort.ascending else -1)
    valued = select(newest.c.lead_id, newest.c.at, newest.c.sort_id, value.label("value")).subquery("valued")
    place = (valued.c.value, valued.c.at, valued.c.sort_id)
    statement = select(valued).order_by(*_directed(place, ascending=sort.ascending)).limit(limit)
    if cursor is None or cursor.value is None:
        return statement
    return statement.where(_behind(place, (cursor.value, cursor.at, cursor.id), ascending=sort.ascending))


def neighbours(actor: Actor, wanted: LeadFilter, lead_id: UUID) -> tuple[UUID | None, UUID | None]:
    """The leads just newer and just older than one in its list; None at an end, or where it is not in the list."""
    own = db.session.execute(walk(actor, replace(wanted, ids=(lead_id,)), None, 1)).first()
    if own is None:
        return None, None
    here = Cursor(own.at, own.sort_id)
    newer, older = (db.session.execute(walk(actor, wanted, here, 1, ascending=up)).first() for up in (True, False))
    return newer.lead_id if newer else None, older.lead_id if older else None


def walk(
    actor: Actor, wanted: LeadFilter, cursor: Cursor | None, limit: int | None, *, ascending: bool = False
) -> Keys:
    """The same by the moment, along an index; ``value`` is NULL."""
    each = [_along(actor, part, cursor, limit, ascending=ascending) for part in wanted.parts(actor)]
    if len(each) == 1:
        return each[0]
    merged = union(*(select(one.subquery()) for one in each)).subquery("merged")
    order = _directed((merged.c.at, merged.c.sort_id), ascending=ascending)
    return select(merged).order_by(*order).limit(limit)


def _along(actor: Actor, wanted: LeadFilter, cursor: Cursor | None, limit: int | None, *, ascending: bool) -> Keys:
    of_sales = wanted.is_of_sales(actor)
    lead_id, at, row_id = (
        (Sale.lead_id, Sale.reserved_at, Sale.id) if of_sales else (Lead.id, Lead.received_at, Lead.id)
    )
    statement: Keys = select(
        lead_id.label("lead_id"), at.label("at"), row_id.label("sort_id"), literal(None).label("value")
    )
    about_leads = _about_leads(actor, wanted, of_sales=of_sales)
    if of_sales:
        statement = statement.where(scope.sales(actor), *_about_sales(wanted))
        if about_leads:
            statement = statement.join(Lead, (Lead.tenant_id == Sale.tenant_id) & (Lead.id == Sale.lead_id))
    else:
        statement = statement.where(scope.leads(actor))
    statement = statement.where(*about_leads, *_within(wanted, at))
    if cursor is not None:
        statement = statement.where(_behind((at, row_id), (cursor.at, cursor.id), ascending=ascending))
    # What a needle finds is few: found by its index and sorted. SQLite would rather walk all leads in their order.
    order = func.coalesce(at, at) if wanted.needle else at
    return statement.order_by(*_directed((order, row_id), ascending=ascending)).limit(limit)


def _about_sales(wanted: LeadFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Sale.state.in_(scope.BOUGHT)]
    pairs = (
        (Sale.buyer_id, wanted.buyer_id), (Sale.contract_id, wanted.contract_id),
        (Sale.vertical_id, wanted.vertical_id), (Sale.publisher_id, wanted.publisher_id),
    )  # fmt: skip
    return found + [column == value for column, value in pairs if value]


def _about_leads(actor: Actor, wanted: LeadFilter, *, of_sales: bool) -> list[ColumnElement[bool]]:
    """What must be true of the lead; what its sale says as well is asked of the sale."""
    pairs = [(Lead.source_id, wanted.source_id), (Lead.campaign_id, wanted.campaign_id), (Lead.tier, wanted.tier)]
    if not of_sales:
        pairs += [(Lead.vertical_id, wanted.vertical_id), (Lead.publisher_id, wanted.publisher_id)]
    found: list[ColumnElement[bool]] = [column == value for column, value in pairs if value]
    if wanted.states:
        found.append(Lead.state == wanted.states[0])
    if wanted.reason:
        found.append(_reason(actor, wanted.reason))
    if wanted.score is not None:
        found.append(Lead.score >= wanted.score)
    if wanted.points is not None:
        found.append(Lead.score == wanted.points)
    if wanted.test is not None:
        found.append(Lead.test.op("IS")(text("TRUE" if wanted.test else "FALSE")))  # in the words of its index
    if wanted.ids:
        found.append(Lead.id.in_(wanted.ids))
    if wanted.needle:
        found.append(_meant(wanted.needle))
    return found


def _reason(actor: Actor, code: str) -> ColumnElement[bool]:
    """A publisher's reason covers every one that it is not told."""
    if actor.role is not Role.PUBLISHER:
        return Lead.reason == code
    covered = [reason.code for reason in BY_CODE.values() if told_to_publisher(reason).code == code]
    return Lead.reason == code if covered == [code] else Lead.reason.in_(covered)


def _within(wanted: LeadFilter, at: Any) -> list[ColumnElement[bool]]:
    since = [at >= wanted.since] if wanted.since else []
    return since + ([at < wanted.until] if wanted.until else [])


def _meant(needle: Needle) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [false()]
    if needle.lead_id:
        ways.append(Lead.id == needle.lead_id)
    if needle.short_id:
        ways.append(Lead.short_id == needle.short_id)
    if needle.email_key:
        ways.append(Lead.email_key == needle.email_key)
    if needle.phone_keys:
        ways.append(Lead.phone_key.in_(needle.phone_keys))
    return or_(*ways)


def _value(actor: Actor, newest: Subquery, by: By) -> Any:
    """What the newest are sorted by; NULL for those that have none."""
    if by is By.SCORE:
        score = select(Lead.score).where(Lead.tenant_id == actor.tenant_id, Lead.id == newest.c.lead_id)
        return score.correlate(newest).scalar_subquery()
    amount = Sale.payout_minor if actor.role is Role.PUBLISHER else Sale.price_minor
    theirs = case((scope.sales(actor), amount))  # the fence stands beside the amount: found are sales by their lead
    paid = select(func.sum(theirs)).where(
        Sale.tenant_id == actor.tenant_id, Sale.lead_id == newest.c.lead_id, Sale.state.in_(PAID_FOR)
    )
    return paid.correlate(newest).scalar_subquery()


def _directed(columns: Sequence[Any], *, ascending: bool) -> list[Any]:
    return [column.asc() if ascending else column.desc() for column in columns]


def _behind(columns: Sequence[Any], values: Sequence[Any], *, ascending: bool) -> ColumnElement[bool]:
    """A row comparison, which one index serves."""
    types = [column.type for column in columns]
    left, right = tuple_(*columns, types=types), tuple_(*values, types=types)
    return left > right if ascending else left < right
