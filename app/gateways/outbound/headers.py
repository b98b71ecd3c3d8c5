"""Which header fields may go out, and which come back. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from multidict import CIMultiDictProxy

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
MAX_OUT = 64
MAX_OUT_CHARACTERS = 16_384
MAX_KEPT = 64
MAX_KEPT_CHARACTERS = 1024
AGENT = "Switchyard/1.0"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e]*")
# The connection is ours: who is called, how long the body is and how it travels is not for a header to say.
_OURS = frozenset({
    "accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade",
})  # fmt: skip
# A cookie is somebody's session there; an answer is stored and shown.
_DROPPED = frozenset({"set-cookie", "set-cookie2"})


class HeaderFault(ValueError):
    """The request cannot be sent as it is set up; the message says why."""


def refuse_faulty(method: str, headers: Mapping[str, str]) -> None:
    """Raise HeaderFault with the first thing wrong with a method or its headers."""
    if method not in METHODS:
        raise HeaderFault("The method must be one of " + ", ".join(sorted(METHODS)) + ".")
    faults = header_faults(headers)
    if faults:
        raise HeaderFault(faults[0])


def header_faults(headers: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with header fields that somebody typed in; empty when they can be sent."""
    faults = [fault for name, value in headers.items() for fault in _field_faults(name, value)]
    if len(headers) > MAX_OUT or sum(len(name) + len(value) for name, value in headers.items()) > MAX_OUT_CHARACTERS:
        faults.append("There are too many header fields, or they are too long.")
    return tuple(faults)


def _field_faults(name: str, value: str) -> list[str]:
    if not _TOKEN.fullmatch(name):
        return ["A header name may hold letters, digits and hyphens only."]
    if name.lower() in _OURS or name.lower().startswith("proxy-"):
        return [f"The header {name} is set for you; remove it."]
    if not _VALUE.fullmatch(value):
        return [f"The value of the header {name} holds a line break or a character outside ASCII; remove it."]
    return []


def outgoing(headers: Mapping[str, str]) -> dict[str, str]:
    """The fields that are sent: the caller's, with our agent where they name none, and no compression asked for."""
    agent = {} if any(name.lower() == "user-agent" for name in headers) else {"User-Agent": AGENT}
    return {**agent, **headers, "Accept-Encoding": "identity"}


def kept(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """The fields of an answer: lower-cased, repeated ones joined, capped in number and length, without cookies.

    Bytes that are no UTF-8 become question marks: the library hands them over as surrogates, which nobody can store.
    """
    found: dict[str, str] = {}
    for name, raw in headers.items():
        key, value = name.lower(), raw.encode("utf-8", "replace").decode()
        if key in _DROPPED or (len(found) >= MAX_KEPT and key not in found):
            continue
        joined = f"{found[key]}, {value}" if key in found else value
        found[key] = joined[:MAX_KEPT_CHARACTERS]
    return found
