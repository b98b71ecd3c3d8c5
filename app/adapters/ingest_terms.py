"""What the ingest dialect promises its clients: address, header, names, limits, and every status it answers with.

The face answers by it and the public documentation is rendered from it, so that the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PATH = "/api/v1/leads/ingest"
HEADER = "X-API-Key"
PER_MINUTE = 120
"""Requests a minute and key, unless the publisher has a limit of its own."""

SECTOR, EXTRA = "sector", "extra_fields"
OUR_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "first_name": "first_name",
        "last_name": "last_name",
        "email": "email",
        "phone": "phone",
        "city": "city",
        "postcode": "postal_code",
        "consent_token": "consent_token",
        "consent_at": "consent_at",
        "ip": "ip",
        "user_agent": "user_agent",
        "source_sub_id": "sub_id",
    }
)
"""The documented fields, each a string, and what we call them."""

NOT_TEXT = "Must be text, in quotation marks."

THEIR_NAMES: Mapping[str, str] = MappingProxyType(
    {ours: theirs for theirs, ours in OUR_NAMES.items()} | {"vertical": SECTOR}
)


@dataclass(frozen=True, slots=True)
class Status:
    """One HTTP status of this endpoint: what it is called, when it comes, what a client does about it."""

    code: int
    name: str
    when: str
    todo: str
    retry: bool = False


STATUSES: tuple[Status, ...] = (
    Status(200, "Verdict", "The lead was read and judged: accepted, queued or rejected with a reason.",
           "Keep the lead_id. A rejected lead has a reason; sending it again does not change it."),
    Status(400, "Bad request", "The request ended before its body did.", "Send the whole body.", retry=True),
    Status(401, "Unauthorised", "The key is missing, unknown or revoked, or came in the Authorization header.",
           "Send the whole key in X-API-Key."),
    Status(403, "Paused", "The publisher's account is paused.", "Ask your account manager; do not retry."),
    Status(404, "Not found", "Nothing is at this address.", "Check the path."),
    Status(405, "Method not allowed", "The address takes POST alone.", "Send a POST; Allow names the method."),
    Status(409, "Duplicate lead", "The same e-mail or phone is on a lead within the duplicate window; lead_id is the "
           "first. Or a request with the same Idempotency-Key still runs: then Retry-After says when to ask again.",
           "Do not send the person again."),
    Status(413, "Too large", "The body is over 256 kB.", "Send one lead a request."),
    Status(415, "Unsupported media type", "The body is not plain application/json in UTF-8.",
           "Set Content-Type to application/json, and compress nothing."),
    Status(422, "Validation error", "The body is no JSON object, a field is missing or breaks its rule, consent lies "
           "in the future, or an Idempotency-Key came again with another body; errors names each field.",
           "Mend the fields that errors names, then send again."),
    Status(429, "Rate limited", "More requests in a minute than the key may make.",
           "Wait as long as Retry-After says, then go on evenly.", retry=True),
    Status(500, "Internal error", "Something went wrong on our side.",
           "Try again with backoff; quote the request_id if it stays.", retry=True),
    Status(503, "Unavailable", "The service is away for a moment, or too crowded to read the body.",
           "Try again after Retry-After.", retry=True),
)  # fmt: skip
"""The closed list; a test holds every refusal that the code can raise to it."""
