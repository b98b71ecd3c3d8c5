"""``/healthz``: the process lives. ``/readyz``: database, Redis and workers do too."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response
from redis import Redis

from app.services import health


def blueprint(redis: Redis) -> Blueprint:
    """Both routes; ``redis`` is only asked whether it is there."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        """Always 200; it touches nothing."""
        return _json({"status": "ok"}, 200)

    @routes.get("/readyz")
    def ready() -> Response:
        """Every part by name; 503 when one of them is not ``ok``."""
        parts = health.parts(redis)
        fine = all(state == health.OK for state in parts.values())
        return _json({"status": "ok" if fine else "unavailable", "parts": parts}, 200 if fine else 503)

    return routes


def _json(body: object, status: int) -> Response:
    return Response(orjson.dumps(body), status, mimetype="application/json")
