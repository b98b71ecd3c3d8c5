"""Short ways to say a request and to read what came of it."""

from __future__ import annotations

from datetime import timedelta

from app.gateways.http_client import Answer, Failure, Request, Result


def ask(url: str, *, seconds: float = 5, **more: object) -> Request:
    fields = {"method": "POST", "headers": {}, "body": b"{}", "deadline": timedelta(seconds=seconds), **more}
    return Request(url=url, **fields)  # type: ignore[arg-type]


def answered(result: Result) -> Answer:
    assert isinstance(result, Answer), result
    return result


def failed(result: Result) -> Failure:
    assert isinstance(result, Failure), result
    return result
