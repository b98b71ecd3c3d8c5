"""Contracts: made, paused, attached to offers, capped; and how their buyers are handed leads.

A wish holds a contract's whole configuration; people change one by `contract_edits`. Filters and premium rules are
judged before they are stored: what could not be run on a lead is refused with the place and the rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from app.adapters.buyers import FORMATS
from app.adapters.patterns import compile_pattern
from app.db import db
from app.domain.actor import Actor
from app.domain.caps import Measure, Owner, Period
from app.domain.criteria import CriteriaError, parse
from app.domain.hours import ScheduleRow
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.contracts import Cap, Contract, DeliverySetup, OfferContract
from app.services import setup_headers
from app.services.changes import NoSuchThing, Refused, added, change, load, removed

Tree = Mapping[str, Any]
Status = Literal["active", "paused"]
SEATS = frozenset({"any", "exclusive", "shared"})


@dataclass(frozen=True, slots=True)
class PremiumWish:
    """A price, in minor units, for leads that a filter fits; the first that fits decides."""

    name: str
    when: Tree
    price_minor: int


@dataclass(frozen=True, slots=True)
class ContractWish:
    """A buyer's standing order. ``wants``: a filter tree, None means everything. A lower rank goes first."""

    buyer_id: UUID
    setup_id: UUID
    name: str
    price_minor: int
    zone: str
    wants: Tree | None = None
    premiums: Sequence[PremiumWish] = ()
    rank: int = 100
    weight: int = 1
    multiplier: Decimal = Decimal(1)
    minimum_score: int = 0
    schedule: Sequence[ScheduleRow] = ()
    seats: str = "any"

    def columns(self) -> dict[str, Any]:
        """As its row holds it; raises Refused."""
        if self.price_minor < 0 or self.seats not in SEATS or self.multiplier <= 0 or self.weight < 0:
            raise Refused("A contract needs a price and a weight of nought or more, a multiplier over nought, a seat.")
        for place, tree in (("filter", self.wants), *((rule.name, rule.when) for rule in self.premiums)):
            _judge(place, tree)
        return {
            "buyer_id": self.buyer_id, "delivery_setup_id": self.setup_id, "name": self.name, "zone": self.zone,
            "filters": dict(self.wants) if self.wants else None, "price_minor": self.price_minor,
            "price_rules": [
                {"name": rule.name, "when": dict(rule.when), "price_minor": rule.price_minor} for rule in self.premiums
            ],
            "rank": self.rank, "weight": self.weight, "multiplier": str(self.multiplier), "seats": self.seats,
            "minimum_score": self.minimum_score, "schedule": [row.to_json() for row in self.schedule],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class CapWish:
    """At most ``limit`` leads, or minor units of money, in a period of the owner's zone."""

    measure: Measure
    period: Period
    limit: int


@dataclass(frozen=True, slots=True)
class SetupWish:
    """How a buyer is handed leads. ``headers`` go with every lead and are stored sealed."""

    buyer_id: UUID
    name: str
    kind: Literal["http", "portal"] = "http"
    url: str = ""
    format: str = "json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    answer_rules: Mapping[str, Any] = field(default_factory=dict)
    timeout_ms: int = 10_000
    max_in_flight: int = 4

    def columns(self) -> dict[str, Any]:
        """As its row holds it, but for the headers; raises Refused."""
        if (self.kind == "http") != bool(self.url) or self.format not in FORMATS:
            raise Refused("A delivery by HTTP needs an address and a known format; one by portal has no address.")
        if self.timeout_ms < 1 or self.max_in_flight < 1:
            raise Refused("A buyer needs some time, and at least one lead at a time.")
        return {
            "buyer_id": self.buyer_id, "name": self.name, "kind": self.kind, "url": self.url, "format": self.format,
            "answer_rules": dict(self.answer_rules), "timeout_ms": self.timeout_ms,
            "max_in_flight": self.max_in_flight,
        }  # fmt: skip


def add_setup(actor: Actor, wish: SetupWish, *, now: datetime) -> UUID:
    """A new way of handing leads to a buyer."""
    setup_id = new_id(now, kit().rng)
    row = DeliverySetup(
        tenant_id=actor.tenant_id, id=setup_id, created_at=now, **wish.columns(),
        headers_sealed=setup_headers.seal(actor.tenant_id, setup_id, wish.headers),
    )  # fmt: skip
    return added(actor, row, "delivery_setup", now=now)


def move_setups(actor: Actor, old: str, new: str, *, now: datetime) -> int:
    """Let every setup whose address begins with ``old`` begin with ``new``; how many there were."""
    rows = db.session.scalars(
        select(DeliverySetup).where(
            DeliverySetup.tenant_id == actor.tenant_id, DeliverySetup.url.startswith(old, autoescape=True)
        )
    )
    moved = [change(actor, row, "delivery_setup", {"url": new + row.url.removeprefix(old)}, now=now) for row in rows]
    return sum(moved)


def add_contract(actor: Actor, wish: ContractWish, *, now: datetime) -> UUID:
    """A new standing order; it buys nothing until it is attached to an offer."""
    row = Contract(tenant_id=actor.tenant_id, id=new_id(now, kit().rng), created_at=now, **wish.columns())
    return added(actor, row, "contract", now=now)


def set_status(actor: Actor, contract_id: UUID, status: Status, *, now: datetime) -> bool:
    """Pause or resume; counts from the next lead on. Whoever edits the contract meanwhile learns that it moved."""
    row = load(actor, Contract, contract_id)
    different = change(actor, row, "contract", {"status": status}, now=now)
    row.version += different
    return different


def attach(actor: Actor, offer_id: UUID, contract_id: UUID, *, level: int = 1, now: datetime) -> UUID:
    """Let a contract buy through an offer, at one of its levels; the contract's version moves on."""
    if level < 1:
        raise Refused("Levels are counted from 1.")
    row = OfferContract(
        tenant_id=actor.tenant_id, id=new_id(now, kit().rng), offer_id=offer_id, contract_id=contract_id, level=level
    )
    load(actor, Contract, contract_id).version += 1
    return added(actor, row, "offer_contract", now=now)


def detach(actor: Actor, offer_id: UUID, contract_id: UUID, *, now: datetime) -> None:
    """End that; the contract's version moves on. Raises NoSuchThing when the contract was not attached."""
    contract = load(actor, Contract, contract_id)
    found = db.session.scalars(
        select(OfferContract.id).where(
            OfferContract.tenant_id == actor.tenant_id,
            OfferContract.offer_id == offer_id,
            OfferContract.contract_id == contract_id,
        )
    ).one_or_none()
    if found is None:
        raise NoSuchThing(str(contract_id))
    contract.version += 1
    removed(actor, load(actor, OfferContract, found), "offer_contract", now=now)


def add_cap(actor: Actor, owner: tuple[Owner, UUID], wish: CapWish, *, zone: str, now: datetime) -> UUID:
    """A limit on a contract, a buyer or a source; every cap of an owner holds."""
    if wish.limit < 0:
        raise Refused("A cap cannot be negative.")
    kind, owner_id = owner
    row = Cap(
        tenant_id=actor.tenant_id, id=new_id(now, kit().rng), owner_kind=kind.value, owner_id=owner_id,
        measure=wish.measure.value, period=wish.period.value, limit_value=wish.limit, zone=zone,
    )  # fmt: skip
    return added(actor, row, "cap", now=now)


def _judge(place: str, tree: Tree | None) -> None:
    try:
        parse(tree or {"all": []}, compile_pattern=compile_pattern)
    except CriteriaError as fault:
        raise Refused(f"{place}: {fault}") from fault
