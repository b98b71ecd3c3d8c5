"""How leads are sold: the offer, its routing mode, its seats and its floors.

An offer says nothing about any buyer: contracts attach to it, each at one of its levels.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from app.domain.money import Money

WHOLE = 100
"""Hundredths in a whole."""


class Mode(StrEnum):
    """Who goes first among eligible contracts."""

    PRIORITY = "priority"
    WEIGHTED = "weighted"
    ROUND_ROBIN = "round_robin"
    HIGHEST_BID = "highest_bid"


class Seats(StrEnum):
    """How many buyers one lead may have: one, up to N, or whichever of both earns more."""

    EXCLUSIVE = "exclusive"
    SHARED = "shared"
    HYBRID = "hybrid"


class DeclinePolicy(StrEnum):
    """After a buyer's no: on to the next in line, or stop."""

    NEXT = "next"
    STOP = "stop"


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """One way of selling. ``levels``: level -> its own mode; a level without one uses ``mode``.

    ``floor`` is the least price; a sale must also leave ``min_margin`` and ``min_margin_percent``
    hundredths of the price, whichever is more.
    """

    id: UUID
    mode: Mode
    seats: Seats
    seat_count: int
    floor: Money
    min_margin: Money
    min_margin_percent: Decimal = Decimal(0)
    levels: Mapping[int, Mode] = field(default_factory=dict)
    decline_policy: DeclinePolicy = DeclinePolicy.NEXT

    def __post_init__(self) -> None:
        """Refuse an offer that no lead could be sold by."""
        if self.seat_count < 1:
            raise ValueError("an offer sells at least one seat")
        if self.seats is Seats.EXCLUSIVE and self.seat_count != 1:
            raise ValueError("an exclusive offer has exactly one seat")
        if not 0 <= self.min_margin_percent < WHOLE:
            raise ValueError("the least margin is a share of the price: 0 to under 100 per cent")

    def mode_of(self, level: int) -> Mode:
        """The routing mode that holds at a level."""
        return self.levels.get(level, self.mode)

    def least_margin(self, price: Money) -> Money:
        """What a sale at this price must leave the house."""
        return max(self.min_margin, price.percent(self.min_margin_percent))
