"""Whom one may log in as in the demo, and their passwords."""

from __future__ import annotations

import hashlib
import hmac
import random
from dataclasses import dataclass

from app.demo import names
from app.domain.actor import Role


@dataclass(frozen=True)
class Person:
    """Somebody with a password. ``owner``: publisher or buyer they work for."""

    role: Role
    email: str
    name: str


PEOPLE = (
    Person(Role.SUPERADMIN, "superadmin@demo.example.com", "Sam Superadmin"),
    Person(Role.ADMIN, "admin@demo.example.com", "Alice Admin"),
    Person(Role.BUYER, "buyer@northgate.example.com", "Bob Buyer"),
    Person(Role.PUBLISHER, "publisher@quickquotes.example.com", "Cara Publisher"),
)


def password_of(email: str, secret_key: str) -> str:
    """The demo's password of this person: words and figures, the same as long as SECRET_KEY is."""
    seed = hmac.digest(secret_key.encode(), f"demo password of {email}".encode(), hashlib.sha256)
    rng = random.Random(seed)  # noqa: S311 - the seed is the secret
    words = [rng.choice(names.TOWNS).name.split()[0], rng.choice(names.LAST_NAMES), rng.choice(names.FIRST_NAMES)]
    return "-".join([*(word.replace("'", "") for word in words), f"{rng.randrange(10**6):06d}"])
