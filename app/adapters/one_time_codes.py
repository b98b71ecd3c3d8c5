"""Codes of authenticator apps (RFC 6238: SHA-1, 30 seconds, six digits) with pyotp, and their QR picture with segno.

Nothing is remembered here: that a step counts once only is the business of ``services.second_factor``.
"""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
import segno

STEP = 30  # seconds
DRIFT = 1
"""Steps that a telephone's clock may be early or late."""


def fresh_secret() -> str:
    """160 random bits as base32, the length that RFC 4226 recommends."""
    return pyotp.random_base32(32)


def address(secret: str, account: str, issuer: str) -> str:
    """What the QR picture says: an ``otpauth://`` address with the secret, whose it is and where it is for."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def step_of(secret: str, digits: str, now: datetime) -> int | None:
    """The step that these digits are the code of, at most one away from now; None when they are not."""
    current, codes = int(now.timestamp()) // STEP, pyotp.TOTP(secret)
    near = range(current - DRIFT, current + DRIFT + 1)
    found = [step for step in near if hmac.compare_digest(codes.generate_otp(step), digits)]
    return found[-1] if found else None


def picture(text: str) -> str:
    """A QR code as inline SVG, dark on white whatever the page looks like, with its quiet zone."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True)
