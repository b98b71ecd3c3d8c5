"""What goes out, what comes back, and how it fails. Data only; nothing here does anything."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
MAX_RESPONSE = 65_536


class FailureKind(StrEnum):
    """Why there is no answer."""

    BLOCKED_ADDRESS = "blocked_address"
    BAD_URL = "bad_url"
    BAD_REQUEST = "bad_request"  # a method or header that cannot be sent
    DNS_FAILED = "dns_failed"
    CONNECT_FAILED = "connect_failed"
    TLS_FAILED = "tls_failed"
    TIMEOUT = "timeout"
    RESET = "reset"
    PROTOCOL_ERROR = "protocol_error"

    @property
    def is_permanent(self) -> bool:
        """Whether the same request would fail for ever: somebody has to change its URL or headers first."""
        return self in {FailureKind.BLOCKED_ADDRESS, FailureKind.BAD_URL, FailureKind.BAD_REQUEST}

    @property
    def shown(self) -> FailureKind:
        """The kind as tenants may see it: a blocked address looks like a refused connection and so tells nothing."""
        return FailureKind.CONNECT_FAILED if self is FailureKind.BLOCKED_ADDRESS else self


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``deadline`` is for everything from the name lookup to the last byte; ``max_response`` in bytes."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    deadline: timedelta
    max_response: int = MAX_RESPONSE


@dataclass(frozen=True, slots=True)
class Answer:
    """Whatever status came back, redirects too: nothing is followed, and a 3xx is for the caller to call a failure.

    ``headers`` are lower-cased, capped in number and length, without cookies. ``body`` is raw: never decompressed,
    cut at the request's ``max_response`` (then ``truncated``). ``peer`` is the address that answered.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    truncated: bool = False
    took: timedelta = timedelta(0)
    peer: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer. ``detail`` is a sentence that tenants may read; ``kind`` is for us (show ``kind.shown``).

    ``request_sent``: bytes of the request may have reached the other side, so what it did is unknown.
    """

    kind: FailureKind
    detail: str
    request_sent: bool
    took: timedelta


Result = Answer | Failure


class HttpClient(Protocol):
    """The shape of the gateway: OutboundClient in earnest, FakeClient in tests."""

    def send(self, request: Request) -> Result:
        """Send one and wait; never raises for what the other side does."""

    def send_many(self, requests: Sequence[Request], deadline: timedelta | None = None) -> list[Result]:
        """Send all at once; answers in the same order, all there when ``deadline`` (from now) has passed."""

    def send_each(self, requests: Sequence[Request]) -> Iterator[tuple[int, Result]]:
        """Send all at once; (index, result) as each comes in, so that a slow one holds nobody up."""

    async def send_async(self, request: Request) -> Result:
        """``send`` for code that runs inside the client's loop (see ``run``)."""

    async def send_many_async(self, requests: Sequence[Request], deadline: timedelta | None = None) -> list[Result]:
        """``send_many`` for code that runs inside the client's loop (see ``run``)."""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine inside the client's loop and wait for its result."""

    def check_url(self, url: str) -> tuple[str, ...]:
        """What is wrong with a URL that somebody typed in and what to do about it; empty when it may be kept."""

    def close(self) -> None:
        """Close every connection; a later send starts afresh."""
