"""Bodies to try the ingest endpoint with: one good lead a line of business, and broken ones. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from app.adapters.ingest_terms import EXTRA, SECTOR
from app.domain.events import instant
from app.domain.fields import Field
from app.domain.presets import EXTRAS
from app.domain.reading import Type

PERSON: Mapping[str, str] = MappingProxyType(
    {
        "first_name": "James",
        "last_name": "Patel",
        "email": "j.patel@example.co.uk",
        "phone": "+447712345678",
        "postcode": "SW1A 1AA",
        "consent_token": "ct_abc123",
        "consent_at": "2026-02-09T07:42:18Z",
        "ip": "203.0.113.42",
    }
)
ABROAD: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "US": {"phone": "+12025550143", "postcode": "20500"},
        "ZA": {"phone": "+27821234567", "postcode": "2196"},
    }
)
"""What differs in a person of another country; elsewhere the first one serves."""

FIRST, HOME = "mortgages", "GB"
AGO = timedelta(minutes=2)
"""How long before now the person of the samples agreed: campaigns may refuse old consent."""

BY_NAME: Mapping[str, Any] = MappingProxyType(
    {
        "property_value_gbp": 350000, "deposit_gbp": 70000, "annual_income_gbp": 52000, "term_years": 25, "age": 58,
        "date_of_birth": "1986-04-12", "incident_date": "2026-01-18", "company": "Harbour Bakery Ltd",
        "claim_type": "road accident", "employment_status": "employed", "sub_vertical": "residential",
        "suburb": "Sandton", "service_type": "installation", "budget_range": "50000-100000",
        "cover_type": "comprehensive", "current_insurer": "Example Mutual",
    }
)  # fmt: skip
BY_TYPE: Mapping[Type, Any] = MappingProxyType(
    {Type.DECIMAL: 12000, Type.INTEGER: 3, Type.BOOLEAN: True, Type.DATE: "2026-01-18", Type.STRING: "example"}
)


def sector(countries: Mapping[str, str], wish: str = "") -> tuple[str, str]:
    """Key and country of the sector that samples are for: the wish, else the documentation's, else the first.

    ``countries``: of each sector that the account may send, by key.
    """
    wishes = (wish, FIRST, *countries)
    return next(((key, countries[key]) for key in wishes if key in countries), (FIRST, HOME))


def lead(vertical: str, country: str = HOME, consent_at: datetime | None = None) -> dict[str, Any]:
    """A whole, good lead of that line of business, with a value for each field of its own.

    Without a time of consent it has the one that the documentation prints.
    """
    extra = {field.name: _value(field) for field in EXTRAS.get(vertical, ())[: _shown(vertical)]}
    person = {**PERSON, **ABROAD.get(country, {})}
    if consent_at is not None:
        person["consent_at"] = instant(consent_at)
    return {SECTOR: vertical, **person, **({EXTRA: extra} if extra else {})}


def broken(vertical: str, country: str = HOME, consent_at: datetime | None = None) -> dict[str, Any]:
    """The same with faults that beginners make: no e-mail, half a telephone number, a town for a postcode."""
    body = lead(vertical, country, consent_at) | {"phone": "12", "postcode": "London"}
    del body["email"]
    return body


def text(body: Mapping[str, Any]) -> str:
    """As people write it."""
    return json.dumps(body, indent=2, ensure_ascii=False)


def indented(answer: str) -> str:
    """JSON on several lines; whatever is no JSON as it is."""
    try:
        return json.dumps(json.loads(answer), indent=2, ensure_ascii=False)
    except ValueError:
        return answer


def _value(field: Field) -> Any:
    return BY_NAME.get(field.name, field.enum[0] if field.enum else BY_TYPE[field.type])


def _shown(vertical: str) -> int | None:
    """The quickstart's own lead has two of the four, as its page prints it."""
    return 2 if vertical == FIRST else None
