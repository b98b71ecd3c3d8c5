"""The words of the ingest dialect, on the wire and in publishers' webhooks: reason code -> word.

Codes that are not in the table are words already. Whatever a publisher may not hear about buyers becomes
the neutral ending first.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.reasons import (
    BY_CODE,
    DUPLICATE,
    NO_ELIGIBLE_BUYER,
    SCHEMA_VALIDATION_FAILED,
    told_to_publisher,
)

WORDS: Mapping[str, str] = MappingProxyType(
    {
        DUPLICATE.code: "dedupe_30d",
        NO_ELIGIBLE_BUYER.code: "no_buyer_match",
        SCHEMA_VALIDATION_FAILED.code: "validation_failed",
    }
)
"""Where this dialect says it otherwise."""


def word_of(code: str) -> str:
    """What a publisher reads for a reason; raises KeyError for a code that is not on the list."""
    told = told_to_publisher(BY_CODE[code]).code
    return WORDS.get(told, told)


PLAINER: Mapping[str, str] = MappingProxyType({"Required on post.": "Required."})
"""Sentences that speak of pings and posts, which this dialect does not know."""


def plainly(name: str, message: str) -> str:
    """What is wrong with a field, in this dialect's words; keys that it lists after a colon stay as they are."""
    if name != "vertical":
        return PLAINER.get(message, message)
    head, colon, listed = message.partition(":")
    return head.replace("vertical", "sector") + colon + listed
