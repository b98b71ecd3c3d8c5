"""What another base price or floor would do: which contracts match now and would not, and the other way round.

Judged by the same `settle` as in routing, over every source of the vertical, at the best and the plain price that a
contract could ask. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.actor import Actor
from app.domain.eligibility import Contract
from app.domain.money import Money
from app.domain.pricing import Floors, PayoutKind, settle
from app.services import book as books
from app.services.book_facts import Book, SourceFacts


@dataclass(frozen=True, slots=True)
class Moved:
    """A contract that would stop matching, or begin to. ``by_premium``: its dearest rule would still do."""

    contract_id: UUID
    name: str
    buyer: str
    price_minor: int
    by_premium: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """``standard``: sources on standard terms, for whom the base price is the least payout."""

    lost: tuple[Moved, ...]
    won: tuple[Moved, ...]
    active: int
    standard: int


def effect(actor: Actor, vertical_id: UUID, base_minor: int, floor_minor: int) -> Effect:
    """Compare these prices with the present ones, for the active contracts of active buyers."""
    book = books.current(actor.tenant_id)
    sources = [one for one in book.sources.values() if one.campaign.vertical.id == vertical_id]
    lost, won, active = {}, {}, set()
    for source, contract in _pairs(book, sources):
        active.add(contract.id)
        now, then = (
            _matches(book, source, contract.price, floors)
            for floors in _both(book, source, base_minor, floor_minor)
        )  # fmt: skip
        if now and not then:
            dearest = _matches(book, source, _dearest(contract), _both(book, source, base_minor, floor_minor)[1])
            lost[contract.id] = _moved(contract, by_premium=dearest)
        elif then and not now:
            won[contract.id] = _moved(contract)
    standard = sum(one.terms.payout.kind is PayoutKind.STANDARD for one in sources)
    return Effect(_sorted(lost), _sorted(won), len(active), standard)


def _pairs(book: Book, sources: list[SourceFacts]) -> Iterator[tuple[SourceFacts, Contract]]:
    for source in sources:
        for contract in book.panels[source.campaign.offer_id].contracts:
            if contract.active and contract.buyer_active:
                yield source, contract


def _both(book: Book, source: SourceFacts, base_minor: int, floor_minor: int) -> tuple[Floors, Floors]:
    now, currency = source.terms.floors, book.tenant.currency
    base, floor = (Money.from_minor(minor, currency) for minor in (base_minor, floor_minor))
    return now, replace(now, base=base, vertical=floor)


def _matches(book: Book, source: SourceFacts, price: Money, floors: Floors) -> bool:
    return not settle(price, source.terms.payout, book.offers[source.campaign.offer_id], floors)[1]


def _dearest(contract: Contract) -> Money:
    rows = [row.price for row in contract.schedule if row.price is not None]
    return max([contract.price, *(rule.price for rule in contract.price_rules), *rows])


def _moved(contract: Contract, *, by_premium: bool = False) -> Moved:
    return Moved(contract.id, contract.name, contract.buyer_name, contract.price.minor, by_premium)


def _sorted(found: dict[UUID, Moved]) -> tuple[Moved, ...]:
    return tuple(sorted(found.values(), key=lambda one: (one.price_minor, one.name)))
