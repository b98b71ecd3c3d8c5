"""A campaign's schema as a publisher writes to it: where each field stands in the body, and a body that passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from app.adapters.ingest_terms import EXTRA, SECTOR, THEIR_NAMES
from app.domain.fields import Field, Schema, Stage
from app.domain.reading import Type

SHORTEST, LONGEST = 3, 40


@dataclass(frozen=True, slots=True)
class Line:
    """One field as it is sent. ``inside``: the object that it stands in, "" for the body itself."""

    name: str
    inside: str
    field: Field


def lines(schema: Schema, traffic_type: str) -> tuple[Line, ...]:
    """Every field with its name and place on the wire, those of the body first; a direct body's sector is not one."""
    if traffic_type != "direct":
        return tuple(Line(field.name, "data", field) for field in schema.fields)
    top = [Line(THEIR_NAMES[field.name], "", field) for field in schema.fields if field.name in THEIR_NAMES]
    rest = [Line(field.name, EXTRA, field) for field in schema.fields if field.name not in THEIR_NAMES]
    return (*top, *rest)


def sample(
    schema: Schema, traffic_type: str, *, vertical: str, country: str, now: datetime, stage: Stage = "post"
) -> dict[str, Any]:
    """A body that this schema accepts; a field with a pattern of somebody's is left out unless it is required."""
    body: dict[str, Any] = {SECTOR: vertical} if traffic_type == "direct" else {}
    for line in lines(schema, traffic_type):
        field = line.field
        if field.required(stage) or _worth_showing(field, stage, traffic_type):
            place = body.setdefault(line.inside, {}) if line.inside else body
            place[line.name] = example(field, country, now)
    return body


def example(field: Field, country: str, now: datetime) -> Any:
    """A value that the field takes, as JSON has it."""
    if field.enum:
        return field.enum[0]
    known = {**_KNOWN, **_PLACES.get(country, _PLACES["GB"])}
    if field.type is Type.DATETIME:
        return f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"
    if field.type in {Type.INTEGER, Type.DECIMAL}:
        return _number(field)
    value = known.get(field.name) or _OF_TYPE.get(field.type, known.get(str(field.type), "Example"))
    return _fitted(field, value) if isinstance(value, str) and field.type in {Type.STRING, Type.TEXT} else value


def _worth_showing(field: Field, stage: Stage, traffic_type: str) -> bool:
    """What most publishers send as well: proof of consent, place, and the fields of the vertical."""
    if field.rule.pattern or stage == "ping" or traffic_type != "direct":
        return False
    return not field.system or field.name in {"postal_code", "consent_token", "consent_at", "ip"}


def _number(field: Field) -> int:
    low, high = field.rule.min, field.rule.max
    value = Decimal(70_000) if field.type is Type.DECIMAL else Decimal(2)
    if high is not None and value > high:
        value = high
    if low is not None and value < low:
        value = low
    return int(value.to_integral_value("ROUND_CEILING" if low is not None and value == low else "ROUND_FLOOR"))


def _fitted(field: Field, value: str) -> str:
    """As long as the rule wants it."""
    least, most = field.rule.min_length or 0, field.rule.max_length or len(value)
    longer = value if len(value) >= least else (value * (least // len(value) + 1))[:least]
    return longer[: max(most, least)]


_KNOWN: Mapping[str, str] = MappingProxyType({
    "first_name": "James", "last_name": "Patel", "email": "j.patel@example.co.uk", "ip": "203.0.113.42",
    "user_agent": "Mozilla/5.0", "consent_token": "ct_abc123", "sub_id": "spring-1", "pub_id": "site-7",
    "consent_text": "I agree to be called about my enquiry.", "street_address": "1 High Street",
    "landing_page_url": "https://example.com/quote", "certificate": "https://cert.trustedform.com/0a1b2c3d",
    "leadid": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "unique_identifier": "lead-0001",
})  # fmt: skip
_PLACES: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "GB": {"city": "London", "region": "Greater London", "postal_code": "SW1A 1AA", "postcode": "SW1A 1AA",
           "phone": "+447700900123"},
    "US": {"city": "Austin", "region": "TX", "postal_code": "78701", "postcode": "78701", "phone": "+13105550102"},
    "ZA": {"city": "Cape Town", "region": "Western Cape", "postal_code": "8001", "postcode": "8001",
           "phone": "+27821234567"},
})  # fmt: skip
_OF_TYPE: Mapping[Type, Any] = MappingProxyType({
    Type.BOOLEAN: True, Type.DATE: "1990-05-20", Type.EMAIL: "name@example.com", Type.IP: "203.0.113.42",
    Type.URL: "https://example.com/", Type.STRING: "Example", Type.TEXT: "An example.",
})  # fmt: skip
