"""Suppression: people who must never be sold, known by plain hashes so that lists can be swapped without names.

A hash is SHA-256 of the normalised value: the lower-cased e-mail address, or the telephone number as E.164 with its
plus sign. Lists made elsewhere often hash the digits alone, so a number is looked up in both spellings.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PHONE = re.compile(r"\+?\d{7,15}", re.ASCII)


class Purpose(StrEnum):
    """What a list is for."""

    OPT_OUT = "opt_out"
    DO_NOT_CALL = "do_not_call"
    LITIGATOR = "litigator"
    BUYER = "buyer"


@dataclass(frozen=True, slots=True)
class PersonHash:
    """One hash to look up or to keep: ``kind`` is email, phone or hash (one that came hashed)."""

    kind: str
    digest: bytes


def hashes(email: str, phone: str) -> tuple[PersonHash, ...]:
    """Every hash under which the person may stand on a list; blank values give none."""
    spellings = [("email", email.strip().lower()), ("phone", phone), ("phone", phone.removeprefix("+"))]
    return tuple(dict.fromkeys(PersonHash(kind, _sha256(value)) for kind, value in spellings if value))


def entry(text: str) -> PersonHash | None:
    """One line of an uploaded list: an address, a number as E.164, or a SHA-256 in hex; None for anything else."""
    plain = text.strip().lower()
    if _HASH.fullmatch(plain):
        return PersonHash("hash", bytes.fromhex(plain))
    if "@" in plain:
        return PersonHash("email", _sha256(plain))
    number = re.sub(r"[\s().-]", "", plain)
    return PersonHash("phone", _sha256(number)) if _PHONE.fullmatch(number) else None


def _sha256(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
