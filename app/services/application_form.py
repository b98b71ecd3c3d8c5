"""What a company tells when it applies: read, tidied, judged, each fault beside its field. Nothing is stored here."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from urllib.parse import urlsplit

import phonenumbers
from babel import Locale

from app.adapters.contact import LONGEST_PHONE, parse_email, parse_phone

LONGEST, LONGEST_WEBSITE, LONGEST_TRAFFIC = 120, 200, 2000
LEAST_TRAFFIC = 20
MOST_LEADS, FIGURES = 10_000_000, 12
_LINKLIKE = re.compile(r"://|www\.", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII)


class Faulty(ValueError):
    """The application cannot be taken as it is; ``faults``: field -> sentence."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Answers:
    """An application that can be taken: everything tidied."""

    company: str
    website: str
    contact_name: str
    email: str
    phone: str
    country: str
    verticals: tuple[str, ...]
    monthly_leads: int
    traffic: str


def read(form: Mapping[str, str], wanted: Collection[str], offered: Collection[str]) -> Answers:
    """Tidy what was typed; ``wanted`` are the ticked verticals, ``offered`` those there are. Raises Faulty."""
    said = {name: " ".join(form.get(name, "").split()) for name in FIELDS}
    said["traffic"] = form.get("traffic", "").replace("\r\n", "\n").strip()
    faults = {name: fault for name, judge in FIELDS.items() if (fault := judge(said[name]))}
    faults |= {} if "phone" in faults else _phone_fault(said["phone"], said["country"])
    if not wanted or not set(wanted) <= set(offered):
        faults["verticals"] = "Choose at least one line of business."
    if form.get("terms") != "yes":
        faults["terms"] = "Tick this to apply: every lead needs it."
    if faults:
        raise Faulty({name: faults[name] for name in ORDER if name in faults})
    return Answers(
        company=said["company"],
        website=_address(said["website"]),
        contact_name=said["contact_name"],
        email=said["email"].lower(),
        phone=said["phone"],
        country=said["country"],
        verticals=tuple(sorted(wanted)),
        monthly_leads=int(said["monthly_leads"].replace(",", "").replace(" ", "")),
        traffic=said["traffic"],
    )


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Codes and names of every country that has telephone numbers, by name."""
    names = Locale("en", "GB").territories
    found = [(code, names[code]) for code in phonenumbers.SUPPORTED_REGIONS if code in names]
    return tuple(sorted(found, key=lambda pair: pair[1]))


def host_of(website: str) -> str:
    """The host of a website's address, without a leading www."""
    return (urlsplit(website).hostname or "").removeprefix("www.")


def name_fault(value: str) -> str | None:
    """What is wrong with a name of a person or company that mails will hold; None where nothing is."""
    if not value:
        return "This is needed."
    if len(value) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if _LINKLIKE.search(value):  # it stands in mails that anybody can have sent to anybody
        return "Leave web addresses out of the name."
    return None if value.isprintable() else "Leave out characters that cannot be printed."


def _company(value: str) -> str | None:
    return "Enter the company's name." if not value else name_fault(value)


def _contact(value: str) -> str | None:
    return "Enter the name of the person we should write to." if not value else name_fault(value)


def _website(value: str) -> str | None:
    try:
        parts = urlsplit(_address(value))
        fits = parts.scheme in {"http", "https"} and not parts.username and _HOST.fullmatch(parts.hostname or "")
        _ = parts.port
    except ValueError:
        fits = None
    if fits and len(value) <= LONGEST_WEBSITE and value.isprintable():
        return None
    return "Enter the address of your website, such as example.com."


def _email(value: str) -> str | None:
    return None if parse_email(value) else "Enter an e-mail address, such as name@example.com."


def _phone(value: str) -> str | None:
    return None if 0 < len(value) <= LONGEST_PHONE else "Enter a telephone number."


def _phone_fault(value: str, country: str) -> dict[str, str]:
    facts = parse_phone(value, country if country in dict(countries()) else None)
    if facts is not None and facts.possible:
        return {}
    return {"phone": "This cannot be a telephone number. Write it with its country code, such as +44 7700 900123."}


def _country(value: str) -> str | None:
    return None if value in dict(countries()) else "Choose a country."


def _monthly(value: str) -> str | None:
    figures = value.replace(",", "").replace(" ", "")
    fits = figures.isascii() and figures.isdecimal() and len(figures) <= FIGURES and 1 <= int(figures) <= MOST_LEADS
    return None if fits else "Enter about how many leads a month, as a number: 500."


def _traffic(value: str) -> str | None:
    if len(value) < LEAST_TRAFFIC:
        return f"Say in a sentence or two where your leads come from (at least {LEAST_TRAFFIC} characters)."
    return None if len(value) <= LONGEST_TRAFFIC else f"Use at most {LONGEST_TRAFFIC} characters."


def _address(value: str) -> str:
    """As typed, with the https that people leave out."""
    return value if "://" in value else f"https://{value}"


FIELDS = MappingProxyType({
    "company": _company, "website": _website, "contact_name": _contact, "email": _email, "phone": _phone,
    "country": _country, "monthly_leads": _monthly, "traffic": _traffic,
})  # fmt: skip
ORDER = (
    "company", "website", "country", "contact_name", "email", "phone", "verticals", "monthly_leads", "traffic", "terms",
)  # fmt: skip
"""How the fields stand on the page: faults are told in this order."""
