"""Secrets at rest that must be read back: AES-256-GCM under a ring of keys kept outside the database.

A sealed value opens only in the context it was sealed for (tenant, table, column, row), so a ciphertext moved to
another row is refused. Its header names the key, so keys rotate: put a new one first in the ring, keep the old one
while values sealed with it remain (``is_current`` finds them).

Layout: version (1 byte), length of the key id (1), key id, nonce (12), ciphertext with tag.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12
FIXED_BYTES = 2
MAX_KEY_ID = 32


class CannotOpen(Exception):
    """The value is not one of ours, was changed, belongs elsewhere, or its key is not in the ring."""


class SecretBox:
    """Seals with the first key of the ring, opens with whichever the value names."""

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        if not keys:
            raise ValueError("the key ring is empty")
        for key_id, key in keys:
            if len(key) != KEY_BYTES or not (key_id.isascii() and 1 <= len(key_id) <= MAX_KEY_ID):
                raise ValueError("each key has an id of 1 to 32 ASCII characters and exactly 32 bytes")
        self._ciphers = {key_id.encode(): AESGCM(key) for key_id, key in keys}
        if len(self._ciphers) != len(keys):
            raise ValueError("two keys have the same id")
        self._current = keys[0][0].encode()

    def seal(self, plain: bytes, *context: str) -> bytes:
        """Encrypt for one place; the same call never gives the same bytes twice."""
        nonce = os.urandom(NONCE_BYTES)
        header = bytes([VERSION, len(self._current)]) + self._current
        sealed = self._ciphers[self._current].encrypt(nonce, plain, _bound(header, context))
        return header + nonce + sealed

    def open(self, sealed: bytes, *context: str) -> bytes:
        """Decrypt; raises CannotOpen, which never says more."""
        header, key_id, rest = _split(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise CannotOpen
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], _bound(header, context))
        except (InvalidTag, ValueError) as error:
            raise CannotOpen from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether it was sealed with the first key of the ring; if not, seal it anew. Raises CannotOpen."""
        return _split(sealed)[1] == self._current


def _split(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    """Header, key id and the rest."""
    end = FIXED_BYTES + sealed[1] if len(sealed) > 1 else FIXED_BYTES
    if len(sealed) < end + NONCE_BYTES or sealed[0] != VERSION:
        raise CannotOpen
    return sealed[:end], sealed[FIXED_BYTES:end], sealed[end:]


def _bound(header: bytes, context: Sequence[str]) -> bytes:
    """Header and context as one unambiguous text: every part carries its length."""
    parts = [header, *(part.encode() for part in context)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
