"""The least that a declared body takes, made from its own JSON Schema."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from pydantic import BaseModel

Schema = dict[str, Any]
FORMATS = {
    "uuid": str(uuid4()), "uri": "https://example.com/x", "email": "new@example.com", "date": "2026-11-20",
    "date-time": "2026-11-20T12:00:00Z", "time": "12:00:00",
}  # fmt: skip


def minimal(model: type[BaseModel]) -> dict[str, Any]:
    """Every field that must be there, with a value that its schema allows."""
    schema = model.model_json_schema()
    made: dict[str, Any] = _value(schema, schema.get("$defs", {}))
    return made


def _value(schema: Schema, defs: dict[str, Schema]) -> Any:
    if "$ref" in schema:
        return _value(defs[schema["$ref"].rpartition("/")[2]], defs)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _value(schema[choice][0], defs)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    return _of_type(schema, defs)


def _of_type(schema: Schema, defs: dict[str, Schema]) -> Any:
    kind = schema.get("type", "object")
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: _value(properties[name], defs) for name in schema.get("required", ())}
    if kind == "array":
        return [_value(schema["items"], defs) for _ in range(schema.get("minItems", 0))]
    if kind == "string":
        return FORMATS.get(schema.get("format", ""), "1" * max(1, schema.get("minLength", 1)))
    return {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True}.get(kind)
