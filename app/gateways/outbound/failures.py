"""Naming what went wrong: an exception of the HTTP library becomes one kind and one sentence. Pure.

The sentences are for tenants: they carry no address, no header and no text of the library, and a blocked address
has the sentence of a refused connection.
"""

from __future__ import annotations

from datetime import timedelta

import aiohttp

from app.gateways.outbound.messages import Failure, FailureKind
from app.gateways.outbound.resolver import AddressBlocked, NameUnknown, OnlyHttps
from app.gateways.outbound.urls import NEEDS_HTTPS, UrlFault

_REFUSED = "The connection was refused, or the host could not be reached."
SENTENCES = {
    FailureKind.BLOCKED_ADDRESS: _REFUSED,
    FailureKind.BAD_URL: NEEDS_HTTPS,
    FailureKind.BAD_REQUEST: "The request could not be sent as it is set up.",
    FailureKind.DNS_FAILED: "The host name could not be looked up.",
    FailureKind.CONNECT_FAILED: _REFUSED,
    FailureKind.TLS_FAILED: "No secure connection could be made; check the certificate and the host name in it.",
    FailureKind.TIMEOUT: "There was no complete answer within the time allowed.",
    FailureKind.RESET: "The other side closed the connection before its answer was complete.",
    FailureKind.PROTOCOL_ERROR: "The answer was not valid HTTP.",
}
_BY_TYPE: tuple[tuple[type[BaseException], FailureKind], ...] = (  # the first that fits, so special before general
    (AddressBlocked, FailureKind.BLOCKED_ADDRESS),
    (OnlyHttps, FailureKind.BAD_URL),
    (NameUnknown, FailureKind.DNS_FAILED),
    (UrlFault, FailureKind.BAD_URL),
    (TimeoutError, FailureKind.TIMEOUT),
    (aiohttp.ClientConnectorCertificateError, FailureKind.TLS_FAILED),
    (aiohttp.ClientSSLError, FailureKind.TLS_FAILED),
    (aiohttp.ClientConnectorError, FailureKind.CONNECT_FAILED),
    (aiohttp.ClientPayloadError, FailureKind.RESET),
    (aiohttp.ServerConnectionError, FailureKind.RESET),
    (OSError, FailureKind.RESET),
)


def failure(kind: FailureKind, took: timedelta, *, request_sent: bool = False, detail: str = "") -> Failure:
    """A failure with the sentence of its kind, unless a better one is at hand."""
    return Failure(kind, detail or SENTENCES[kind], request_sent, took)


def kind_of(error: BaseException) -> FailureKind:
    """The kind of an exception raised while sending; what nobody foresaw is a protocol error."""
    cause = _cause(error)
    return next((kind for type_, kind in _BY_TYPE if isinstance(cause, type_)), FailureKind.PROTOCOL_ERROR)


def _cause(error: BaseException) -> BaseException:
    """Our own refusal inside the connector's wrapping, where there is one."""
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    return inner if isinstance(inner, AddressBlocked | OnlyHttps | NameUnknown) else error
