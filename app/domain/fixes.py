"""What a publisher can do about a reason: one piece of advice for each that it may be told.

Beside the closed list, because a reason's sentence says what happened and never changes, while advice gets better.
Speaks of the request and the account alone, never of a buyer.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.domain import reasons
from app.domain.reasons import Reason

_FIXES: dict[Reason, str] = {
    reasons.SCHEMA_VALIDATION_FAILED: (
        "Read `errors` in the answer: each entry names a field and its rule. Check the field before you send, "
        "or ask for it again on your form."
    ),
    reasons.DUPLICATE: (
        "Send each person once. Keep the e-mail addresses and phone numbers you have sent for the length of the "
        "duplicate window, and repeat a request that got no answer with the same Idempotency-Key."
    ),
    reasons.SUPPRESSED: "Stop sending this person and take them off your own lists: they asked not to be contacted.",
    reasons.CONSENT_MISSING: "Send `consent_token` and `consent_at` with every lead, from the form that was filled in.",
    reasons.CONSENT_IN_FUTURE: "Set your server's clock, and send `consent_at` with its zone: 2026-02-09T07:42:18Z.",
    reasons.CONSENT_TOO_OLD: "Send leads sooner after the person agreed, or ask the person for consent again.",
    reasons.CAMPAIGN_INACTIVE: "Hold your traffic for this vertical, and ask us when the campaign opens again.",
    reasons.SOURCE_INACTIVE: "Ask us to switch the source on, or send with the key of one that is on.",
    reasons.SOURCE_CAP_REACHED: "Wait until the cap resets, or ask us for a higher one.",
    reasons.SOURCE_CLOSED: "Send within the source's hours, or ask us to widen them.",
    reasons.IP_NOT_ALLOWED: "Send from an address on your allow-list, or tell us the new address of your server.",
    reasons.PUBLISHER_PAUSED: "Hold your traffic and write to us: your account has to be resumed first.",
    reasons.HELD_FOR_REVIEW: "Nothing to do: a person decides, and you hear of it as of any other lead.",
    reasons.REFUSED_BY_REVIEW: "Look at what these leads have in common, and ask us what the reviewer saw.",
    reasons.INVALID_PING_ID: "Post with the `ping_id` that the ping's answer gave, from the same source.",
    reasons.PING_ID_EXPIRED: "Post sooner after the ping, or ping again for a new `ping_id`.",
    reasons.PING_ID_ALREADY_CONSUMED: "Ping again for each post; one `ping_id` sells one lead.",
    reasons.PING_MISMATCH: "Send in the post the same values that the ping asked with.",
    reasons.NO_ELIGIBLE_BUYER: (
        "Send the optional fields too: every field that is missing closes a door. Then compare places and values of "
        "the leads that sell with those that do not, and send more of the first."
    ),
    reasons.BUYER_DECLINED: "Check that phone and e-mail are the person's own, and that the enquiry is fresh.",
    reasons.BUYER_DELIVERY_FAILED: "Nothing in your request was wrong. If it goes on, write to us with the lead's id.",
    reasons.DOWNSTREAM_TIMEOUT: "Nothing in your request was wrong. Ping again, or send the next lead.",
    reasons.DOWNSTREAM_INVALID_RESPONSE: (
        "Nothing in your request was wrong. If it goes on, write to us with the lead's id."
    ),
    reasons.NOT_CLAIMED: "Send leads in the hours when people work, and with as many fields as you have.",
}

FIXES: Mapping[str, str] = MappingProxyType({reason.code: fix for reason, fix in _FIXES.items()})
"""By the reason's code."""


def fix(code: str) -> str:
    """What to do about a reason; empty for one that publishers are not told."""
    return FIXES.get(code, "")
