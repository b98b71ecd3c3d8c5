"""A schema as people read it: every field under the name that it is sent by, with its rule in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from app.adapters.ingest_terms import EXTRA, SECTOR, THEIR_NAMES
from app.domain.fields import LONGEST, Field, Rule
from app.domain.presets import COMMON, EXTRAS
from app.domain.reading import Type
from app.portal import specimens, words

TYPES: Mapping[Type, str] = MappingProxyType(
    {
        Type.STRING: "text",
        Type.TEXT: "long text",
        Type.INTEGER: "whole number, such as 3",
        Type.DECIMAL: "number without separators, such as 70000 or 4.25",
        Type.BOOLEAN: "true or false",
        Type.DATE: "date, such as 2026-05-20",
        Type.DATETIME: "time with its zone, such as 2026-02-09T07:42:18Z",
        Type.EMAIL: "e-mail address",
        Type.PHONE: "telephone number, best as +447700900123",
        Type.POSTCODE: "postcode of the campaign's country, such as SW1A 1AA",
        Type.IP: "IPv4 or IPv6 address",
        Type.URL: "web address with https://",
        Type.ENUM: "one of a list",
    }
)
NOTES: Mapping[str, str] = MappingProxyType(
    {
        "email": "Checked as an address; lower-cased.",
        "phone": "Must be a possible number; kept as E.164.",
        "city": "Used to find buyers nearby.",
        "postal_code": "Lower-cased on our side.",
        "consent_token": "From your consent form; kept with the lead as proof.",
        "consent_at": "When the person agreed. Not in the future; five minutes of skew are forgiven.",
        "ip": "The person's own address at the time of the form.",
        "user_agent": "The person's browser at the time of the form.",
        "sub_id": "Your own campaign or variant; comes back in webhooks.",
    }
)


class Row(NamedTuple):
    """One field. ``place``: beside the others at the top, or inside the object of extra fields."""

    name: str
    type: str
    required: bool
    place: str
    note: str
    pii: bool


class Vertical(NamedTuple):
    """One line of business: its key, its name, the fields of its own, a body that passes."""

    key: str
    name: str
    rows: tuple[Row, ...]
    body: str


def common() -> tuple[Row, ...]:
    """What every lead may carry, whatever its line of business, required fields first."""
    sector = Row(SECTOR, TYPES[Type.STRING], True, "top", "One of the sectors below.", False)
    extra = Row(EXTRA, "object", False, "top", "Everything else; handed on to buyers as it came.", False)
    return (sector, *rows(COMMON.fields), extra)


def rows(fields: Iterable[Field]) -> tuple[Row, ...]:
    """These fields, required ones first, then those that stand at the top."""
    return tuple(sorted(map(_row, fields), key=lambda row: (not row.required, row.place != "top")))


def verticals() -> tuple[Vertical, ...]:
    """Every line of business that there is a ready schema for."""
    return tuple(
        Vertical(key, words.label(key.replace("-", "_")), tuple(map(_row, fields)), specimens.text(specimens.lead(key)))
        for key, fields in sorted(EXTRAS.items())
    )


def lengths() -> tuple[tuple[str, int], ...]:
    """How long a text may be, kind by kind."""
    return tuple((TYPES[kind].partition(",")[0], most) for kind, most in LONGEST.items())


def _row(field: Field) -> Row:
    name = THEIR_NAMES.get(field.name)
    note = " ".join(filter(None, (NOTES.get(field.name) or f"{field.label}.", _choices(field), _bounds(field.rule))))
    return Row(name or field.name, TYPES[field.type], field.required_on_post, "top" if name else EXTRA, note, field.pii)


def _choices(field: Field) -> str:
    return f"One of: {', '.join(field.enum)}." if field.enum else ""


def _bounds(rule: Rule) -> str:
    low, high = rule.min, rule.max
    if low is not None and high is not None:
        return f"From {low:f} to {high:f}."
    if low is not None:
        return f"{low:f} or more."
    return f"{high:f} or less." if high is not None else ""
