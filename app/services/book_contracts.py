"""Contracts as routing judges them, made from their rows: filters parsed, prices exact, caps beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from app.adapters.patterns import compile_pattern
from app.domain.caps import Cap
from app.domain.criteria import Criterion, parse
from app.domain.eligibility import Contract
from app.domain.hours import rows_from_json
from app.domain.money import Money
from app.domain.pricing import PriceRule
from app.log import get
from app.models import contracts
from app.services.book_facts import BuyerFacts, Demand

Lists = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What contracts stand on: the currency, their buyers, caps by (owner kind, owner) and named value lists.

    ``read``: filters that were read before. Equal ones are one, so that a panel can ask it once for all.
    """

    currency: str
    buyers: Mapping[UUID, BuyerFacts]
    caps: Mapping[tuple[str, UUID], tuple[Cap, ...]]
    lists: Lists
    read: dict[bytes, Criterion] = field(default_factory=dict, repr=False)

    def criterion(self, tree: Mapping[str, Any] | None) -> Criterion:
        """A stored filter, read once however many contracts have it."""
        written = orjson.dumps(tree)
        if written not in self.read:
            self.read[written] = criterion(tree, self.lists)
        return self.read[written]


def by_offer(
    rows: Iterable[contracts.Contract], links: Iterable[contracts.OfferContract], ground: Ground
) -> dict[UUID, tuple[Contract, ...]]:
    """Offer -> its contracts, each with the caps of its own and of its buyer."""
    held = {row.id: row for row in rows}
    found: dict[UUID, list[Contract]] = {}
    for link in links:
        row = held[link.contract_id]
        both = ground.caps.get(("contract", row.id), ()) + ground.caps.get(("buyer", row.buyer_id), ())
        found.setdefault(link.offer_id, []).append(_contract_or_shut(row, both, link.level, ground))
    return {offer_id: tuple(some) for offer_id, some in found.items()}


def demand_of(contracts_of_offer: tuple[Contract, ...]) -> Demand:
    """What these contracts together could ask."""
    return Demand(
        most=max(map(_dearest, contracts_of_offer), default=0),
        windows=frozenset((cap.period, cap.zone) for one in contracts_of_offer for cap in one.caps),
        row_capped=tuple(one for one in contracts_of_offer if any(row.cap is not None for row in one.schedule)),
    )


def _dearest(contract: Contract) -> int:
    """The most that a contract could be asked to pay for a lead, in minor units."""
    rows = [row.price.minor for row in contract.schedule if row.price is not None]
    return max([contract.price.minor, *(rule.price.minor for rule in contract.price_rules), *rows])


def contract_of(row: contracts.Contract, caps: tuple[Cap, ...], level: int, ground: Ground) -> Contract:
    """The row as routing judges it; raises ValueError, KeyError or TypeError when it cannot be read."""
    buyer = ground.buyers[row.buyer_id]
    return Contract(
        id=row.id,
        buyer_id=row.buyer_id,
        name=row.name,
        buyer_name=buyer.name,
        active=row.status == "active",
        buyer_active=buyer.status == "active",
        wants=ground.criterion(row.filters),
        price=Money.from_minor(row.price_minor, ground.currency),
        price_rules=tuple(_price_rule(rule, ground) for rule in row.price_rules),
        rank=row.rank,
        weight=row.weight,
        multiplier=Decimal(row.multiplier),
        minimum_score=row.minimum_score,
        schedule=rows_from_json(row.schedule, ground.currency),
        zone=row.zone,
        caps=caps,
        level=level,
        setup_id=row.delivery_setup_id,
        created_at=row.created_at,
        sells=row.seats,
    )


def criterion(tree: Mapping[str, Any] | None, lists: Lists) -> Criterion:
    """A stored filter; none at all wants everything."""
    return parse(tree, compile_pattern=compile_pattern, lists=lists)


def _price_rule(kept: Mapping[str, Any], ground: Ground) -> PriceRule:
    """One premium of a contract."""
    price = Money.from_minor(kept["price_minor"], ground.currency)
    return PriceRule(str(kept["name"]), ground.criterion(kept.get("when")), price)


def _contract_or_shut(row: contracts.Contract, caps: tuple[Cap, ...], level: int, ground: Ground) -> Contract:
    """A contract whose filters or rules cannot be read sells nothing, and stops nobody else's leads."""
    try:
        return contract_of(row, caps, level, ground)
    except (ValueError, KeyError, TypeError) as fault:
        get().error("contract_unreadable", contract_id=str(row.id), error_class=type(fault).__name__)
        plain = contracts.Contract(**{name: getattr(row, name) for name in _PLAIN}, **_SHUT)
        return contract_of(plain, caps, level, ground)


_PLAIN = (
    "id", "buyer_id", "name", "price_minor", "rank", "weight", "multiplier", "minimum_score", "zone",
    "delivery_setup_id", "created_at", "seats",
)  # fmt: skip
_SHUT: dict[str, Any] = {"status": "unreadable", "filters": None, "price_rules": [], "schedule": []}
