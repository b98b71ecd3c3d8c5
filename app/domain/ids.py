"""Identifiers and the spellings under which each dialect shows them.

An id is one UUIDv7 (RFC 9562): it sorts by the time it was made. The other spellings are
renderings of it and never stored on their own. Ids are names, not secrets: what must not be
guessed (keys, link tokens, ping tokens) is not made here.
"""

import random
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("ILO", "110")
_SHORT_LENGTH = 10
_LONG = re.compile(r"(?:LEAD_|L-)?([0-9A-F]{32})", re.ASCII)
_HYPHENATED = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.ASCII)
_SHORT = re.compile(r"LD-([0-9A-Z]{10})", re.ASCII)


def new_id(now: datetime, rng: random.Random) -> UUID:
    """A new UUIDv7 for the aware moment `now`.

    48 bits of milliseconds, then the microseconds in the 12 bits after the version (RFC 9562,
    section 6.2, method 3), so that ids made one after the other sort in that order; 62 bits of
    chance tell apart what happens within one microsecond.
    """
    micros = (now - _EPOCH) // timedelta(microseconds=1)
    millis, rest = divmod(micros, 1000)
    fraction = rest * 4096 // 1000
    value = (millis & (1 << 48) - 1) << 80 | 7 << 76 | fraction << 64
    return UUID(int=value | 0b10 << 62 | rng.getrandbits(62))


def first_id(at: datetime) -> UUID:
    """The least id that `new_id` may make from the aware moment `at` on; every earlier one is less."""
    millis, rest = divmod((at - _EPOCH) // timedelta(microseconds=1), 1000)
    return UUID(int=(millis & (1 << 48) - 1) << 80 | 7 << 76 | rest * 4096 // 1000 << 64 | 0b10 << 62)


def lead_public(lead_id: UUID) -> str:
    """The ingest and buyer dialects' spelling: `lead_` and 32 hex digits."""
    return f"lead_{lead_id.hex}"


def exchange_lead(lead_id: UUID) -> str:
    """The exchange dialect's spelling: `L-` and 32 capital hex digits."""
    return f"L-{lead_id.hex.upper()}"


def exchange_delivery(delivery_id: UUID) -> str:
    """The exchange dialect's spelling of a delivery: `DEL-` and 32 capital hex digits."""
    return f"DEL-{delivery_id.hex.upper()}"


def buyer_public(buyer_id: UUID) -> str:
    """A buyer as publishers see it in webhooks: `buy_` and 32 hex digits."""
    return f"buy_{buyer_id.hex}"


def short_id(lead_id: UUID) -> str:
    """What people read out on the telephone: `LD-` and 10 Crockford base32 characters.

    They spell the last 50 bits, which are all chance. They find a lead and prove nothing.
    """
    tail = lead_id.int & (1 << 5 * _SHORT_LENGTH) - 1
    places = range(5 * (_SHORT_LENGTH - 1), -1, -5)
    return "LD-" + "".join(_CROCKFORD[tail >> place & 31] for place in places)


def parse_lead_id(text: str) -> UUID | str | None:
    """The lead meant by any spelling of its id, in either case, or None.

    The short spelling cannot be turned back into a UUID: it comes back as clean text, for
    comparison with `short_id`. I and L are read as 1, O as 0, as Crockford's alphabet asks.
    """
    clean = text.strip().upper()
    if long := _LONG.fullmatch(clean):
        return UUID(hex=long[1])
    if _HYPHENATED.fullmatch(clean):
        return UUID(clean)
    if short := _SHORT.fullmatch(clean):
        read = short[1].translate(_LOOKALIKES)
        return None if "U" in read else f"LD-{read}"
    return None
