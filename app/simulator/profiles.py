"""How a fake buyer behaves: its profile, read from a query or a file, and what it then answers. Pure."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum

MOST_LATENCY_MS = 120_000
SLOW_MS = 1_500
DEFAULT_PRICE = Decimal("40.00")


class Kind(StrEnum):
    """What a buyer is like."""

    ACCEPT = "accept"
    DECLINE = "decline"
    SOMETIMES = "sometimes"
    DUPLICATE = "duplicate"
    BID = "bid"
    NO_BID = "no_bid"
    SLOW = "slow"
    HANG = "hang"
    GARBAGE = "garbage"
    DRIP = "drip"
    ERROR500 = "error500"
    RESET = "reset"
    OVERSIZED = "oversized"
    NAN_PRICE = "nan_price"
    REDIRECT = "redirect"


class Manner(StrEnum):
    """How an answer goes over the wire."""

    PLAIN = "plain"
    HANG = "hang"
    DRIP = "drip"
    RESET = "reset"
    OVERSIZED = "oversized"


MANNERS = {
    Kind.HANG: Manner.HANG,
    Kind.DRIP: Manner.DRIP,
    Kind.RESET: Manner.RESET,
    Kind.OVERSIZED: Manner.OVERSIZED,
}


class BadProfile(ValueError):
    """The query or the file asks for a behaviour that does not exist; the message says which."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One behaviour. ``decline_percent`` counts for ``sometimes``; ``jitter_ms`` is added at most."""

    kind: Kind = Kind.ACCEPT
    latency_ms: int = 0
    jitter_ms: int = 0
    price: Decimal | None = None
    decline_percent: int = 20
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: after ``wait_ms``, in this manner. ``outcome`` is what the log shows."""

    outcome: str
    status: int
    body: bytes
    wait_ms: int
    manner: Manner = Manner.PLAIN
    headers: Mapping[str, str] | None = None


def from_query(query: Mapping[str, str], base: Profile) -> Profile:
    """``base`` with what the query changes; raises BadProfile."""
    return replace(
        base,
        kind=_kind(query.get("profile", base.kind)),
        latency_ms=_whole(query, "latency_ms", base.latency_ms, MOST_LATENCY_MS),
        jitter_ms=_whole(query, "jitter_ms", base.jitter_ms, MOST_LATENCY_MS),
        price=_price(query.get("price")) if "price" in query else base.price,
        decline_percent=_whole(query, "decline_percent", base.decline_percent, 100),
        seed=_whole(query, "seed", base.seed, 2**63),
    )


def from_file(text: str) -> dict[str, Profile]:
    """Registered buyers: a JSON object of slug -> {profile, latency_ms, …}, as in a query."""
    found = json.loads(text)
    if not isinstance(found, dict) or not all(isinstance(row, dict) for row in found.values()):
        raise BadProfile("the file must hold one object per buyer, by slug")
    base = Profile()
    return {slug: from_query({name: str(value) for name, value in row.items()}, base) for slug, row in found.items()}


def answer_post(profile: Profile, slug: str, key: str) -> Answer:
    """What this buyer says to a lead; the same id gets the same answer every time."""
    rng = _chance(profile, slug, key)
    if profile.kind in _ODD:
        return _odd(profile, rng)
    verdict = _verdict(profile, rng)
    body = {"status": verdict} | _POST_EXTRA[verdict]
    if verdict == "accepted":
        body |= {"reference": f"{slug[:3].upper()}-{rng.getrandbits(32):08X}"}
        body |= {"price": f"{profile.price:.2f}"} if profile.price is not None else {}
    return Answer(verdict, 200, _json(body), _wait(profile, rng))


def answer_ping(profile: Profile, slug: str, key: str) -> Answer:
    """What this buyer bids; the same id gets the same bid every time."""
    rng = _chance(profile, slug, key)
    if profile.kind in _ODD:
        return _odd(profile, rng)
    if _verdict(profile, rng) != "accepted" or profile.kind is Kind.NO_BID:
        return Answer("no_bid", 200, _json({"status": "no_bid", "reason": "not wanted"}), _wait(profile, rng))
    price = profile.price if profile.price is not None else DEFAULT_PRICE
    body = {"status": "bid", "price": f"{price:.2f}", "promise": f"{rng.getrandbits(64):016x}"}
    return Answer("bid", 200, _json(body), _wait(profile, rng))


_ODD = frozenset(
    {*MANNERS, Kind.GARBAGE, Kind.ERROR500, Kind.NAN_PRICE, Kind.REDIRECT},
)
_POST_EXTRA: dict[str, dict[str, str]] = {
    "accepted": {},
    "rejected": {"reason": "outside our criteria"},
    "duplicate": {"reason": "we know this person"},
}
_ODD_ANSWERS: dict[Kind, tuple[int, bytes]] = {
    Kind.GARBAGE: (200, b"<html><\x00\xff\xfe{{ not what was asked for"),
    Kind.ERROR500: (500, b'{"status": "error", "message": "internal error"}'),
    Kind.NAN_PRICE: (200, b'{"status": "accepted", "price": NaN}'),
    Kind.REDIRECT: (302, b""),
}


def _odd(profile: Profile, rng: random.Random) -> Answer:
    """Faults: answers that no buyer should give and some do."""
    status, body = _ODD_ANSWERS.get(profile.kind, (200, b'{"status": "accepted"}'))
    headers = {"Location": "http://169.254.169.254/latest/meta-data/"} if profile.kind is Kind.REDIRECT else None
    manner = MANNERS.get(profile.kind, Manner.PLAIN)
    return Answer(profile.kind.value, status, body, _wait(profile, rng), manner, headers)


def _verdict(profile: Profile, rng: random.Random) -> str:
    if profile.kind is Kind.DUPLICATE:
        return "duplicate"
    if profile.kind in {Kind.DECLINE, Kind.NO_BID}:
        return "rejected"
    if profile.kind is Kind.SOMETIMES and rng.randrange(100) < profile.decline_percent:
        return "rejected"
    return "accepted"


def _chance(profile: Profile, slug: str, key: str) -> random.Random:
    return random.Random(f"{profile.seed}|{slug}|{key}")  # noqa: S311 - a fake buyer's mood, not a secret


def _wait(profile: Profile, rng: random.Random) -> int:
    base = SLOW_MS if profile.kind is Kind.SLOW and not profile.latency_ms else profile.latency_ms
    return base + (rng.randrange(profile.jitter_ms + 1) if profile.jitter_ms else 0)


def _json(body: Mapping[str, str]) -> bytes:
    return json.dumps(body).encode()


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        raise BadProfile(f"there is no profile {text!r}; there are {', '.join(Kind)}") from None


def _whole(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, str(default))
    if not text.isascii() or not text.isdecimal() or int(text) > most:
        raise BadProfile(f"{name} must be a whole number from 0 to {most}")
    return int(text)


def _price(text: str | None) -> Decimal:
    try:
        price = Decimal(text or "")
    except InvalidOperation:
        raise BadProfile("price must be a decimal number") from None
    if not price.is_finite():
        raise BadProfile("price must be finite; the profile nan_price sends one that is not")
    return price
