"""A plain HTTP call to loopback, for tests: no proxy, no redirect, no retry, the answer whatever its status."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


def opened(method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float) -> Any:
    """The open connection and its answer's head; the caller closes the connection."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request(method, f"{parts.path or '/'}?{parts.query}".rstrip("?"), body, dict(headers))
        return connection, connection.getresponse()
    except BaseException:
        connection.close()
        raise


def call(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 60.0,
) -> Answer:
    """One request, one answer; OSError or HTTPException when the line breaks."""
    connection, answer = opened(method, url, body, headers or {}, seconds)
    try:
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def post_json(url: str, value: object, headers: Mapping[str, str] | None = None, seconds: float = 60.0) -> Answer:
    """POST a value as JSON."""
    body = json.dumps(value).encode()
    return call("POST", url, body, {"Content-Type": "application/json", **(headers or {})}, seconds)
