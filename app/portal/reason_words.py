"""Stored reasons as people read them: fields by their labels, amounts with their symbols.

The sentence that was stored stays as it is; an API or a log shows it so. What is not understood here is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.domain.criteria import LONGEST_SHOWN
from app.domain.money import Money
from app.portal import masking, wording, words

_FIRST = re.compile(r"(?P<name>[a-z][a-z0-9_]*)(?= )")
_AMOUNT = re.compile(r"(?<![\w.])(?P<amount>-?\d+(?:\.\d+)?) (?P<code>[A-Z]{3})(?!\w)")
_NUMBER = re.compile(r"(?<![\w.£$€-])-?\d+(?:\.\d+)?(?![\w.]*\w)")


def plainly(sentence: str, labels: Mapping[str, str], currency: str) -> str:
    """``deposit_gbp 70000 is under 75000`` as "Deposit £70,000 is under £75,000", with the labels of a schema.

    ``currency``: whose amounts get their symbol, "38.00 GBP" as well as fields that are named after it.
    """
    parts = (_part(part, labels, currency) for part in sentence.split("; "))
    return _AMOUNT.sub(lambda found: _coded(found, currency), "; ".join(parts))


def veiled(sentence: str, fields: Mapping[str, Any], pii: frozenset[str]) -> str:
    """The same with the lead's own values masked as they are beside it: "postal_code sw1a •••• is not in G"."""
    return "; ".join(_veiled(part, fields, pii) for part in sentence.split("; "))


def _veiled(part: str, fields: Mapping[str, Any], pii: frozenset[str]) -> str:
    found = _FIRST.match(part)
    name = found["name"] if found else ""
    value = " ".join(str(fields.get(name, "")).split())
    said = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
    if not said or not part.startswith(f"{name} {said} ") or not masking.is_guarded(name, value, pii):
        return part
    return f"{name} {masking.masked(name, value, pii)}{part[len(name) + 1 + len(said) :]}"


def _part(part: str, labels: Mapping[str, str], currency: str) -> str:
    found = _FIRST.match(part)
    name = found["name"] if found else ""
    if name not in labels and "_" not in name:
        return part
    rest = part[len(name) :]
    if name.endswith(f"_{currency.lower()}"):
        rest = _NUMBER.sub(lambda number: _amount(number[0], currency), rest)
    return (labels.get(name) or words.label(name)) + rest


def _coded(found: re.Match[str], currency: str) -> str:
    """An amount that its currency follows."""
    return _amount(found["amount"], currency) if found["code"] == currency else found[0]


def _amount(text: str, currency: str) -> str:
    """An amount with its symbol, whole ones without their noughts; what is none as it was."""
    try:
        minor = Money(Decimal(text), currency).minor
    except ValueError:  # more places than the currency has
        return text
    shown = wording.money(minor, currency)
    return shown if "." in text else shown.removesuffix(".00")
