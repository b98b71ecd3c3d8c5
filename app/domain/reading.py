"""Reading one value as one type, strictly: what is not plainly of the type is refused with a sentence.

A reader takes the value and the campaign's country and answers the value in our form, or raises `Unreadable`.
Sentences say the rule and how to mend; they never repeat what was sent. The readers for e-mail and telephone here
look at the shape alone: `app.adapters.contact` has the thorough ones, handed in where people's leads arrive.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import urlsplit

from app.domain import normalize

LONGEST_INTEGER = 18
LONGEST_URL = 2048
YEARS = range(1900, 2201)

_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,12})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[\d\s().-]{5,30}", re.ASCII)
_POSTCODE = re.compile(r"[a-z0-9][a-z0-9 -]{1,10}", re.ASCII)
_UK = re.compile(r"(?:[a-z]{1,2}\d[a-z\d]?|gir)\s*\d[a-z]{2}", re.ASCII)
_HOST = re.compile(r"[^\s/?#@]+")
_TRUE = frozenset({"true", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "no", "n", "off", "0"})


D = TypeVar("D", bound=date)


class Type(StrEnum):
    """What a field holds."""

    STRING = "string"
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    EMAIL = "email"
    PHONE = "phone"
    POSTCODE = "postcode"
    IP = "ip"
    URL = "url"
    ENUM = "enum"


class Unreadable(ValueError):
    """The value is not of the type; the text is a whole sentence that says what would be."""


Reader = Callable[[object, str], object]


def string(value: object, _country: str = "") -> str:
    """Text; a whole number is taken as its digits, for postcodes and the like."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**LONGEST_INTEGER:
        return str(value)
    raise Unreadable("Must be text, in quotation marks.")


def integer(value: object, _country: str = "") -> int:
    """A whole number of up to 18 digits, as a number or as text."""
    plain = _number_text(value)
    if plain is not None and _INTEGER.fullmatch(whole := plain.removesuffix(".0")):
        return int(whole)
    raise Unreadable("Must be a whole number without separators, such as 70000.")


def decimal(value: object, _country: str = "") -> Decimal:
    """A number of up to 15 digits and 12 decimal places, as a number or as text; never NaN or infinity."""
    plain = _number_text(value)
    if plain is not None and _DECIMAL.fullmatch(plain):
        return Decimal(plain)
    raise Unreadable("Must be a number without separators, such as 70000 or 4.25.")


def _number_text(value: object) -> str | None:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else repr(value)[:40]


def boolean(value: object, _country: str = "") -> bool:
    """True or false, also as yes/no, on/off and 1/0."""
    word = string(value).strip().lower() if not isinstance(value, bool) else str(value).lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise Unreadable("Must be true or false.")


def day(value: object, _country: str = "") -> date:
    """A calendar day, ISO 8601."""
    try:
        if isinstance(value, str) and _DATE.fullmatch(value.strip()):
            return _in_reach(date.fromisoformat(value.strip()))
    except ValueError:
        pass
    raise Unreadable("Must be a real date written YYYY-MM-DD, such as 2026-05-20.")


def moment(value: object, _country: str = "") -> datetime:
    """A moment, ISO 8601, answered in UTC; without an offset it is taken to be UTC."""
    try:
        if isinstance(value, str) and value.isascii():
            read = _in_reach(datetime.fromisoformat(value.strip()))
            return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except ValueError:
        pass
    raise Unreadable("Must be a date and time by ISO 8601, such as 2026-02-09T07:42:18Z.")


def _in_reach(read: D) -> D:
    """Years so far off are slips of the keyboard, and break arithmetic with zones."""
    if read.year not in YEARS:
        raise ValueError("out of reach")
    return read


def email(value: object, _country: str = "") -> str:
    """What looks like an address, lower-cased."""
    if isinstance(value, str) and _EMAIL.fullmatch(address := value.strip()):
        return address.lower()
    raise Unreadable("Must be an e-mail address, such as name@example.com.")


def phone(value: object, _country: str = "") -> str:
    """What looks like a telephone number, as it came."""
    if _PHONE.fullmatch(number := string(value).strip()):
        return number
    raise Unreadable("Must be a telephone number, best in international form such as +447700900123.")


def postcode(value: object, country: str = "") -> str:
    """A postcode of the campaign's country, or one that could be anybody's when we do not know its form."""
    code = normalize.postcode(string(value))
    example, fits = _POSTCODES.get(country.upper(), ("SW1A 1AA or 90210", _fits_somewhere))
    if fits(code):
        return code
    raise Unreadable(f"Must be a postcode, such as {example}.")


def _fits_somewhere(code: str) -> bool:
    return _POSTCODE.fullmatch(code) is not None


_POSTCODES: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "GB": ("SW1A 1AA", _UK.fullmatch),
    "US": ("90210 or 90210-1234", normalize.zip5),
    "ZA": ("2196", normalize.za_code),
}


def ip(value: object, _country: str = "") -> str:
    """An IPv4 or IPv6 address in its shortest spelling; an IPv4 one dressed as IPv6 is undressed."""
    try:
        if isinstance(value, str) and "%" not in value:
            address = ip_address(value.strip())
            return str((isinstance(address, IPv6Address) and address.ipv4_mapped) or address)
    except ValueError:
        pass
    raise Unreadable("Must be an IP address, such as 203.0.113.42 or 2001:db8::1.")


def url(value: object, _country: str = "") -> str:
    """A web address with its scheme."""
    try:
        if isinstance(value, str) and len(value) <= LONGEST_URL and not set(value.strip()) & set(' \t\r\n<>"'):
            parts = urlsplit(value.strip())
            if parts.scheme in {"http", "https"} and _HOST.fullmatch(parts.hostname or ""):
                return value.strip()
    except ValueError:
        pass
    raise Unreadable("Must be a web address that begins with https:// or http://.")


READERS: Mapping[Type, Reader] = MappingProxyType(
    {
        Type.STRING: string, Type.TEXT: string, Type.ENUM: string, Type.INTEGER: integer,
        Type.DECIMAL: decimal, Type.BOOLEAN: boolean, Type.DATE: day, Type.DATETIME: moment,
        Type.EMAIL: email, Type.PHONE: phone, Type.POSTCODE: postcode, Type.IP: ip, Type.URL: url,
    }
)  # fmt: skip
