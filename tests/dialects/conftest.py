"""A market and a caller of the ingest endpoint, on each database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.dialects.market import Market, open_market

PATH = "/api/v1/leads/ingest"
Post = Callable[..., TestResponse]


@pytest.fixture
def market(app: Flask) -> Market:
    """One tenant with a publisher, a buyer and two sectors."""
    return open_market()


@pytest.fixture
def post(app: Flask, market: Market) -> Post:
    """Post a lead (or raw bytes) with the publisher's key; ``headers`` add to the usual ones or, as None, take away."""

    def send(body: Any, headers: dict[str, str | None] | None = None) -> TestResponse:
        usual = {"X-API-Key": market.key.secret, "Content-Type": "application/json"}
        kept = {name: value for name, value in (usual | (headers or {})).items() if value is not None}
        if isinstance(body, bytes):
            return app.test_client().post(PATH, data=body, headers=kept)
        return app.test_client().post(PATH, json=body, headers=kept)

    return send
