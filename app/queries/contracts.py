"""Contracts as people read them: the list with what is taken under each cap, and one contract with all its terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from app.db import db
from app.domain.actor import Actor
from app.domain.contract_terms import Terms
from app.models.catalogue import Offer, Vertical
from app.models.contracts import Contract, ContractChange, DeliverySetup, OfferContract
from app.models.parties import Buyer
from app.queries import cap_bars, contract_order, scope
from app.queries.cap_bars import Bar
from app.queries.contract_filter import ContractFilter
from app.queries.contract_order import Place
from app.queries.page import Cursor, Page, after, cut

WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Through:
    """An offer that a contract buys through."""

    offer_id: UUID
    offer: str
    vertical: str
    level: int


@dataclass(frozen=True, slots=True)
class ContractRow:
    """One contract in the list. ``waiting``: changes that wait for approval."""

    id: UUID
    name: str
    buyer_id: UUID
    buyer: str
    buyer_status: str
    permissions: Mapping[str, Any]
    status: str
    price_minor: int
    premiums: int
    schedule: tuple[Mapping[str, Any], ...]
    zone: str
    last_sold_at: datetime | None
    created_at: datetime
    waiting: int
    offers: tuple[Through, ...] = ()
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class ByName:
    """A page of contracts by buyer and name, and where the next one begins; ``next`` is None at the end."""

    rows: tuple[ContractRow, ...]
    next: Place | None = None

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return self.next is not None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One contract with all its terms, and how it is delivered. ``permissions``: those of its buyer."""

    id: UUID
    buyer_id: UUID
    buyer: str
    buyer_status: str
    permissions: Mapping[str, Any]
    version: int
    created_at: datetime
    last_sold_at: datetime | None
    setup_id: UUID
    setup: str
    setup_kind: str
    setup_url: str
    terms: Terms
    offers: tuple[Through, ...]

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self.terms["name"])

    @property
    def status(self) -> str:
        """``active`` or ``paused``."""
        return str(self.terms["status"])


def listed(
    actor: Actor, wanted: ContractFilter, cursor: Cursor | None = None, limit: int = 50, *, now: datetime
) -> Page[ContractRow]:
    """One page of contracts, newest first; four statements whatever its length."""
    statement = _rows(actor).where(*wanted.conditions(), *after(cursor, Contract.created_at, Contract.id))
    found = db.session.execute(
        statement.order_by(Contract.created_at.desc(), Contract.id.desc()).limit(limit + 1)
    ).all()
    page = cut(found, limit, lambda row: Cursor(row[0].created_at, row[0].id))
    return Page(_whole(actor, page.rows, now), page.next)


def by_name(
    actor: Actor, wanted: ContractFilter, place: Place | None = None, limit: int = 50, *, now: datetime
) -> ByName:
    """One page of contracts, by buyer and name; four statements whatever its length."""
    statement = _rows(actor).where(*wanted.conditions(), *contract_order.after(place))
    found = db.session.execute(statement.order_by(*contract_order.ordered()).limit(limit + 1)).all()
    kept = found[:limit]
    last = kept[-1] if len(found) > limit else None
    return ByName(
        _whole(actor, kept, now), Place(last.buyer, last[0].buyer_id, last[0].name, last[0].id) if last else None
    )


def snapshot(actor: Actor, contract_id: UUID) -> Snapshot | None:
    """One contract, if it is the actor's to see."""
    row = db.session.execute(
        select(Contract, Buyer, DeliverySetup)
        .join(Buyer, (Buyer.tenant_id == Contract.tenant_id) & (Buyer.id == Contract.buyer_id))
        .join(
            DeliverySetup,
            (DeliverySetup.tenant_id == Contract.tenant_id) & (DeliverySetup.id == Contract.delivery_setup_id),
        )
        .where(scope.contracts(actor), Contract.id == contract_id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        return None
    contract, buyer, setup = row
    offers = offers_of(actor, [contract_id]).get(contract_id, ())
    caps = cap_bars.caps_of(actor, [contract_id]).get(contract_id, ())
    return Snapshot(
        contract.id, contract.buyer_id, buyer.name, buyer.status, buyer.permissions, contract.version,
        contract.created_at, contract.last_sold_at, setup.id, setup.name, setup.kind, setup.url,
        _terms(contract, offers, [cap.to_json() for cap in caps]), offers,
    )  # fmt: skip


def offers_of(actor: Actor, contract_ids: Sequence[UUID]) -> dict[UUID, tuple[Through, ...]]:
    """The offers that these contracts buy through."""
    rows = db.session.execute(
        select(OfferContract.contract_id, Offer.id, Offer.name, Vertical.name, OfferContract.level)
        .join(Offer, (Offer.tenant_id == OfferContract.tenant_id) & (Offer.id == OfferContract.offer_id))
        .join(Vertical, (Vertical.tenant_id == Offer.tenant_id) & (Vertical.id == Offer.vertical_id))
        .where(OfferContract.tenant_id == actor.tenant_id, OfferContract.contract_id.in_(contract_ids))
        .order_by(Offer.name, Offer.id)
    )
    found: dict[UUID, tuple[Through, ...]] = {}
    for row in rows:
        found[row.contract_id] = (*found.get(row.contract_id, ()), Through(*row[1:]))
    return found


def _terms(row: Contract, offers: Sequence[Through], caps: list[dict[str, Any]]) -> Terms:
    return {
        "name": row.name, "status": row.status, "filters": row.filters, "caps": caps,
        "price_minor": row.price_minor, "price_rules": list(row.price_rules), "schedule": list(row.schedule),
        "zone": row.zone, "minimum_score": row.minimum_score, "rank": row.rank, "weight": row.weight,
        "multiplier": row.multiplier, "seats": row.seats,
        "offers": sorted(
            ({"offer_id": str(one.offer_id), "level": one.level} for one in offers), key=lambda one: one["offer_id"]
        ),
    }  # fmt: skip


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    waiting = (
        select(func.count())
        .select_from(ContractChange)
        .where(
            ContractChange.tenant_id == Contract.tenant_id,
            ContractChange.contract_id == Contract.id,
            ContractChange.status == WAITING,
        )
        .correlate(Contract)
        .scalar_subquery()
    )
    return (
        select(
            Contract,
            Buyer.name.label("buyer"),
            Buyer.status.label("buyer_status"),
            Buyer.permissions,
            waiting.label("waiting"),
        )
        .join(Buyer, (Buyer.tenant_id == Contract.tenant_id) & (Buyer.id == Contract.buyer_id))
        .where(scope.contracts(actor))
    )


def _whole(actor: Actor, rows: Sequence[Row[*tuple[Any, ...]]], now: datetime) -> tuple[ContractRow, ...]:
    """With the offers that each buys through and what is taken under its caps."""
    ids = [row[0].id for row in rows]
    offers, bars = offers_of(actor, ids), cap_bars.of_contracts(actor, [row[0] for row in rows], now)
    return tuple(_row(row, offers.get(row[0].id, ()), bars.get(row[0].id, ())) for row in rows)


def _row(row: Row[*tuple[Any, ...]], offers: tuple[Through, ...], bars: tuple[Bar, ...]) -> ContractRow:
    one: Contract = row[0]
    return ContractRow(
        one.id, one.name, one.buyer_id, row.buyer, row.buyer_status, row.permissions, one.status, one.price_minor,
        len(one.price_rules), tuple(one.schedule), one.zone, one.last_sold_at, one.created_at, row.waiting,
        offers, bars,
    )  # fmt: skip
