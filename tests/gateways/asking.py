"""Short ways to say a request and to read what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from app.gateways.http_client import Answer, Failure, Request, Result


def ask(url: str, *, seconds: float = 30, **more: object) -> Request:
    fields = {"method": "POST", "headers": {}, "body": b"{}", "deadline": timedelta(seconds=seconds), **more}
    return Request(url=url, **fields)  # type: ignore[arg-type]


def answered(result: Result) -> Answer:
    assert isinstance(result, Answer), result
    return result


def failed(result: Result) -> Failure:
    assert isinstance(result, Failure), result
    return result


def wait_until(true: Callable[[], object], seconds: float = 30) -> None:
    """AssertionError when it does not become so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not so within {seconds:g} s"
        time.sleep(0.01)
