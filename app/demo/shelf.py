"""What the demo sells: its verticals with base prices, how each is sold, and who buys it at what price. Data only.

Prices are in pence. Every contract's price covers the base price and a tenth of itself as margin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from app.domain.caps import Measure, Period
from app.domain.hours import EVERY_DAY, ScheduleRow
from app.domain.offers import Mode, Seats
from app.services.contracts import CapWish, PremiumWish

Tree = Mapping[str, Any]

SCOTLAND = ("G", "EH", "AB", "DD", "FK", "IV", "KA", "KY", "ML", "PA", "PH", "TD", "DG", "KW", "HS", "ZE")
CENTRAL_LONDON = ("W1", "WC1", "WC2", "EC1", "EC2", "EC3", "EC4", "SW1", "SW3", "SW7")
OFFICE_HOURS = (
    ScheduleRow(frozenset(range(5)), time(8), time(20)),
    ScheduleRow(frozenset({5}), time(9), time(17)),
)
WEEKDAYS = (ScheduleRow(frozenset(range(5))),)
ALL_WEEK = (ScheduleRow(EVERY_DAY),)


@dataclass(frozen=True)
class Shelf:
    """One vertical: its base price, and the offer that its campaign sells through."""

    key: str
    name: str
    base_price: int
    mode: Mode
    seats: int = 1
    levels: Mapping[int, Mode] = field(default_factory=dict)

    @property
    def kind(self) -> Seats:
        """Exclusive with one seat, shared with more."""
        return Seats.EXCLUSIVE if self.seats == 1 else Seats.SHARED


@dataclass(frozen=True)
class Order:
    """One contract of a buyer, in one vertical."""

    vertical: str
    price: int
    level: int = 1
    wants: Tree | None = None
    premiums: tuple[PremiumWish, ...] = ()
    rank: int = 100
    weight: int = 1
    minimum_score: int = 0
    schedule: tuple[ScheduleRow, ...] = ()
    caps: tuple[CapWish, ...] = ()


@dataclass(frozen=True)
class Buyer:
    """A buyer of the demo. ``path``: where the simulator plays it, and how; empty for one who uses the portal only."""

    name: str
    path: str
    funds: int
    credit: int
    orders: tuple[Order, ...]


def _daily(limit: int) -> CapWish:
    return CapWish(Measure.COUNT, Period.DAY, limit)


def _within(*areas: str) -> Tree:
    return {"field": "postal_code", "op": "postcode_prefix", "value": list(areas)}


def _at_least(name: str, amount: int) -> Tree:
    return {"field": name, "op": "ge", "value": amount}


TAKES_TURNS = {1: Mode.PRIORITY}
"""The first level is one standing partner; behind it the offer's own mode decides."""

SHELVES = (
    Shelf("investor-leads", "Investor Leads", 120_00, Mode.HIGHEST_BID),
    Shelf("wealth-management", "Wealth Management", 95_00, Mode.HIGHEST_BID),
    Shelf("commercial-finance", "Commercial Finance", 145_00, Mode.PRIORITY),
    Shelf("property-investment", "Property Investment", 88_00, Mode.PRIORITY),
    Shelf("business-finance", "Business Finance", 52_00, Mode.ROUND_ROBIN, 2, TAKES_TURNS),
    Shelf("claims-management", "Claims Management", 42_00, Mode.WEIGHTED, 2, TAKES_TURNS),
    Shelf("mortgages", "Mortgages", 38_00, Mode.HIGHEST_BID),
    Shelf("life-insurance", "Life Insurance", 34_00, Mode.HIGHEST_BID, 3),
    Shelf("debt-help", "Debt Help", 28_00, Mode.WEIGHTED, 2, TAKES_TURNS),
    Shelf("payday-loans", "Payday Loans", 14_00, Mode.PRIORITY),
)

_LONDON_PREMIUM = PremiumWish("Central London", _within(*CENTRAL_LONDON), 52_00)
_HOT_PREMIUM = PremiumWish("Hot lead", _at_least("score", 80), 50_00)
_SEARCH_PREMIUM = PremiumWish("Search traffic", {"field": "source_tag", "op": "eq", "value": "search"}, 45_00)
_WIDE = (_daily(20_000),)

