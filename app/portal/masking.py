"""What a person's data looks like before somebody asks to see it.

A masked value still tells rows apart; it does not tell who the person is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

DOTS = "••••"
_CONTACT = re.compile(r"@|\+?\d[\d\s().-]{6,}\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ][\d:.]+( ?UTC|Z|[+-][\d:]+)?)?")


def name(value: str) -> str:
    """The first letter."""
    return value[:1] + DOTS if value else ""


def email(value: str) -> str:
    """First letter and domain: j••••@example.co.uk."""
    local, at, domain = value.rpartition("@")  # a quoted name may hold an @ of its own
    return f"{local[:1]}{DOTS}@{domain}" if at else hidden(value)


def phone(value: str) -> str:
    """Country code's beginning and the last three digits."""
    return f"{value[:3]} {DOTS} {value[-3:]}" if len(value) > 8 else DOTS  # noqa: PLR2004 - shorter would tell it all


def postcode(value: str) -> str:
    """The outward half of a UK code, the first three characters of others."""
    return f"{value.split(maxsplit=1)[0] if ' ' in value else value[:3]} {DOTS}"


def address(value: str) -> str:
    """An IP address without its end."""
    head, dot, _ = value.rpartition("." if "." in value else ":")
    return f"{head}{dot}{DOTS}" if dot else DOTS


def hidden(_value: str) -> str:
    """Nothing at all."""
    return DOTS


_BY_NAME: Mapping[str, Callable[[str], str]] = MappingProxyType({
    "first_name": name, "last_name": name, "name": name, "full_name": name, "email": email, "phone": phone,
    "alternate_phone": phone, "postal_code": postcode, "postcode": postcode, "zip": postcode, "ip": address,
    "street_address": hidden, "address": hidden, "date_of_birth": hidden, "consent_token": hidden,
    "user_agent": hidden,
})  # fmt: skip


def masked(field: str, value: Any, pii: frozenset[str] = frozenset()) -> str:
    """The value as it may stand on a screen that anybody might look at.

    Known fields have their own way; a field that its schema marks is hidden; whatever looks like an
    address or a telephone number is hidden too, whatever its field is called.
    """
    text = shown(value)
    if not text:
        return text
    way = _BY_NAME.get(field)
    if way is not None:
        return way(text)
    looks_like_contact = _CONTACT.search(text) and not _MOMENT.fullmatch(text)
    return DOTS if field in pii or looks_like_contact else text


def is_guarded(field: str, value: Any, pii: frozenset[str] = frozenset()) -> bool:
    """Whether masking changes what is shown."""
    return masked(field, value, pii) != shown(value)


def is_changed(field: str, changes: Mapping[str, Any]) -> bool:
    """Whether tidying changed what people see of a field; another spelling of one moment is no change."""
    before, after = changes.get(field, ("", ""))
    return shown(before) != shown(after)


def person(fields: Mapping[str, Any]) -> str:
    """Somebody in a list: "J•••• P••••"; their e-mail's shape when no name was sent."""
    names = [str(fields.get(part) or "") for part in ("first_name", "last_name")]
    if any(names):
        return " ".join(name(part) for part in names if part)
    return masked("email", fields.get("email") or "") or "–"


def place(fields: Mapping[str, Any]) -> str:
    """Where somebody is, as far as a list needs it: region or city, else the postcode's beginning."""
    for part in ("city", "suburb", "region", "province"):
        if fields.get(part):
            return str(fields[part])
    code = str(fields.get("postal_code") or "")
    return (code.split(maxsplit=1)[0] if " " in code else code[:3]).upper() or "–"


def shown(value: Any) -> str:
    """Any JSON value as one line of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return _moment(text) if _MOMENT.fullmatch(text) else text


def _moment(text: str) -> str:
    """A stored moment as people write it; what is none, or only a day, stays as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.strftime("%Y-%m-%d %H:%M:%S %Z").strip() if "T" in text else text
