"""Signatures of webhooks, ours and those that we check: three schemes, all HMAC-SHA256.

Signing is strict: an empty secret or an id that would make the signed text ambiguous raises
ValueError. Verifying never raises: whatever a stranger sends as a header is true or false, and
the comparison takes the same time for both. Keeping secrets is not done here.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from hashlib import sha256

TOLERANCE = 300
"""Seconds that a timestamp may lie off, in either direction, before it counts as a replay."""

SECRET_PREFIX = "whsec_"  # noqa: S105  (the mark of a secret, not one)
LEAST_SECRET = 24
GREATEST_SECRET = 64
"""Bytes of a secret, as Standard Webhooks asks."""

MOST_DIGITS = 12
"""A timestamp longer than this is no time of ours, and not worth the reading."""


def stripe_style(secret: str, timestamp: int, body: bytes) -> str:
    """`t=<timestamp>,v1=<hex>` over `<timestamp>.<body>`; the secret's text itself is the key."""
    return f"t={timestamp},v1={_hex(secret, b'%d.' % timestamp + body)}"


def bare_hex(secret: str, body: bytes) -> str:
    """The hex digest of the body alone. It does not stop replays: the receiver must know the id."""
    return _hex(secret, body)


def standard_webhooks(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,<base64>` for each secret, parted by spaces, over `<id>.<timestamp>.<body>`.

    Two secrets while a rotation overlaps, so that a receiver with either one is content.
    """
    if not secrets:
        raise ValueError("there must be a secret to sign with")
    signed = _standard_text(message_id, timestamp, body)
    return " ".join(f"v1,{_base64(standard_key(secret), signed)}" for secret in secrets)


def verify_stripe_style(
    secret: str, header: str | None, body: bytes, now_unix: int, tolerance: int = TOLERANCE
) -> bool:
    """Whether one of the header's v1 signatures fits and its time lies within `tolerance` seconds."""
    parts = [part.strip().partition("=") for part in (header or "").split(",")]
    times = [value for key, _, value in parts if key == "t"]
    given = [value for key, _, value in parts if key == "v1"]
    if not secret or len(times) != 1 or not _is_fresh(times[0], now_unix, tolerance):
        return False
    return _is_among(_hex(secret, times[0].encode() + b"." + body), given)


def verify_bare_hex(secret: str, header: str | None, body: bytes) -> bool:
    """Whether the header is the hex digest of the body."""
    return bool(secret) and _is_among(_hex(secret, body), [(header or "").strip()])


def verify_standard(
    secret: str,
    message_id: str | None,
    timestamp: str | None,
    header: str | None,
    body: bytes,
    now_unix: int,
    tolerance: int = TOLERANCE,
) -> bool:
    """Whether one of the v1 signatures in `webhook-signature` fits, and its time is fresh.

    `message_id` and `timestamp` are the texts of `webhook-id` and `webhook-timestamp`.
    """
    when = timestamp or ""
    if not _is_fresh(when, now_unix, tolerance):
        return False
    try:
        signed = _standard_text(message_id or "", int(when), body)
        expected = _base64(standard_key(secret), signed)
    except ValueError:
        return False
    return _is_among(f"v1,{expected}", (header or "").split(" "))


def standard_key(secret: str) -> bytes:
    """The key in a secret: `whsec_<base64>` decoded (padding may be missing), else its own bytes."""
    if not secret or secret == SECRET_PREFIX:
        raise ValueError("a secret cannot be empty")
    if secret.startswith(SECRET_PREFIX):
        text = secret.removeprefix(SECRET_PREFIX).rstrip("=")
        try:
            return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError):
            pass  # chosen by a person, and only looks like one of ours
    return secret.encode()


def new_secret(rng_bytes: bytes) -> str:
    """`whsec_<base64>` of 24 to 64 bytes that must come from a cryptographic source."""
    if not LEAST_SECRET <= len(rng_bytes) <= GREATEST_SECRET:
        raise ValueError(f"a secret is made from {LEAST_SECRET} to {GREATEST_SECRET} bytes")
    return SECRET_PREFIX + base64.b64encode(rng_bytes).decode("ascii")


def _standard_text(message_id: str, timestamp: int, body: bytes) -> bytes:
    """What is signed. A dot in the id would let two different messages share one text."""
    if not message_id or "." in message_id:
        raise ValueError("a message id is not empty and has no dot")
    return f"{message_id}.{timestamp}.".encode() + body


def _hex(secret: str, signed: bytes) -> str:
    if not secret:
        raise ValueError("a secret cannot be empty")
    return hmac.new(secret.encode(), signed, sha256).hexdigest()


def _base64(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, sha256).digest()).decode("ascii")


def _is_fresh(timestamp: str, now_unix: int, tolerance: int) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > MOST_DIGITS:
        return False
    return abs(now_unix - int(timestamp)) <= tolerance


def _is_among(expected: str, given: Sequence[str]) -> bool:
    """Compare with every one given, in constant time, also where it is not even ASCII."""
    right = expected.encode()
    fits = [hmac.compare_digest(right, each.encode("utf-8", "replace")) for each in given]
    return any(fits)
