"""The shapes of refusals on paths that machines post to and where no dialect answers yet: JSON, never a page.

``/ping``, ``/post`` and ``/direct_post`` are the exchange's, ``/buyer/api/v1`` is the buyers'.
"""

from __future__ import annotations

import orjson
from flask import Flask, Response

from app.web import shapes
from app.web.problem import Problem

EXCHANGE = ("/ping", "/post", "/direct_post")
BUYER = "/buyer/api/v1"


def own(app: Flask) -> None:
    """Claim the paths."""
    for prefix in EXCHANGE:
        shapes.own(app, prefix, exchange)
    shapes.own(app, BUYER, buyer)


def exchange(problem: Problem) -> Response:
    """``{status, code, message}``, the status always "error"."""
    return _json(problem, {"status": "error", "code": problem.code, "message": problem.sentence})


def buyer(problem: Problem) -> Response:
    """``{code, message}``."""
    return _json(problem, {"code": problem.code, "message": problem.sentence})


def _json(problem: Problem, body: dict[str, str]) -> Response:
    return Response(orjson.dumps(body), problem.status, mimetype="application/json")
