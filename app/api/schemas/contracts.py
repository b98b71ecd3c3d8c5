"""Contracts on the wire: what both the tenant's staff and the contract's buyer may know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from pydantic.alias_generators import to_camel

from app.api.endpoint import Wire
from app.api.money import decimal
from app.domain.contract_terms import Terms
from app.queries.cap_bars import Bar
from app.queries.contracts import ContractRow, Snapshot, Through


class ContractOffer(Wire):
    """An offer that the contract buys through."""

    id: UUID
    name: str
    vertical: str


class ContractCap(Wire):
    """A cap with what is taken in its present window."""

    measure: str = Field(description="count: leads; money: an amount.")
    period: str
    limit: str = Field(description="Leads, or an amount as a decimal.")
    used: str
    resets_at: datetime | None


class ContractSummary(Wire):
    """A contract in a list."""

    id: UUID
    name: str
    buyer_id: UUID
    buyer: str
    status: str
    price: str
    currency: str
    zone: str
    offers: list[ContractOffer]
    caps: list[ContractCap]
    changes_waiting: int = Field(description="Changes that wait for an admin's approval.")
    last_sold_at: datetime | None
    created_at: datetime


class Premium(Wire):
    """A price that is paid instead when its condition holds; the first match from the top counts."""

    name: str
    when: dict[str, Any] | None
    price: str


class ContractDetail(Wire):
    """One contract with its terms."""

    id: UUID
    name: str
    buyer_id: UUID
    buyer: str
    status: str
    version: int
    price: str
    currency: str
    premiums: list[Premium]
    filters: dict[str, Any] | None
    schedule: list[dict[str, Any]]
    zone: str
    minimum_score: int
    offers: list[ContractOffer]
    caps: list[ContractCap]
    delivery: str = Field(description="http: sent to the buyer's address; portal: read in the portal.")
    delivery_url: str
    last_sold_at: datetime | None
    created_at: datetime


class StatusChange(Wire):
    """What became of a wish to pause or resume."""

    id: UUID
    status: str = Field(description="The status that holds now.")
    change_id: UUID | None = Field(description="The change that waits for an admin's approval, if it needs one.")


def summary(row: ContractRow, currency: str) -> ContractSummary:
    """A row of the list."""
    return ContractSummary(
        id=row.id, name=row.name, buyer_id=row.buyer_id, buyer=row.buyer, status=row.status,
        price=decimal(row.price_minor, currency) or "", currency=currency, zone=row.zone, offers=_offers(row.offers),
        caps=_caps(row.bars, currency), changes_waiting=row.waiting, last_sold_at=row.last_sold_at,
        created_at=row.created_at,
    )  # fmt: skip


def detail(one: Snapshot, bars: Sequence[Bar], currency: str) -> ContractDetail:
    """A contract's page. Terms that decide between buyers are the staff's own and stand nowhere on the wire."""
    terms = one.terms
    premiums = [_premium(rule, currency) for rule in terms["price_rules"]]
    return ContractDetail(
        id=one.id, name=one.name, buyer_id=one.buyer_id, buyer=one.buyer, status=one.status, version=one.version,
        price=decimal(terms["price_minor"], currency) or "", currency=currency, premiums=premiums,
        filters=terms["filters"], schedule=[_hours(row, currency) for row in terms["schedule"]], zone=terms["zone"],
        minimum_score=terms["minimum_score"], offers=_offers(one.offers), caps=_caps(bars, currency),
        delivery=one.setup_kind, delivery_url=one.setup_url, last_sold_at=one.last_sold_at, created_at=one.created_at,
    )  # fmt: skip


def wire_terms(some: Terms, currency: str) -> dict[str, Any]:
    """Some terms of a contract, such as a change names them, with names and money as everywhere on the wire."""
    return dict(_wire_term(term, value, currency) for term, value in some.items())


def _wire_term(term: str, value: Any, currency: str) -> tuple[str, Any]:
    match term:
        case "price_minor":
            return "price", decimal(value, currency)
        case "price_rules":
            return "premiums", [_premium(rule, currency).model_dump() for rule in value]
        case "schedule":
            return "schedule", [_hours(row, currency) for row in value]
        case "caps":
            return "caps", [cap | {"limit": _measured(cap["measure"], cap["limit"], currency)} for cap in value]
        case _:
            return to_camel(term), value


def _premium(rule: Mapping[str, Any], currency: str) -> Premium:
    return Premium(name=rule["name"], when=rule["when"], price=decimal(rule["price_minor"], currency) or "")


def _hours(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """A row of the schedule; its own price as a decimal."""
    shown = {name: value for name, value in row.items() if name != "price_minor"}
    return shown | ({"price": decimal(row["price_minor"], currency)} if row.get("price_minor") is not None else {})


def _offers(some: Sequence[Through]) -> list[ContractOffer]:
    return [ContractOffer(id=one.offer_id, name=one.offer, vertical=one.vertical) for one in some]


def _caps(bars: Sequence[Bar], currency: str) -> list[ContractCap]:
    return [
        ContractCap(
            measure=bar.cap.measure, period=bar.cap.period, resets_at=bar.resets_at,
            limit=_measured(bar.cap.measure, bar.cap.limit, currency),
            used=_measured(bar.cap.measure, bar.used, currency),
        )
        for bar in bars
    ]  # fmt: skip


def _measured(measure: str, value: int, currency: str) -> str:
    return decimal(value, currency) or "" if measure == "money" else str(value)
