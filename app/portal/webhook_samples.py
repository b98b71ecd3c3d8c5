"""Webhooks as they would be sent about one invented lead: made by the code that makes the real ones. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from app.adapters.webhook_bodies import Fact, body_of
from app.adapters.webhook_headers import Attempt, message_id
from app.adapters.webhook_headers import headers as headers_of
from app.domain import events
from app.domain.actor import Role
from app.domain.reasons import DUPLICATE

AT = datetime(2026, 2, 9, 7, 42, 18, tzinfo=UTC)
SECRET = "whsec_YW4gZXhhbXBsZSBzaWducyBub3RoaW5n"  # noqa: S105 - printed in the documentation, signs nothing
_KEPT = re.compile(r'"\\u0000([^"]+)"')
_LEAD = UUID("8f3b2c1d-5e4a-7c6b-9d8e-0f1a2b3c4d5e")
_SALE = UUID("a1b2c3d4-e5f6-7a8b-9c0d-1e2f3a4b5c6d")
_EVENT = UUID("0190a5c2-7d3e-7f41-8b6a-2c9d4e5f6a7b")
_BUYER = UUID("4d5e6f7a-8b9c-7d0e-af1b-2c3d4e5f6a7b")
_TOLD: Mapping[str, Mapping[str, object]] = {
    events.LEAD_PURCHASED.name: {
        "vertical": "mortgages", "buyer_id": str(_BUYER), "buyer_name": "Northgate Home Loans", "payout_minor": 3800,
        "currency": "GBP", "sub_id": "ab-variant-3",
    },
    events.LEAD_REJECTED.name: {"reason": DUPLICATE.code},
}  # fmt: skip


class Sample(NamedTuple):
    """One event: its name, when it is sent, and a body as it would be."""

    name: str
    sentence: str
    body: str


def publishers() -> tuple[Sample, ...]:
    """Everything that a publisher's endpoint may hear."""
    return tuple(
        Sample(event.name, event.sentence, pretty(_body(event.name))) for event in events.allowed_for(Role.PUBLISHER)
    )


def headers(prefix: str) -> Mapping[str, str]:
    """What is sent beside such a body, signed with a secret that signs nothing else."""
    attempt = Attempt(_SALE, message_id(_EVENT, _BUYER), events.LEAD_PURCHASED.name, int(AT.timestamp()), (SECRET,))
    return headers_of(prefix, "publisher", attempt, _body(events.LEAD_PURCHASED.name))


def pretty(body: bytes) -> str:
    """JSON on several lines, each number exactly as it was sent: 38.00 stays 38.00."""
    kept = json.loads(body, parse_float=lambda number: f"\0{number}")
    return _KEPT.sub(r"\1", json.dumps(kept, indent=2, ensure_ascii=False))


def _body(name: str) -> bytes:
    return body_of("publisher", Fact(name, str(Role.PUBLISHER), AT, _LEAD, _SALE, _TOLD[name]))
