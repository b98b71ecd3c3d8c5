"""Passwords: argon2id, and what a new one must be like.

Only hashing lives here; who may sign in is ``services.sign_in``'s business.
"""

from __future__ import annotations

import os
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.guessing import is_soon_guessed

# OWASP's second choice for argon2id: 24 ms where the library's default takes 250.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_ROOM = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))  # a burst of sign-ins must not eat the memory
MIN_LENGTH = 12
MAX_LENGTH = 256
TELLING_NAME = 4  # shorter names turn up in any password


def hashed(password: str) -> str:
    """The argon2id string to store."""
    with _ROOM:
        return _HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the stored one; without a stored one it takes as long and says no."""
    with _ROOM:
        try:
            _HASHER.verify(_nobody() if stored is None else stored, password)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def fault_of(password: str, email: str) -> str | None:
    """What is wrong with a new password, as a sentence; None when it will do.

    Length is what counts (ASVS 5.0, 6.2); rules about kinds of characters are left out on purpose.
    """
    if len(password) < MIN_LENGTH:
        return f"Use at least {MIN_LENGTH} characters."
    if len(password) > MAX_LENGTH:
        return f"Use at most {MAX_LENGTH} characters."
    if len(set(password)) < MIN_LENGTH // 2:
        return "Use more different characters."
    name = email.partition("@")[0].lower()
    if len(name) >= TELLING_NAME and name in password.lower():
        return "Leave your e-mail address out of the password."
    if is_soon_guessed(password):
        return "Guessers try this one early. Use words that do not belong together, or let a password manager choose."
    return None


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")
