"""The four state machines, each drawn once; no other transition is possible.

Rows of these states are changed by `UPDATE ... WHERE state = old` in the services; every such change
passes `move` first, or matches only the states of `before`. A return undoes one sale and never moves its lead.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TypeVar

S = TypeVar("S", bound=StrEnum)


class LeadState(StrEnum):
    """Where a lead stands."""

    RECEIVED = "received"
    QUEUED = "queued"
    HELD = "held"
    REJECTED = "rejected"
    UNSOLD = "unsold"
    LISTED = "listed"
    SOLD = "sold"


class SaleState(StrEnum):
    """Where one sale of a lead to one contract stands."""

    RESERVED = "reserved"
    POSTING = "posting"
    UNKNOWN = "unknown"
    SOLD = "sold"
    RELEASED = "released"
    RETURNED = "returned"


class DeliveryState(StrEnum):
    """Where the handing over of one sold lead stands."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MessageState(StrEnum):
    """Where one event for one endpoint stands."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ImpossibleTransition(ValueError):
    """Somebody asked for a step that its machine does not have."""


_LEAD = {
    # A submission is stored as received; routing within the request may end it in any way.
    LeadState.RECEIVED: set(LeadState) - {LeadState.RECEIVED},
    LeadState.QUEUED: {
        LeadState.HELD, LeadState.REJECTED, LeadState.UNSOLD, LeadState.LISTED, LeadState.SOLD,
    },
    # A person lets a held lead go on or refuses it.
    LeadState.HELD: {LeadState.QUEUED, LeadState.REJECTED},
    LeadState.REJECTED: set(),
    # Tried again, put on the board, or sold by hand.
    LeadState.UNSOLD: {LeadState.QUEUED, LeadState.LISTED, LeadState.SOLD},
    LeadState.LISTED: {LeadState.QUEUED, LeadState.UNSOLD, LeadState.SOLD},
    # Every sale was released by declines: on to the next in line, the board, or nobody.
    LeadState.SOLD: {LeadState.QUEUED, LeadState.UNSOLD, LeadState.LISTED},
}  # fmt: skip

_SALE = {
    # Straight to sold: a buyer who reads leads in the portal and is never posted to.
    SaleState.RESERVED: {SaleState.POSTING, SaleState.SOLD, SaleState.RELEASED},
    SaleState.POSTING: {SaleState.SOLD, SaleState.RELEASED, SaleState.UNKNOWN},
    # The answer was lost. A person asks the same buyer again or says how it ended.
    SaleState.UNKNOWN: {SaleState.POSTING, SaleState.SOLD, SaleState.RELEASED},
    SaleState.SOLD: {SaleState.RETURNED},
    SaleState.RELEASED: set(),
    SaleState.RETURNED: set(),
}

_DELIVERY = {
    DeliveryState.PENDING: {DeliveryState.SENDING, DeliveryState.CANCELLED},
    # Back to pending: the try failed for certain, or its lease ran out before it began.
    DeliveryState.SENDING: {
        DeliveryState.PENDING, DeliveryState.DELIVERED, DeliveryState.DECLINED,
        DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.CANCELLED,
    },
    DeliveryState.UNKNOWN: {
        DeliveryState.PENDING, DeliveryState.DELIVERED, DeliveryState.DECLINED,
        DeliveryState.FAILED, DeliveryState.CANCELLED,
    },
    DeliveryState.DELIVERED: set(),
    DeliveryState.DECLINED: set(),
    # Replayed by a person, to the same buyer with the same id, while the sale still stands.
    DeliveryState.FAILED: {DeliveryState.PENDING, DeliveryState.CANCELLED},
    DeliveryState.CANCELLED: set(),
}  # fmt: skip

_MESSAGE = {
    MessageState.PENDING: {MessageState.SENDING, MessageState.CANCELLED},
    MessageState.SENDING: {
        MessageState.PENDING, MessageState.DELIVERED, MessageState.FAILED, MessageState.CANCELLED,
    },
    # A replay is a message of its own; its webhook-id is the same, so the receiver can tell.
    MessageState.DELIVERED: set(),
    MessageState.FAILED: set(),
    MessageState.CANCELLED: set(),
}  # fmt: skip


def _drawn(table: Mapping[S, set[S]]) -> Mapping[StrEnum, frozenset[StrEnum]]:
    return MappingProxyType({old: frozenset[StrEnum](new) for old, new in table.items()})


ALLOWED: Mapping[type[StrEnum], Mapping[StrEnum, frozenset[StrEnum]]] = MappingProxyType(
    {
        LeadState: _drawn(_LEAD),
        SaleState: _drawn(_SALE),
        DeliveryState: _drawn(_DELIVERY),
        MessageState: _drawn(_MESSAGE),
    }
)
"""Machine -> state -> the states that may follow."""

SEAT_TAKEN = frozenset({SaleState.RESERVED, SaleState.POSTING, SaleState.UNKNOWN, SaleState.SOLD})
"""Sale states that hold a seat, a cap place and the buyer's money."""


def move(machine: type[S], old: str, new: S) -> S:
    """The new state, if the machine has that step; else ImpossibleTransition.

    `old` may be the plain text of a table: `move(LeadState, row.state, LeadState.SOLD)`.
    """
    if new not in ALLOWED[machine][machine(old)]:
        raise ImpossibleTransition(f"a {machine.__name__} cannot go from {old} to {new}")
    return new


@cache
def before(machine: type[S], new: S) -> frozenset[S]:
    """The states from which the machine has a step to `new`."""
    return frozenset(old for old in machine if new in ALLOWED[machine][old])


def is_final(state: StrEnum) -> bool:
    """Nothing follows this state."""
    return not ALLOWED[type(state)][state]
