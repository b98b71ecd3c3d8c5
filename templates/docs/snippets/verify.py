import base64
import hashlib
import hmac
import time

TOLERANCE = {{ tolerance }}  # seconds: what is older is a replay


def is_fresh(moment: str) -> bool:
    return moment.isascii() and moment.isdigit() and len(moment) <= 12 and abs(time.time() - int(moment)) <= TOLERANCE


def verify_signature(secret: str, header: str, raw_body: bytes) -> bool:
    """{{ signature_header }}: t=<unix seconds>,v1=<hex>. raw_body: the bytes as they came, before any parsing."""
    parts = dict(part.strip().split("=", 1) for part in (header or "").split(",") if "=" in part)
    moment, given = parts.get("t", ""), parts.get("v1", "")
    if not given or not is_fresh(moment):
        return False
    expected = hmac.new(secret.encode(), moment.encode() + b"." + raw_body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), given.encode())


def verify_standard(secret: str, id: str, timestamp: str, signatures: str, raw_body: bytes) -> bool:
    """Standard Webhooks: headers webhook-id, webhook-timestamp and webhook-signature."""
    if not id or not is_fresh(timestamp or ""):
        return False
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    signed = f"{id}.{timestamp}.".encode() + raw_body
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    return any(hmac.compare_digest(expected, one.encode()) for one in (signatures or "").split(" "))
