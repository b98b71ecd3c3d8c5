"""What the world may be told: the closed list of events, who may subscribe, and their bodies.

Bodies are plain dicts whose keys and order are a contract with receivers. `to_bytes` turns one
into bytes once; those are stored, signed and sent. Choosing endpoints is not done here.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from app.domain.actor import STAFF, Role
from app.domain.money import Money

Payload = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_PUBLISHER = frozenset({Role.PUBLISHER})
_BUYER = frozenset({Role.BUYER})
_NOBODY = frozenset[Role]()

TENANT = "tenant"
"""How tables call the owner of the tenant's own endpoints; it hears what its admins may hear."""


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event: its name on the wire, when it is sent, and the roles that may subscribe.

    Publishers and buyers hear of their own leads, caps and contracts only.
    """

    name: str
    sentence: str
    audience: frozenset[Role]

    def __str__(self) -> str:
        """The name."""
        return self.name


LEAD_CREATED = EventType("lead.created", "A lead was stored.", STAFF)
LEAD_SOLD = EventType("lead.sold", "A buyer took a lead.", STAFF)
LEAD_REJECTED = EventType("lead.rejected", "A lead was refused or found no buyer.", STAFF | _PUBLISHER)
LEAD_PURCHASED = EventType("lead.purchased", "A buyer took the publisher's lead; once per sale.", _PUBLISHER)
LEAD_NEW = EventType("lead.new", "The buyer received a lead; once per sale.", _BUYER)
LEAD_UPDATED = EventType("lead.updated", "A lead of the buyer changed its status or score.", _BUYER)
BUYER_CAPPED = EventType("buyer.capped", "A cap or budget of the buyer is full.", STAFF | _BUYER)
CONTRACT_UPDATED = EventType("contract.updated", "A contract was changed.", STAFF | _BUYER)
# Nobody subscribes to it: it goes to the one endpoint that a person tries out.
ENDPOINT_TEST = EventType("endpoint.test", "Somebody asked for a test of this endpoint.", _NOBODY)

_LIST = (
    LEAD_CREATED, LEAD_SOLD, LEAD_REJECTED, LEAD_PURCHASED, LEAD_NEW, LEAD_UPDATED, BUYER_CAPPED,
    CONTRACT_UPDATED, ENDPOINT_TEST,
)  # fmt: skip

BY_NAME: Mapping[str, EventType] = MappingProxyType({event.name: event for event in _LIST})
"""The closed list, in the order in which people are shown it."""


def allowed_for(role: str) -> tuple[EventType, ...]:
    """What an endpoint of this role, or of the "tenant" itself, may subscribe to."""
    asking = Role.ADMIN if role == TENANT else role
    return tuple(event for event in _LIST if asking in event.audience)


def may_subscribe(role: str, name: str) -> bool:
    """Whether an event of that name exists and the role may subscribe to it."""
    return name in {event.name for event in allowed_for(role)}


def lead_purchased(
    *,
    lead_public_id: str,
    vertical_key: str,
    buyer_public_id: str,
    buyer_name: str,
    payout: Money,
    at: datetime,
    sub_id: str | None,
) -> Payload:
    """For the publisher: its lead was bought. `payout` is what the publisher gets.

    The key of the price follows the currency (`price_gbp`, `price_zar`).
    """
    return {
        "event": LEAD_PURCHASED.name,
        "id": lead_public_id,
        "sector": vertical_key,
        "buyer": {"id": buyer_public_id, "company": buyer_name},
        f"price_{payout.currency.lower()}": payout.amount,
        "purchased_at": instant(at),
        "source_sub_id": sub_id,
    }


def lead_rejected(*, lead_public_id: str, reason_word: str, at: datetime) -> Payload:
    """For the publisher: its lead went nowhere. The word is the dialect's, such as `dedupe_30d`."""
    return {
        "event": LEAD_REJECTED.name,
        "id": lead_public_id,
        "reason": reason_word,
        "rejected_at": instant(at),
    }


def envelope(event: EventType | str, at: datetime, data: Mapping[str, Any]) -> Payload:
    """The common wrapping; `createdAt` counts whole milliseconds since 1970, rounded down.

    Raises KeyError for an event that is not on the list, ValueError for a naive time.
    """
    _aware(at)
    return {
        "event": BY_NAME[str(event)].name,
        "createdAt": (at - EPOCH) // timedelta(milliseconds=1),
        "data": dict(data),
    }


def instant(at: datetime) -> str:
    """A moment as receivers read it: UTC to the second, `2026-02-09T07:42:18Z`."""
    return _aware(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_bytes(payload: Mapping[str, Any]) -> bytes:
    """Compact JSON in UTF-8, keys in the order given, a Decimal as a number with all its places.

    Half a surrogate pair, which UTF-8 cannot carry, becomes a question mark. Raises ValueError for
    numbers that JSON has no form for, TypeError for anything that is not JSON, Decimal or a time.
    """
    return _json(payload).encode("utf-8", "replace")


def _json(value: object) -> str:
    match value:
        case Decimal() | float():
            return _number(value)
        case datetime():
            return f'"{instant(value)}"'
        case Mapping():
            return "{" + ",".join(f"{_key(key)}:{_json(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_json, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key of JSON is text, not {type(key).__name__}")
    return json.dumps(key, ensure_ascii=False)


def _number(value: Decimal | float) -> str:
    """A price keeps its places (38.00); money never came from a float, but a score may be one."""
    if not math.isfinite(value):
        raise ValueError("JSON has no form for NaN and infinity")
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time that is told to others must be aware")
    return at
