"""The OpenAPI 3.1 document, made from the declarations that requests are validated by; served without a key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from flask import Blueprint, Flask, Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api.endpoint import Nothing, Operation, Wire

PATH = "/api/v1/openapi.json"
VERSION = "1.0.0"
_PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_REFUSALS = {
    401: "The key is missing, unknown or revoked.",
    403: "The key's role may not do this.",
    404: "There is no such thing, or it is not the caller's.",
    409: "A request with the same Idempotency-Key is still running.",
    413: "The body is larger than 256 kB.",
    415: "The body is not application/json.",
    422: "Some values cannot be taken; details lists them by field.",
    429: "Too many requests; Retry-After says how long to wait.",
}
_LIMITS = {
    "X-RateLimit-Limit": "Requests allowed in the window.",
    "X-RateLimit-Remaining": "Requests left in it.",
    "X-RateLimit-Reset": "When the next place comes back, in seconds since 1970.",
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {"type": ["object", "array"]},
            },
        }
    },
}
_PAGINATION = {
    "type": "object",
    "required": ["limit", "nextCursor", "hasMore"],
    "properties": {
        "limit": {"type": "integer"},
        "nextCursor": {"type": ["string", "null"]},
        "hasMore": {"type": "boolean"},
    },
}


def mount(app: Flask, operations: Sequence[Operation]) -> None:
    """Serve the document; it is made once."""
    blueprint = Blueprint("openapi", __name__)
    made = orjson.dumps(document(operations))

    @blueprint.route(PATH, methods=["GET"], provide_automatic_options=False)
    def openapi() -> Response:
        return Response(made, mimetype="application/json", headers={"Access-Control-Allow-Origin": "*"})

    app.register_blueprint(blueprint)


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The whole document."""
    modes, schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = "/api/v1" + _PARAMETER.sub(r"{\g<name>}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, modes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Switchyard", "version": VERSION, "description": "Lead distribution."},
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {**schemas, "Error": _ERROR, "Pagination": _PAGINATION},
        },
        "security": [{"key": []}],
    }


_Modes = Mapping[tuple[type[BaseModel], str], Mapping[str, Any]]


def _schemas(operations: Sequence[Operation]) -> tuple[Any, dict[str, Any]]:
    """A reference for each model by use, and their definitions."""
    wanted = [(op.body, "validation") for op in operations if op.body is not Nothing]
    wanted += [(op.reply, "serialization") for op in operations if op.reply]  # type: ignore[misc]
    unique: Any = list(dict.fromkeys(wanted))
    modes, definitions = models_json_schema(unique, ref_template="#/components/schemas/{model}")
    return modes, definitions.get("$defs", {})


def _operation(operation: Operation, modes: _Modes) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"For keys of these roles: {', '.join(operation.wire_roles)}. {operation.description}".strip(),
        "x-roles": list(operation.wire_roles),
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation, modes),
    }
    if operation.body is not Nothing:
        schema = dict(modes[operation.body, "validation"])
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for found in _PARAMETER.finditer(operation.path):
        form = {"type": "string", "format": "uuid"} if found["kind"] == "uuid" else {"type": "string"}
        yield {"name": found["name"], "in": "path", "required": True, "schema": form}
    yield from _query(operation.query)
    if operation.changes:
        schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        told = "The same key gives the first answer again and does nothing twice."
        yield {"name": "Idempotency-Key", "in": "header", "description": told, "schema": schema}


def _query(model: type[Wire]) -> Iterator[dict[str, Any]]:
    described = model.model_json_schema()
    for name, schema in described.get("properties", {}).items():
        yield {"name": name, "in": "query", "required": name in described.get("required", ()), "schema": schema}


def _responses(operation: Operation, modes: _Modes) -> dict[str, Any]:
    told = {str(status): _refusal(sentence) for status, sentence in _REFUSALS.items() if _possible(operation, status)}
    return {str(operation.status): _success(operation, modes), **told}


def _possible(operation: Operation, status: int) -> bool:
    """Which refusals an operation can give."""
    if status in {413, 415}:
        return operation.body is not Nothing
    if status == 404:  # noqa: PLR2004 - what is named in the path may not be there
        return "<" in operation.path
    return operation.changes or status != 409  # noqa: PLR2004 - only a mutation has a first to wait for


def _success(operation: Operation, modes: _Modes) -> dict[str, Any]:
    made: dict[str, Any] = {"description": operation.summary, "headers": _headers()}
    if operation.reply is not None:
        shown = dict(modes[operation.reply, "serialization"])
        fields = {"data": {"type": "array", "items": shown} if operation.is_list else shown}
        if operation.is_list:
            fields["pagination"] = {"$ref": "#/components/schemas/Pagination"}
        schema = {"type": "object", "required": list(fields), "properties": fields}
        made["content"] = {"application/json": {"schema": schema}}
    return made


def _refusal(sentence: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": sentence, "content": {"application/json": {"schema": schema}}}


def _headers() -> dict[str, Any]:
    return {name: {"description": told, "schema": {"type": "integer"}} for name, told in _LIMITS.items()}
