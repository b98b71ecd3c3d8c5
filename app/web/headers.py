"""Headers that tell browsers what our pages may not do."""

from __future__ import annotations

from flask import Flask, Response

from app.settings import Settings

# No inline script or style, nothing from elsewhere, in nobody's frame.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def attach(app: Flask, settings: Settings) -> None:
    """Set them on every answer; a view that set one of them itself keeps its own."""
    wanted = _ALWAYS | (_TRANSPORT if settings.is_production else {})

    @app.after_request
    def _protect(response: Response) -> Response:
        for name, value in wanted.items():
            response.headers.setdefault(name, value)
        return response
