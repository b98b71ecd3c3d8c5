"""Outbound HTTP: the single way out for auctions, deliveries and webhooks. Import from here, not from the parts.

No address that people type in leads inside: see ``outbound/addresses`` for what is refused, ``outbound/urls`` for
how a URL is read, ``outbound/resolver`` for how names are vetted, ``outbound/transport`` for the deadline and caps.
"""

from __future__ import annotations

from app.gateways.outbound.client import OutboundClient
from app.gateways.outbound.fake import FakeClient, Reply
from app.gateways.outbound.headers import header_faults
from app.gateways.outbound.messages import (
    MAX_RESPONSE,
    Answer,
    Failure,
    FailureKind,
    HttpClient,
    Request,
    Result,
)

__all__ = [
    "MAX_RESPONSE",
    "Answer",
    "Failure",
    "FailureKind",
    "FakeClient",
    "HttpClient",
    "OutboundClient",
    "Reply",
    "Request",
    "Result",
    "header_faults",
]
