"""Reading an uploaded list of people: e-mail addresses, telephone numbers and SHA-256 hashes, as text or CSV.

Values are read as leads' own are, so that a number written the way people at home write it meets the lead's. What
comes out are hashes; the plain values are gone with the text, except a few samples that the caller masks.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.adapters.contact import parse_email, parse_phone
from app.domain.suppression import PersonHash, entry, hashes

MOST_LINES = 50_000
LONGEST_CELL = 320
SAMPLES = 5
HEADS = frozenset({
    "email", "e-mail", "email address", "mail", "phone", "telephone", "tel", "mobile", "phone number", "number",
    "msisdn", "hash", "sha256", "sha-256",
})  # fmt: skip
_OTHER_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{128}", re.ASCII)


class TooLong(ValueError):
    """More lines than one upload may have."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that holds nobody: its number in the file, and why."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Upload:
    """What a file says: whom it names, each once; how often somebody came again; what could not be read."""

    entries: tuple[PersonHash, ...]
    duplicates: int
    bad: tuple[BadLine, ...]
    samples: tuple[tuple[str, str], ...]

    @property
    def kinds(self) -> dict[str, int]:
        """How many of each kind: email, phone, hash."""
        return dict(Counter(one.kind for one in self.entries))


class Unreadable(ValueError):
    """One value that names nobody; the message says why."""


def read(text: str, country: str) -> Upload:
    """Every line of a file. ``country``: whose numbers those without a country code are. Raises TooLong."""
    found: dict[PersonHash, None] = {}
    bad: list[BadLine] = []
    samples: list[tuple[str, str]] = []
    duplicates = 0
    for number, cell in _cells(text):
        try:
            one = person(cell, country)
        except Unreadable as fault:
            bad.append(BadLine(number, str(fault)))
            continue
        if one in found:
            duplicates += 1
            continue
        found[one] = None
        if len(samples) < SAMPLES:
            samples.append((one.kind, cell))
    return Upload(tuple(found), duplicates, tuple(bad), tuple(samples))


def person(value: str, country: str) -> PersonHash:
    """The hash under which one value is kept. Raises Unreadable."""
    return spellings(value, country)[0]


def spellings(value: str, country: str) -> tuple[PersonHash, ...]:
    """Every hash under which one value may stand on a list, its own first. Raises Unreadable."""
    plain = value.strip()
    if len(plain) > LONGEST_CELL:
        raise Unreadable("too long to be anybody's")
    if "@" in plain:
        mail = parse_email(plain)
        return _some(hashes(mail.address if mail else "", ""), "not an e-mail address")
    found = entry(plain)
    if found and found.kind == "hash":
        return (found,)
    if _OTHER_HASH.fullmatch(plain.lower()):
        raise Unreadable("a hash, but not SHA-256 (64 hexadecimal digits)")
    if not any(letter.isdigit() for letter in plain):
        raise Unreadable("neither an e-mail address, a telephone number nor a hash")
    phone = parse_phone(plain, country)
    return _some(hashes("", phone.e164 if phone and phone.possible else ""), "not a telephone number that can exist")


def _some(found: tuple[PersonHash, ...], why: str) -> tuple[PersonHash, ...]:
    if not found:
        raise Unreadable(why)
    return found


def _cells(text: str) -> Iterator[tuple[int, str]]:
    """Line number and value of each cell that counts; blank ones are passed over."""
    columns: list[int] | None = None
    for number, row in _rows(text):
        if columns is None:
            heads = [cell.strip().lower() for cell in row]
            columns = [place for place, head in enumerate(heads) if head in HEADS]
            if columns:
                continue
            columns = [0]
        for cell in (row[place] for place in columns if place < len(row)):
            if cell.strip():
                yield number, cell


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        raise TooLong
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    for number, line in enumerate(lines, 1):
        cells = _split(line, delimiter)
        if any(cell.strip() for cell in cells):
            yield number, cells


def _split(line: str, delimiter: str) -> list[str]:
    """One line's cells; a quote that is never closed ends with its line and swallows no other."""
    try:
        return next(iter(_reader([line], delimiter)), [])
    except csv.Error:
        return [line]


def _reader(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
