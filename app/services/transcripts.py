"""What is kept of an answer: enough to find a fault with, little enough to store, and none of our secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.gateways.http_client import Answer, Result

KEPT_HEAD = 1024
KEPT_BODY = 3072
"""Characters; head and body together stay within 4 kB."""

_TELLING = frozenset({
    "content-length", "content-type", "date", "location", "retry-after", "server", "via", "x-request-id",
})  # fmt: skip


def transcript(result: Result, secrets: Sequence[str] = ()) -> tuple[dict[str, Any], str]:
    """Status and the telling headers of an answer, and the beginning of its body as text; empty for a failure.

    An answer may quote what it was sent: values of ``secrets`` are blotted out. NUL, which PostgreSQL cannot
    store, is left out, and halves of surrogate pairs, which no database can, become question marks.
    """
    if not isinstance(result, Answer):
        return {}, ""
    room = KEPT_HEAD
    headers = {}
    for name, value in result.headers.items():
        if name in _TELLING and room > 0:
            headers[name] = _clean(value, secrets)[:room]
            room -= len(name) + len(headers[name])
    # Secrets are blotted out before the cut: half a secret would no longer be recognised.
    body = _clean(result.body.decode("utf-8", "replace"), secrets)
    return {"status": result.status, "headers": headers, "truncated": result.truncated}, body[:KEPT_BODY]


def _clean(text: str, secrets: Sequence[str]) -> str:
    clean = text.replace("\x00", "").encode("utf-8", "replace").decode()
    for secret in secrets:
        clean = clean.replace(secret, "[redacted]")
    return clean
