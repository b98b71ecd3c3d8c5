"""One of our own addresses, called from inside as its caller would call it.

Pages that show an API show what it really answers: the same application, limits, readers and words, without a
network in between. The call runs in a context of its own, so that nothing of the page's request leaks into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import current_app, request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app import clock

STAGE = "switchyard.stage"
"""Where a page puts what only we can say into the request that it makes; no stranger's header can end up there."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Both sides of a call. ``took_ms``: how long our answer took, without any network."""

    method: str
    url: str
    sent: Mapping[str, str]
    body: str
    status: int
    phrase: str
    headers: Mapping[str, str]
    answer: str
    took_ms: float


def post(path: str, headers: Mapping[str, str], body: str, environ: Mapping[str, object] | None = None) -> Exchange:
    """Post ``body`` to ``path`` as whoever sent the present request; ``environ`` is what only we can say to a view."""
    built = _environ(path, headers, body) | dict(environ or {})
    application = current_app.wsgi_app
    began = clock.tick()
    status, told, answer = Context().run(_run, application, built)
    took = (clock.tick() - began) * 1000
    url = request.host_url.rstrip("/") + path
    return Exchange("POST", url, headers, body, status, HTTPStatus(status).phrase, told, answer, took)


def _environ(path: str, headers: Mapping[str, str], body: str) -> dict[str, Any]:
    """The caller's own address and proxies, so that limits by address count the person and not this server."""
    forwarded = {name: value for name, value in request.headers if name == "X-Forwarded-For"}
    builder = EnvironBuilder(
        path,
        base_url=request.host_url,
        method="POST",
        headers=(dict(headers) | forwarded).items(),
        data=body.encode(),
        environ_base={"REMOTE_ADDR": request.remote_addr or ""},
    )
    try:
        return builder.get_environ()
    finally:
        builder.close()


def _run(application: Any, environ: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    chunks, status, headers = run_wsgi_app(application, environ, buffered=True)
    return int(status.split(" ", 1)[0]), dict(headers), b"".join(chunks).decode("utf-8", "replace")
