"""What is known of the request before any view runs: its id, its caller's address, an empty tenant."""

from __future__ import annotations

import re
import uuid

import structlog
from flask import Flask, Response, g, request

from app import clock
from app.db import current_tenant, db, enter_tenant
from app.log import get
from app.settings import Settings
from app.transaction import rollback
from app.web.address import caller_address, counted_as

_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)


def request_id() -> str:
    """The id under which this request stands in logs, errors and the lead it brings."""
    return str(g.request_id)


def caller_ip() -> str:
    """The caller's address, past the trusted proxies."""
    return str(g.caller_ip)


def caller_counted() -> str:
    """The caller for limits that count by address."""
    return counted_as(caller_ip())


def attach(app: Flask, settings: Settings) -> None:
    """Give every request its id and address, and let no tenant outlive its request."""

    @app.before_request
    def _begin() -> None:
        offered = request.headers.get("X-Request-ID", "")
        g.request_id = offered if _SANE.fullmatch(offered) else f"req_{uuid.uuid4().hex}"
        forwarded = request.headers.get("X-Forwarded-For", "")
        g.caller_ip = caller_address(request.remote_addr or "", forwarded, settings.trusted_proxies)
        g.began = clock.tick()
        g.tenant_before = current_tenant()
        enter_tenant(None)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def _answer(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "")
        took = round((clock.tick() - g.get("began", clock.tick())) * 1000, 1)
        get().info(
            "request",
            method=request.method,
            route=str(request.url_rule) if request.url_rule else "",
            status=response.status_code,
            took_ms=took,
        )
        return response

    @app.teardown_request
    def _end(_error: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()
        if db.session().in_transaction():
            rollback()
        enter_tenant(g.pop("tenant_before", None))
