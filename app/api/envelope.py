"""The canonical envelope: ``{data}``, ``{data, pagination}``, ``{error: {code, message, details}}``."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Flask, Response
from pydantic import BaseModel

from app.api.endpoint import Listed
from app.web import shapes
from app.web.problem import Problem

PREFIX = "/api"


def own(app: Flask) -> None:
    """Errors below ``/api`` that no dialect owns come in this envelope."""
    shapes.own(app, PREFIX, shape)


def success(result: BaseModel | Listed | None) -> bytes:
    """The body of a success; nothing at all for an operation without a reply."""
    if result is None:
        return b""
    if isinstance(result, Listed):
        pagination = {
            "limit": result.limit,
            "nextCursor": result.next_cursor,
            "hasMore": result.next_cursor is not None,
        }
        return orjson.dumps({"data": [_dumped(entry) for entry in result.entries], "pagination": pagination})
    return orjson.dumps({"data": _dumped(result)})


def shape(problem: Problem) -> Response:
    """Any refusal; ``details`` lists the faults by field where there are some."""
    details: Any = [{"field": name, "message": message} for name, message in problem.faults] or dict(problem.details)
    body = {"error": {"code": problem.code, "message": problem.sentence, "details": details}}
    return Response(orjson.dumps(body), problem.status, mimetype="application/json")


def invalid(faults: tuple[tuple[str, str], ...]) -> Problem:
    """422 with every fault by field."""
    names = ", ".join(dict.fromkeys(name for name, _ in faults))
    return Problem(422, "validation_failed", f"Some values cannot be taken: {names}.", faults=faults)


def missing() -> Problem:
    """404: somebody else's thing is no thing."""
    return Problem(404, "not_found", "There is no such thing, or it is not yours.")


def _dumped(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(by_alias=True, mode="json")
