"""Rate limits as a face shows them: headers on every answer to a valid key, 429 when a window is full."""

from __future__ import annotations

import math

from flask import Flask, Response, g

from app.gateways.counters import Window
from app.gateways.kit import kit
from app.web.problem import Problem

MINUTE, HOUR = 60, 3600
_UNITS = {MINUTE: "a minute", HOUR: "an hour"}


def count(key: str, *windows: Window) -> None:
    """Count this request under ``key``; raises Problem 429 when a window is full."""
    verdict = kit().limiter.hit(key, *windows)
    g.rate_headers = {
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": str(math.ceil(verdict.reset_at.timestamp())),
    }
    if not verdict.allowed:
        span = _UNITS.get(verdict.seconds, f"{verdict.seconds} seconds")
        wait = verdict.retry_after
        raise Problem(
            429,
            "rate_limited",
            f"More than {verdict.limit} requests in {span}; try again in {wait} second{'s' * (wait > 1)}.",
            headers={"Retry-After": str(wait)},
        )


def attach(app: Flask) -> None:
    """Put X-RateLimit-Limit, -Remaining and -Reset on every answer of a request that was counted."""

    @app.after_request
    def _show(response: Response) -> Response:
        response.headers.update(g.get("rate_headers", {}))
        return response
