"""Sealed values open in their own place only, and keys rotate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateways.secret_box import CannotOpen, SecretBox

OLD, NEW = ("2025", b"o" * 32), ("2026", b"n" * 32)
BOX = SecretBox([NEW, OLD])


@given(st.binary(max_size=300), st.lists(st.text(max_size=20), max_size=4))
def test_what_is_sealed_opens_in_its_context(plain, context):
    assert BOX.open(BOX.seal(plain, *context), *context) == plain


def test_two_rows_whose_ciphertexts_were_swapped_both_refuse():
    rows = {row: BOX.seal(row.encode(), "tenant", "endpoints", "secret", row) for row in ("a", "b")}
    for row, other in (("a", "b"), ("b", "a")):
        with pytest.raises(CannotOpen):
            BOX.open(rows[other], "tenant", "endpoints", "secret", row)


@pytest.mark.parametrize(
    "context",
    [("t2", "users", "totp", "r"), ("t", "keys", "totp", "r"), ("t", "users", "pin", "r"), ("t", "users", "totp"), (),
     ("t", "users", "totp", "r", ""), ("tusers", "", "totp", "r"), ("users", "t", "totp", "r")],
)  # fmt: skip
def test_any_other_context_refuses(context):
    with pytest.raises(CannotOpen):
        BOX.open(BOX.seal(b"secret", "t", "users", "totp", "r"), *context)


def test_a_changed_byte_anywhere_refuses():
    sealed = BOX.seal(b"secret", "t")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(CannotOpen):
            BOX.open(bytes(changed), "t")


@given(st.binary(max_size=80))
def test_garbage_refuses_and_never_crashes(garbage):
    with pytest.raises(CannotOpen):
        BOX.open(garbage)


def test_a_cut_off_value_refuses():
    sealed = BOX.seal(b"secret")
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            BOX.open(sealed[:length])


def test_the_same_secret_never_looks_the_same_twice():
    assert BOX.seal(b"secret") != BOX.seal(b"secret")
    assert b"secret" not in BOX.seal(b"secret")


def test_keys_rotate_without_losing_what_the_old_one_sealed():
    sealed = SecretBox([OLD]).seal(b"secret", "t")
    assert BOX.open(sealed, "t") == b"secret"
    assert not BOX.is_current(sealed)
    anew = BOX.seal(BOX.open(sealed, "t"), "t")
    assert BOX.is_current(anew)
    with pytest.raises(CannotOpen):
        SecretBox([OLD]).open(anew, "t")
    assert SecretBox([NEW]).open(anew, "t") == b"secret"


@pytest.mark.parametrize(
    "keys", [[], [("a", b"short")], [("", b"k" * 32)], [("a" * 33, b"k" * 32)], [("é", b"k" * 32)], [OLD, OLD]]
)
def test_a_faulty_key_ring_is_refused(keys):
    with pytest.raises(ValueError, match="key"):
        SecretBox(keys)
