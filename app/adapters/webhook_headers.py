"""The headers of one webhook attempt: the receiver's own kind of signature, and Standard Webhooks beside it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from app.domain.signing import bare_hex, standard_webhooks, stripe_style

BARE_HEX = frozenset({"buyer"})
"""Formats whose receivers read a bare hex digest of the body; the others read ``t=…,v1=…``."""

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]{0,23}(-[A-Za-z0-9]{1,23}){0,2}")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to tell one message. ``id`` is new each time, ``message_id`` is not; ``timestamp`` in Unix seconds.

    ``secrets``: the current one first, and while a rotation overlaps the old one behind it.
    """

    id: UUID
    message_id: str
    event: str
    timestamp: int
    secrets: tuple[str, ...]


def headers(prefix: str, format_name: str, attempt: Attempt, body: bytes) -> dict[str, str]:
    """Everything that is sent beside the body.

    A receiver of the old kind reads one signature only, so while a rotation overlaps its header goes on with the
    old secret and changes over at the end; ``webhook-signature`` carries both meanwhile.
    """
    oldest = attempt.secrets[-1]
    is_bare = format_name in BARE_HEX
    signature = bare_hex(oldest, body) if is_bare else stripe_style(oldest, attempt.timestamp, body)
    return {
        "Content-Type": "application/json",
        f"X-{prefix}-Signature": signature,
        f"X-{prefix}-Event": attempt.event,
        f"X-{prefix}-Delivery": str(attempt.id),
        "webhook-id": attempt.message_id,
        "webhook-timestamp": str(attempt.timestamp),
        "webhook-signature": standard_webhooks(attempt.secrets, attempt.message_id, attempt.timestamp, body),
    }


def message_id(event_id: UUID, endpoint_id: UUID) -> str:
    """The ``webhook-id``: one event for one endpoint, the same over all attempts and replays."""
    return f"msg_{event_id.hex}_{endpoint_id.hex[-8:]}"


def is_prefix(text: str) -> bool:
    """Whether a text can stand between ``X-`` and ``-Signature``."""
    return _PREFIX.fullmatch(text) is not None
