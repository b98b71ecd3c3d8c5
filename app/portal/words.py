"""Codes in words, each with the tone that its dot has. Status is never told by colour alone.

Six tones: neutral, good, notice, bad, live, muted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from app.domain.eligibility import Outcome
from app.domain.reasons import BY_CODE
from app.domain.states import DeliveryState, LeadState, MessageState, SaleState


class Status(NamedTuple):
    """A word and its tone."""

    word: str
    tone: str


LEAD: Mapping[str, Status] = MappingProxyType({
    LeadState.RECEIVED: Status("Received", "live"),
    LeadState.QUEUED: Status("Queued", "live"),
    LeadState.HELD: Status("Held", "notice"),
    LeadState.REJECTED: Status("Rejected", "bad"),
    LeadState.UNSOLD: Status("Unsold", "muted"),
    LeadState.LISTED: Status("On the board", "notice"),
    LeadState.SOLD: Status("Sold", "good"),
})  # fmt: skip

SALE: Mapping[str, Status] = MappingProxyType({
    SaleState.RESERVED: Status("Reserved", "live"),
    SaleState.POSTING: Status("Being delivered", "live"),
    SaleState.UNKNOWN: Status("Answer lost", "notice"),
    SaleState.SOLD: Status("Sold", "good"),
    SaleState.RELEASED: Status("Released", "muted"),
    SaleState.RETURNED: Status("Returned", "notice"),
})  # fmt: skip

DELIVERY: Mapping[str, Status] = MappingProxyType({
    DeliveryState.PENDING: Status("Waiting", "live"),
    DeliveryState.SENDING: Status("Sending", "live"),
    DeliveryState.DELIVERED: Status("Delivered", "good"),
    DeliveryState.DECLINED: Status("Declined", "notice"),
    DeliveryState.UNKNOWN: Status("Answer lost", "notice"),
    DeliveryState.FAILED: Status("Failed", "bad"),
    DeliveryState.CANCELLED: Status("Cancelled", "muted"),
})  # fmt: skip

MESSAGE: Mapping[str, Status] = MappingProxyType({
    MessageState.PENDING: Status("Waiting", "live"),
    MessageState.SENDING: Status("Sending", "live"),
    MessageState.DELIVERED: Status("Delivered", "good"),
    MessageState.FAILED: Status("Failed", "bad"),
    MessageState.CANCELLED: Status("Cancelled", "muted"),
})  # fmt: skip

OUTCOME: Mapping[str, Status] = MappingProxyType({
    Outcome.SOLD: Status("Sold", "good"),
    Outcome.OUTBID: Status("Outbid", "neutral"),
    Outcome.FILTERED: Status("Filtered", "muted"),
    Outcome.CAPPED: Status("Capped", "notice"),
    Outcome.CLOSED: Status("Closed", "muted"),
    Outcome.PAUSED: Status("Paused", "muted"),
    Outcome.INSUFFICIENT_BALANCE: Status("Balance too low", "notice"),
    Outcome.BELOW_PRICE: Status("Price too low", "muted"),
    Outcome.ALREADY_BOUGHT: Status("Bought before", "muted"),
    Outcome.DECLINED: Status("Declined", "notice"),
    Outcome.NO_BID: Status("No bid", "muted"),
    Outcome.TIMEOUT: Status("Too slow", "notice"),
    Outcome.ERROR: Status("Error", "bad"),
})  # fmt: skip

KEY: Mapping[str, Status] = MappingProxyType({
    "active": Status("Active", "good"),
    "ending": Status("Ending", "notice"),
    "expired": Status("Expired", "muted"),
    "revoked": Status("Revoked", "muted"),
})  # fmt: skip

KEY_KINDS: Mapping[str, str] = MappingProxyType({
    "ingest": "Posting leads",
    "router": "API",
    "buyer": "Buyer's API",
    "intake": "Sending leads from a form",
})  # fmt: skip

CONTRACT: Mapping[str, Status] = MappingProxyType({
    "active": Status("Active", "good"),
    "paused": Status("Paused", "muted"),
})  # fmt: skip

PARTY: Mapping[str, Status] = MappingProxyType({
    "active": Status("Active", "good"),
    "paused": Status("Paused", "muted"),
})  # fmt: skip

CHANGE: Mapping[str, Status] = MappingProxyType({
    "waiting": Status("Waiting", "notice"),
    "approved": Status("Approved", "good"),
    "rejected": Status("Rejected", "bad"),
    "withdrawn": Status("Withdrawn", "muted"),
})  # fmt: skip

ENDPOINT: Mapping[str, Status] = MappingProxyType({
    "active": Status("Active", "good"),
    "failing": Status("Failing", "notice"),
    "disabled": Status("Switched off", "bad"),
    "removed": Status("Removed", "muted"),
})  # fmt: skip

APPLICATION: Mapping[str, Status] = MappingProxyType({
    "new": Status("New", "live"),
    "asked": Status("Asked", "notice"),
    "approved": Status("Approved", "good"),
    "rejected": Status("Rejected", "bad"),
})  # fmt: skip

USER: Mapping[str, Status] = MappingProxyType({
    "active": Status("Active", "good"),
    "invited": Status("Invited", "live"),
    "disabled": Status("Switched off", "muted"),
})  # fmt: skip

MAIL: Mapping[str, Status] = MappingProxyType({
    "pending": Status("Waiting", "live"),
    "sent": Status("Sent", "good"),
    "kept": Status("Kept here", "neutral"),
    "failed": Status("Failed", "bad"),
})  # fmt: skip

TIER: Mapping[str, Status] = MappingProxyType({
    "hot": Status("hot", "good"),
    "warm": Status("warm", "notice"),
    "qualified": Status("qualified", "muted"),
})  # fmt: skip

MODES: Mapping[str, str] = MappingProxyType({
    "priority": "by rank",
    "weighted": "by weight",
    "round_robin": "in turn",
    "highest_bid": "highest bid",
})  # fmt: skip

SECOND_FACTOR: Mapping[str, Status] = MappingProxyType({
    "on": Status("On", "good"),
    "off": Status("Off", "muted"),
})  # fmt: skip

TABLES: Mapping[str, Mapping[str, Status]] = MappingProxyType({
    "lead": LEAD, "sale": SALE, "delivery": DELIVERY, "message": MESSAGE, "outcome": OUTCOME, "key": KEY,
    "endpoint": ENDPOINT, "tier": TIER, "application": APPLICATION, "user": USER, "mail": MAIL, "contract": CONTRACT,
    "change": CHANGE, "party": PARTY, "second_factor": SECOND_FACTOR,
})  # fmt: skip


def status(table: str, code: str | None) -> Status:
    """The word and tone of a code; a code that is new here is shown as it is."""
    return TABLES[table].get(code or "", Status((code or "").replace("_", " ").capitalize(), "neutral"))


def label(name: str) -> str:
    """A field's name for people: ``first_name`` as "First name", abbreviations in capitals."""
    words = name.replace("_", " ").split()
    spelled = [word.upper() if word in CAPITALS else word for word in words]
    return " ".join([spelled[0][:1].upper() + spelled[0][1:], *spelled[1:]]) if spelled else name


CAPITALS = frozenset({"ip", "id", "url", "utm", "gbp", "usd", "zar"})


def reason(code: str) -> str:
    """A reason's sentence; a code that is not on the list is shown as it is."""
    found = BY_CODE.get(code)
    return found.sentence if found else code
