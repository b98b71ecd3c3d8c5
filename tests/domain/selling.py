"""What the tests of the selling rules are made of: offers, contracts, terms; pounds everywhere."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from app.domain.criteria import ALWAYS, Criterion, parse
from app.domain.eligibility import Candidate, Contract, Terms, Usage
from app.domain.money import Money
from app.domain.offers import Mode, Offer, Seats
from app.domain.panel import Panel, sift
from app.domain.pricing import Floors, PayoutKind, PayoutTerms

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)  # a Wednesday


def pounds(amount: int | str) -> Money:
    return Money(Decimal(amount), "GBP")


def wants(field: str, op: str, value: Any) -> Criterion:
    return parse({"field": field, "op": op, "value": value})


def an_offer(mode: Mode = Mode.PRIORITY, seats: Seats = Seats.EXCLUSIVE, count: int = 1, **changed: Any) -> Offer:
    usual = {"floor": pounds(0), "min_margin": pounds(0)}
    return Offer(UUID(int=1), mode, seats, count, **(usual | changed))


def a_contract(number: int, price: int | str = 40, **changed: Any) -> Contract:
    """Contract `number` of its own buyer unless told otherwise; made `number` minutes before now."""
    usual: dict[str, Any] = {
        "id": UUID(int=number), "buyer_id": UUID(int=1000 + number), "name": f"Contract {number}",
        "buyer_name": f"Buyer {number}", "active": True, "buyer_active": True, "wants": ALWAYS,
        "price": pounds(price), "price_rules": (), "rank": 100, "weight": 1, "multiplier": Decimal(1),
        "minimum_score": 0, "schedule": (), "zone": "Europe/London", "caps": (), "level": 1,
        "setup_id": UUID(int=5), "created_at": NOW - timedelta(minutes=number),
    }  # fmt: skip
    return Contract(**(usual | changed))


def terms(percent: int = 0, *, base: int = 0, usage: Usage | None = None, **floors: Any) -> Terms:
    floor = {"base": pounds(base), "vertical": pounds(0), "source": pounds(0)} | floors
    return Terms(PayoutTerms(PayoutKind.STANDARD, percent=Decimal(percent)), Floors(**floor), usage or Usage())


def candidates(*contracts: Contract, offer: Offer | None = None, usage: Usage | None = None) -> tuple[Candidate, ...]:
    return sift(Panel(offer or an_offer(), contracts), {}, terms(usage=usage), NOW).eligible


def numbers(line: Any) -> list[int]:
    """Contract numbers of candidates or winners, in their order."""
    return [getattr(one, "candidate", one).contract.id.int for one in line]


some_contracts = st.lists(
    st.tuples(
        st.integers(1, 4), st.integers(1, 60), st.sampled_from(["any", "shared", "exclusive"]), st.integers(1, 2)
    ),
    max_size=8,
).map(
    lambda rows: [
        a_contract(number, price, buyer_id=UUID(int=1000 + buyer), sells=sells, level=level, rank=price)
        for number, (buyer, price, sells, level) in enumerate(rows, start=1)
    ]
)
some_offers = st.builds(
    lambda mode, seats, count: an_offer(mode, seats, 1 if seats is Seats.EXCLUSIVE else count),
    st.sampled_from(Mode),
    st.sampled_from(Seats),
    st.integers(1, 4),
)
