"""A buyer's body, opened once: text, and a document where it is JSON. Bounded, and never a crash."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

LONGEST_TEXT = 500
HIGHEST_PRICE = Decimal(10) ** 9
LIST_DIGITS = 6
_MARKS = ("{", "[", '"')


class Garbled(ValueError):
    """The answer cannot be read; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said.

    ``document`` is None where the body is plain text or empty. ``fault`` says why nothing can be looked up in it;
    a pattern over the whole text need not mind that.
    """

    text: str
    document: dict[str, Any] | None = None
    fault: str = ""

    @classmethod
    def of(cls, body: bytes) -> Said:
        """Open a body; broken JSON, JSON that is no object, and pages or XML get a ``fault``."""
        text = body.decode("utf-8", "replace").removeprefix("\ufeff").strip()
        if text.startswith("<"):
            return cls(text, fault="The answer is a page or XML, not JSON.")
        if not text.startswith(_MARKS):
            return cls(text)
        try:
            document = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, ArithmeticError, RecursionError):
            return cls(text, fault="The answer is not valid JSON.")
        if not isinstance(document, dict):
            return cls(text, fault="The answer is JSON, but not an object.")
        return cls(text, document)

    def checked(self) -> Said:
        """Itself; raises Garbled where there is a fault."""
        if self.fault:
            raise Garbled(self.fault)
        return self

    def at(self, path: str) -> object:
        """The value at a dot path (numbers count list places from 0), or None."""
        value: object = self.document
        for step in path.split("."):
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and _is_place(step):
                value = value[int(step)] if int(step) < len(value) else None
            else:
                return None
        return value


def _is_place(step: str) -> bool:
    return step.isascii() and step.isdecimal() and len(step) <= LIST_DIGITS


def text_of(value: object) -> str | None:
    """A plain value as text that can be stored: cut, no NUL, no half of a surrogate pair; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    text = str(value).replace("\x00", "").encode("utf-8", "replace").decode().strip()
    return text[:LONGEST_TEXT] or None


def price_of(value: object) -> Decimal | None:
    """A price, exact; None for what is no finite amount from 0 to a thousand million."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        price = Decimal(value if not isinstance(value, str) else value.strip())
    except ArithmeticError:
        return None
    return price if price.is_finite() and 0 <= price < HIGHEST_PRICE else None


def _refuse(name: str) -> NoReturn:
    """NaN and Infinity are no JSON (RFC 8259)."""
    raise ValueError(name)
