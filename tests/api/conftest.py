"""Two tenants' worth of Bearer keys and a caller of the canonical API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.domain.actor import Role
from tests.dialects.market import Market, open_market

Call = Callable[..., TestResponse]


@pytest.fixture
def market(app: Flask) -> Market:
    """One tenant."""
    return open_market()


@pytest.fixture
def keys(market: Market) -> dict[str, str]:
    """A key of each role; ``stranger`` is an admin of another tenant."""
    other = open_market(slug="other")
    return {
        "admin": market.router_key(Role.ADMIN),
        "partner": market.router_key(Role.PUBLISHER, market.publisher_id),
        "buyer": market.router_key(Role.BUYER, market.buyer_id),
        "stranger": other.router_key(Role.ADMIN),
    }


@pytest.fixture
def call(app: Flask, keys: dict[str, str]) -> Call:
    """Call a path below ``/api/v1`` as somebody of ``keys``; a body of bytes goes as it stands."""

    def send(who: str, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {keys[who]}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        content = {"data": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        return app.test_client().open(f"/api/v1{path}", method=method, headers=sent, **content)

    return send