NORTHGATE = Buyer(
    "Northgate Financial", "northgate/post?profile=accept&latency_ms=40", 400_000_00, 100_000_00,
    (
        Order("investor-leads", 152_00, caps=_WIDE),
        Order("wealth-management", 122_00, caps=_WIDE),
        Order("commercial-finance", 184_00, rank=10, caps=_WIDE),
        Order("property-investment", 112_00, rank=10, caps=_WIDE),
        Order("business-finance", 66_00, caps=_WIDE),
        Order("claims-management", 54_00, caps=_WIDE),
        Order("mortgages", 48_00, premiums=(_LONDON_PREMIUM, _HOT_PREMIUM), schedule=ALL_WEEK, caps=_WIDE),
        Order("life-insurance", 44_00, caps=_WIDE),
        Order("debt-help", 36_00, caps=_WIDE),
        Order("payday-loans", 18_50, rank=10, caps=_WIDE),
    ),
)  # fmt: skip
"""The demo buyer: always open, never capped in earnest, and among the winners of every vertical."""

OTHERS = (
    Buyer(
        "Acme Prime", "acme/post?profile=sometimes&decline_percent=15&latency_ms=70&jitter_ms=60", 60_000_00, 20_000_00,
        (
            Order("mortgages", 44_00, premiums=(_SEARCH_PREMIUM,), caps=(_daily(200),)),
            Order("life-insurance", 43_00),
            Order("investor-leads", 146_00),
            Order("commercial-finance", 180_00, rank=20),
            Order("business-finance", 64_00, level=2),
            Order("claims-management", 52_00, level=2, weight=2),
        ),
    ),
    Buyer(
        "Fenwick & Co", "fenwick/post?profile=slow&latency_ms=600", 40_000_00, 0,
        (
            Order(
                "mortgages", 56_00, wants=_at_least("deposit_gbp", 75_000), schedule=OFFICE_HOURS,
                caps=(CapWish(Measure.MONEY, Period.DAY, 2_500_00),),
            ),
            Order("wealth-management", 140_00, wants=_at_least("investable_assets_gbp", 500_000)),
        ),
    ),
    Buyer(
        "Harbour Advice", "harbour/post?profile=accept&latency_ms=60", 25_000_00, 5_000_00,
        (
            Order("mortgages", 46_00, schedule=OFFICE_HOURS, caps=(_daily(50),)),
            Order("life-insurance", 45_00, schedule=OFFICE_HOURS, caps=(_daily(50),)),
            Order("payday-loans", 17_50, rank=20, schedule=OFFICE_HOURS),
            Order("business-finance", 63_00, level=2, schedule=WEEKDAYS),
        ),
    ),
    Buyer(
        "Thistle Lenders", "thistle/post?profile=accept&latency_ms=80&jitter_ms=60", 30_000_00, 10_000_00,
        (
            Order("mortgages", 53_00, wants=_within(*SCOTLAND), caps=(_daily(40),)),
            Order("property-investment", 118_00, wants=_within(*SCOTLAND), rank=5),
            Order("debt-help", 38_00, level=2, wants=_within(*SCOTLAND)),
        ),
    ),
    Buyer(
        "Larkfield Wealth", "larkfield/post?profile=accept&latency_ms=120", 60_000_00, 20_000_00,
        (
            Order("investor-leads", 168_00, minimum_score=75, caps=(_daily(10),)),
            Order("wealth-management", 135_00, minimum_score=75, caps=(_daily(15),)),
            Order("property-investment", 110_00, rank=20),
        ),
    ),
    Buyer(
        "Bramble Legal", "bramble/post?profile=sometimes&decline_percent=10&latency_ms=150", 20_000_00, 5_000_00,
        (
            Order("claims-management", 53_00, level=2, weight=3),
            Order(
                "debt-help", 37_00, level=2, weight=3, wants=_at_least("debt_total_gbp", 10_000),
                caps=(CapWish(Measure.MONEY, Period.WEEK, 3_000_00),),
            ),
        ),
    ),
    Buyer(
        "Kestrel Direct", "", 20_000_00, 5_000_00,
        (
            Order("life-insurance", 42_00),
            Order("commercial-finance", 176_00, rank=30),
            Order("business-finance", 65_00, level=2),
        ),
    ),
)  # fmt: skip
"""Everybody else: each wants something of its own, at an endpoint with a temper of its own."""
