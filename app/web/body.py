"""Reading a JSON body: its type first, then its size, then its grammar. Nothing is echoed."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from app.web.problem import Problem
from app.web.strict_json import NotStrict, parse

MAX_BYTES = 256 * 1024
UNREADABLE = "unreadable_body"
_MEDIA_TYPE = "application/json"


def json_object() -> dict[str, Any]:
    """The body as a JSON object; raises Problem 415, 413 or 422, in this order."""
    _check_type()
    try:
        value = parse(_bytes())
    except NotStrict as fault:
        raise unreadable(str(fault)) from None
    if not isinstance(value, dict):
        raise unreadable(f"The body must be a JSON object, not {_kind(value)}.")
    return value


def unreadable(sentence: str) -> Problem:
    """A body that cannot be taken as a whole; it leaves no lead."""
    return Problem(422, UNREADABLE, sentence, faults=(("body", sentence),))


def _check_type() -> None:
    if request.mimetype != _MEDIA_TYPE:
        raise Problem(415, "unsupported_media_type", f"Send the body as {_MEDIA_TYPE} (header Content-Type).")
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in {"utf-8", "utf8"}:
        raise Problem(415, "unsupported_media_type", "Send the body in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(415, "unsupported_media_type", "Send the body uncompressed (without Content-Encoding).")


def _bytes() -> bytes:
    """The whole body, or Problem 413: a long one is refused by its header, a chunked one where it passes the limit.

    One byte more than the limit is let in: a chunked body is cut there without a word, and shows by that byte.
    """
    request.max_content_length = MAX_BYTES + 1
    sentence = f"The request body is larger than {MAX_BYTES // 1024} kB; send one lead a request."
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raw = None
    if raw is None or len(raw) > MAX_BYTES:
        raise Problem(413, "body_too_large", sentence)
    return raw


def _kind(value: object) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "null")
