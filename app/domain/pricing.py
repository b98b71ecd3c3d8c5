"""What a buyer pays, what the publisher gets, and what must remain.

price = payout + margin, always. The base price of a vertical is the least that a publisher on
standard terms is paid for a lead sold in it, so a contract whose price does not cover that and the
least margin does not match at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from app.domain.criteria import Criterion
from app.domain.facts import Facts
from app.domain.money import Money
from app.domain.offers import WHOLE, Offer
from app.domain.reasons import BELOW_BASE_PRICE, BELOW_FLOOR, BELOW_MARGIN, No


@dataclass(frozen=True, slots=True)
class PriceRule:
    """A premium (or discount): this price for leads that the criterion fits."""

    name: str
    when: Criterion
    price: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """A price and what decided it: a rule's name, or "" for the contract's plain price."""

    price: Money
    rule: str = ""


def quote(plain: Money, rules: tuple[PriceRule, ...], facts: Facts, row_price: Money | None = None) -> Quote:
    """The price for this lead: the first rule that fits, from the top; then the hour's; then the plain one.

    First match, never best match: the order on the screen is the order that decides.
    """
    for rule in rules:
        if rule.when.passes(facts):
            return Quote(rule.price, rule.name)
    return Quote(row_price, "schedule") if row_price is not None else Quote(plain)


class PayoutKind(StrEnum):
    """How a publisher is paid."""

    STANDARD = "standard"
    FIXED = "fixed"
    PERCENT = "percent"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class PayoutTerms:
    """What a source earns a lead.

    standard: the vertical's base price, or ``percent`` hundredths of the price where that is more.
    fixed: ``amount``. percent: ``percent`` hundredths of the price. share: the same of what was really
    taken, so that a shared lead's payout follows each of its sales.
    """

    kind: PayoutKind
    amount: Money | None = None
    percent: Decimal = Decimal(0)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], currency: str) -> Self:
        """{"kind", "amount_minor", "percent"}; an empty object is standard terms. Raises ValueError."""
        kind = PayoutKind(kept.get("kind", "standard"))
        minor = kept.get("amount_minor")
        amount = Money.from_minor(int(minor), currency) if minor is not None else None
        percent = Decimal(str(kept.get("percent", "0")))
        if kind is PayoutKind.FIXED and amount is None:
            raise ValueError("fixed payout terms need an amount")
        if not 0 <= percent <= WHOLE:
            raise ValueError("a payout's percentage is from 0 to 100")
        return cls(kind, amount, percent)

    def to_json(self) -> dict[str, Any]:
        """For the source's row."""
        kept: dict[str, Any] = {"kind": str(self.kind), "percent": str(self.percent)}
        return kept | ({"amount_minor": self.amount.minor} if self.amount is not None else {})

    def payout(self, price: Money, base: Money) -> Money:
        """What the publisher gets of this price."""
        if self.kind is PayoutKind.FIXED and self.amount is not None:
            return self.amount
        share = price.percent(self.percent)
        return max(base, share) if self.kind is PayoutKind.STANDARD else share


@dataclass(frozen=True, slots=True)
class Floors:
    """The least prices that hold for a lead beside the offer's own, and the base price of its vertical."""

    base: Money
    vertical: Money
    source: Money
    allow_loss: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one sale is divided."""

    price: Money
    payout: Money
    margin: Money


def settle(price: Money, terms: PayoutTerms, offer: Offer, floors: Floors) -> tuple[Settlement, tuple[No, ...]]:
    """Divide a price, and say every reason why it is not enough.

    ``allow_loss`` on the source lifts the margin, never the floors.
    """
    payout = terms.payout(price, floors.base)
    settlement = Settlement(price, payout, price - payout)
    noes = _under_floors(price, offer, floors)
    least = offer.least_margin(price)
    if settlement.margin < least and not floors.allow_loss:
        noes += (_too_little(settlement, least, terms, floors.base),)
    return settlement, noes


def _under_floors(price: Money, offer: Offer, floors: Floors) -> tuple[No, ...]:
    named = (("offer", offer.floor), ("vertical", floors.vertical), ("source", floors.source))
    return tuple(
        No(BELOW_FLOOR, f"price {price} is under the {name}'s floor of {floor}", f"floor:{name}")
        for name, floor in named
        if price < floor
    )


def _too_little(settlement: Settlement, least: Money, terms: PayoutTerms, base: Money) -> No:
    """The base price is to blame where it set the payout; else the share or the fixed sum is."""
    price, payout = settlement.price, settlement.payout
    if terms.kind is PayoutKind.STANDARD and payout == base:
        detail = f"price {price} does not cover the base price {base} and a margin of {least}"
        return No(BELOW_BASE_PRICE, detail, "price:base")
    return No(BELOW_MARGIN, f"price {price} less payout {payout} leaves under {least}", "price:margin")
