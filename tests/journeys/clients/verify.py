"""A receiver's check of our signature header, t=<unix seconds>,v1=<hex>: HMAC-SHA256 over "<t>.<raw body>".

Reads {secret, body (base64), header} on stdin; prints true or false.
"""

import base64
import hashlib
import hmac
import json
import sys
import time

TOLERANCE_SECONDS = 300


def is_genuine(secret: str, raw_body: bytes, header: str | None) -> bool:
    """Whether these bytes were signed with this secret within the last five minutes."""
    parts = dict(pair.split("=", 1) for pair in (header or "").split(",") if "=" in pair)
    moment, signature = parts.get("t"), parts.get("v1")
    if not moment or not signature:
        return False
    if abs(time.time() - int(moment)) > TOLERANCE_SECONDS:
        return False
    expected = hmac.new(secret.encode(), f"{moment}.".encode() + raw_body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


asked = json.load(sys.stdin)
genuine = is_genuine(asked["secret"], base64.b64decode(asked["body"]), asked["header"])
print(json.dumps(genuine))  # noqa: T201 - it speaks to whoever ran it
