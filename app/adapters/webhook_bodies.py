"""The bodies of webhooks, one function a format: what a receiver reads about one event. Pure; bytes once made are kept.

``publisher`` is flat and has the ingest dialect's words, ``envelope`` wraps camelCase data, ``buyer`` carries the
lead with its contact. Money is never a float: a number with its places in the first, text in the second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from app.adapters.ingest_words import word_of
from app.domain import events
from app.domain.events import Payload, instant
from app.domain.ids import buyer_public, lead_public
from app.domain.money import Money
from app.domain.reasons import BY_CODE, told_to_publisher

CONTACT = ("phone", "email")
LEAD_FIELDS = ("sub_vertical", "first_name", "suburb")
MORE_FIELDS = ("service_type", "budget_range", "urgency")


@dataclass(frozen=True, slots=True)
class LeadShown:
    """The lead behind an event, for the format that carries it."""

    vertical: str
    fields: Mapping[str, Any]
    extra: Mapping[str, Any]
    score: int | None
    tier: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as its outbox row tells it. ``told``: the row's payload; ``lead``: only where a format needs it."""

    type: str
    owner_kind: str
    at: datetime
    lead_id: UUID | None = None
    sale_id: UUID | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    lead: LeadShown | None = None


def as_publisher(fact: Fact) -> Payload:
    """The ingest dialect's flat shape. Events that it does not know are flat too."""
    if fact.type == events.LEAD_PURCHASED.name:
        return events.lead_purchased(
            lead_public_id=_lead_id(fact),
            vertical_key=fact.told["vertical"],
            buyer_public_id=buyer_public(UUID(fact.told["buyer_id"])),
            buyer_name=fact.told["buyer_name"],
            payout=Money.from_minor(fact.told["payout_minor"], fact.told["currency"]),
            at=fact.at,
            sub_id=fact.told["sub_id"],
        )
    if fact.type == events.LEAD_REJECTED.name:
        word = word_of(fact.told["reason"])
        return events.lead_rejected(lead_public_id=_lead_id(fact), reason_word=word, at=fact.at)
    return {"event": fact.type, "at": instant(fact.at), **_plain(fact)}


def as_envelope(fact: Fact) -> Payload:
    """``{event, createdAt, data}``; ids as they are, names in camelCase, money as text."""
    ids = {"lead_id": fact.lead_id, "sale_id": fact.sale_id}
    data = {name: str(value) for name, value in ids.items() if value is not None} | _plain(fact)
    return events.envelope(fact.type, fact.at, {_camel(name): value for name, value in data.items()})


def as_buyer(fact: Fact) -> Payload:
    """The buyer dialect's shape: the lead, and how to reach the person. Other events come without a lead."""
    if fact.lead is None:
        return {"event": fact.type, "timestamp": instant(fact.at), **_plain(fact)}
    known = {**fact.lead.extra, **fact.lead.fields}
    return {
        "event": fact.type,
        "timestamp": instant(fact.at),
        "lead": {
            "id": _lead_id(fact),
            "vertical": fact.lead.vertical,
            **{name: known.get(name) for name in LEAD_FIELDS},
            "province": known.get("region"),
            "score": fact.lead.score,
            "score_tier": fact.lead.tier,
            **{name: known.get(name) for name in MORE_FIELDS},
            "delivered_at": instant(fact.at),
        },
        "contact": {name: known.get(name) for name in CONTACT},
    }


FORMATS: Mapping[str, Callable[[Fact], Payload]] = MappingProxyType(
    {"publisher": as_publisher, "envelope": as_envelope, "buyer": as_buyer}
)
"""Every format that an endpoint may ask for."""

NEEDS_LEAD = frozenset({"buyer"})
"""Formats that carry the lead itself."""


def body_of(format_name: str, fact: Fact) -> bytes:
    """The bytes that are stored, signed and sent; raises KeyError or ValueError for what cannot be told so."""
    return events.to_bytes(FORMATS[format_name](fact))


def _lead_id(fact: Fact) -> str:
    if fact.lead_id is None:
        raise ValueError(f"{fact.type} tells of a lead and names none")
    return lead_public(fact.lead_id)


def _plain(fact: Fact) -> Payload:
    """The payload for people: amounts with their places, the reason that this owner may hear."""
    plain: Payload = {}
    for name, value in fact.told.items():
        if name.endswith("_minor"):
            plain[name.removesuffix("_minor")] = Money.from_minor(value, fact.told["currency"]).as_text()
        elif name == "reason" and fact.owner_kind != events.TENANT:
            plain[name] = told_to_publisher(BY_CODE[value]).code
        elif name != "at":
            plain[name] = value
    return plain


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
