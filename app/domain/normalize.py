"""Tidying what was sent, so that one person, place or word has one spelling.

Nothing is refused here and nothing is guessed: what cannot be tidied stays as it came. E-mail
addresses and telephone numbers need libraries and are read in `app.adapters.contact`.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

LONGEST_CODE = 3
_LAYOUT = {"\n", "\t"}
_HIDDEN = {"\u200b", "\ufeff", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
"""Zero-width space, byte-order mark and the marks that turn the direction of writing."""

_UK = re.compile(r"([a-z]{1,2}\d[a-z\d]?)\s*(\d[a-z]{2})")
_OUTWARD = re.compile(r"([a-z]{1,2})(\d{1,2})([a-z]?)")
_ZIP = re.compile(r"(\d{5})(?:[-\s]?\d{4})?")
_ZA = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Change:
    """One value that was tidied, for the lead's page."""

    field: str
    before: str
    after: str


def text(raw: str) -> str:
    """Composed (NFC), without control and hidden characters, trimmed; line breaks stay.

    Lone surrogates, which JSON can carry and no database can store, go as well.
    """
    if raw.isascii() and raw.isprintable():
        return raw.strip()
    composed = unicodedata.normalize("NFC", raw.replace("\r\n", "\n"))
    return "".join(letter for letter in composed if _stays(letter)).strip()


def _stays(letter: str) -> bool:
    if letter in _LAYOUT:
        return True
    return unicodedata.category(letter) not in {"Cc", "Cs"} and letter not in _HIDDEN


def name(raw: str) -> str:
    """Text on one line with single spaces."""
    return " ".join(text(raw).split())


def postcode(raw: str) -> str:
    """Lower-cased with single inner spaces: "SW1A  1AA" is "sw1a 1aa"."""
    return name(raw).lower()


def region(raw: str) -> str:
    """Codes of up to three letters in capitals ("tx" is "TX"); names keep their spelling."""
    tidy = name(raw)
    return tidy.upper() if len(tidy) <= LONGEST_CODE else tidy


def country(raw: str) -> str:
    """As `region`: "gb" is "GB"."""
    return region(raw)


def uk_outward(code: str) -> str | None:
    """The outward code of a whole UK postcode: "sw1a 1aa" and "sw1a1aa" give "sw1a"."""
    whole = _UK.fullmatch(postcode(code))
    return whole[1] if whole else None


def uk_area(code: str) -> str | None:
    """The letters that a UK postcode or outward code begins with: "sw1a 1aa" gives "sw"."""
    outward = _OUTWARD.fullmatch(uk_outward(code) or postcode(code))
    return outward[1] if outward else None


def zip5(code: str) -> str | None:
    """The five digits of a US ZIP code, with or without its four more."""
    whole = _ZIP.fullmatch(name(code))
    return whole[1] if whole else None


def za_code(code: str) -> str | None:
    """A South African postal code: four digits."""
    whole = _ZA.fullmatch(name(code))
    return whole[0] if whole else None


@lru_cache(maxsize=4096)
def postal_prefixes(code: str) -> tuple[str, ...]:
    """Every shorter spelling that covers this code, the whole one last.

    A UK code is covered by its area, district, outward code and sector: "sw1a 1aa" by "sw",
    "sw1", "sw1a" and "sw1a 1", and never by "s", which is Sheffield. Any other code is covered
    by each of its beginnings.
    """
    tidy = postcode(code)
    whole = _UK.fullmatch(tidy)
    outward = _OUTWARD.fullmatch(whole[1] if whole else tidy)
    if not outward:
        return tuple(tidy[:length] for length in range(1, len(tidy) + 1))
    district = outward[1] + outward[2]
    names = [outward[1], district] + [outward[0]] * bool(outward[3])
    if whole:
        names += [f"{whole[1]} {whole[2][0]}", f"{whole[1]} {whole[2]}"]
    return tuple(names)


_BY_FIELD: Mapping[str, Callable[[str], str]] = {
    "first_name": name, "last_name": name, "full_name": name, "city": name, "suburb": name,
    "street_address": name, "company": name, "email": name, "phone": name, "ip": name,
    "postal_code": postcode, "region": region, "province": region, "country": country,
}  # fmt: skip


def normalised(fields: Mapping[str, object]) -> tuple[dict[str, object], tuple[Change, ...]]:
    """The fields with every text tidied, and what was changed in doing so."""
    tidy = dict(fields)
    changes = []
    for field, value in fields.items():
        if isinstance(value, str) and (after := _BY_FIELD.get(field, text)(value)) != value:
            tidy[field] = after
            changes.append(Change(field, value, after))
    return tidy, tuple(changes)
