"""The second factor: who must have one, and what somebody typed when asked for it.

Codes of an authenticator app are six digits; recovery codes are sixteen letters and digits, written in four groups.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.actor import Role

CODES = 10
"""Recovery codes that somebody is given."""

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Nothing that is mistaken for something else when copied from paper."""

LENGTH, GROUP = 16, 4
_CODE = re.compile(r"\d{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: ``digits`` of the app, or a ``recovery`` code; both empty when it is neither."""

    digits: str = ""
    recovery: str = ""


def read(text: str) -> Typed:
    """Spaces, hyphens and capitals do not matter."""
    plain = "".join(letter for letter in text.lower() if letter.isalnum())
    if _CODE.fullmatch(plain):
        return Typed(digits=plain)
    is_recovery = len(plain) == LENGTH and all(letter in ALPHABET for letter in plain)
    return Typed(recovery=plain) if is_recovery else Typed()


def grouped(code: str) -> str:
    """A recovery code as it is shown: ``abcd-efgh-jkmn-pqrs``."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def is_required(choice: object, role: Role) -> bool:
    """Whether the operator's choice (true, or a list of roles) asks for a second factor of this role."""
    if isinstance(choice, list | tuple):
        return role.value in choice
    return choice is True
