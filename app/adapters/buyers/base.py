"""The types between our services and the formats of buyers. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

Document = Mapping[str, Any]
Rules = Mapping[str, Any]


class Verdict(StrEnum):
    """What a buyer's answer comes to.

    ``rejected`` and ``duplicate`` are a clear no: the lead is not sent again. ``error`` may be sent again.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Wire:
    """One request as bytes, without its URL."""

    method: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer, understood.

    ``reason`` is the buyer's own text, or ours when the answer could not be read. ``price`` in the currency of
    the sale. ``is_ambiguous``: an error after which nobody knows whether the buyer took the lead, as when a
    success status came with a body that cannot be read; such a lead must not go to anybody else by itself.
    """

    verdict: Verdict
    reason: str = ""
    price: Decimal | None = None
    reference: str | None = None
    redirect_url: str | None = None
    is_ambiguous: bool = False


class Answered(Protocol):
    """An answer as the HTTP gateway gives it; ``truncated`` says that the body was longer than we read."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def body(self) -> bytes:
        """The raw body, never decompressed."""

    @property
    def truncated(self) -> bool:
        """Whether the body is only its beginning."""


class Format(Protocol):
    """What a module of this package offers."""

    def write_ping(self, document: Document, headers: Mapping[str, str]) -> Wire:
        """The question to a buyer; ``headers`` go on top of the format's own."""

    def read_ping(self, answer: Answered, rules: Rules) -> Reading:
        """Its answer: a price, or no."""

    def write_post(self, document: Document, headers: Mapping[str, str]) -> Wire:
        """The lead itself."""

    def read_post(self, answer: Answered, rules: Rules) -> Reading:
        """What the buyer says to it."""
