"""Suppression lists: hashes in, and never a name."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from app.domain.suppression import PersonHash, entry, hashes


def sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def test_a_person_is_looked_up_by_address_and_by_both_spellings_of_the_number() -> None:
    assert hashes(" A@B.co ", "+447712345678") == (
        PersonHash("email", sha256("a@b.co")),
        PersonHash("phone", sha256("+447712345678")),
        PersonHash("phone", sha256("447712345678")),
    )


def test_what_is_not_known_is_not_looked_up() -> None:
    assert hashes("", "") == ()
    assert len(hashes("a@b.co", "")) == 1


def test_a_list_may_hold_addresses_numbers_or_hashes() -> None:
    assert entry("A@b.co\n") == PersonHash("email", sha256("a@b.co"))
    assert entry("+44 7712 345-678") == PersonHash("phone", sha256("+447712345678"))
    assert entry(sha256("a@b.co").hex().upper()) == PersonHash("hash", sha256("a@b.co"))
    assert entry("email") is None
    assert entry("") is None


@given(st.emails())
def test_whoever_is_put_on_a_list_is_found_on_it(address: str) -> None:
    put = entry(address)

    assert put is not None
    assert put.digest in {known.digest for known in hashes(address, "")}
