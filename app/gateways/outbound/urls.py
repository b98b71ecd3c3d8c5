"""Reading a URL that somebody typed in, once and strictly. Pure; nothing here resolves or connects.

The parts found here are the parts that are sent: no second parser sees the original text.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

import idna

from app.gateways.outbound.addresses import Address, AddressPolicy
from app.settings import Network

MAX_URL = 2048
MAX_HOST = 253
MAX_PORT = 65_535
_STANDARD_PORT = {"https": 443, "http": 80}
_AUTHORITY = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:@%]+))(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_DOTS = str.maketrans({"\u3002": ".", "\uff0e": ".", "\uff61": "."})
_SAFE = "%/:=&?~+!$,;'@()*[]"

NEEDS_HTTPS = "The URL must begin with https:// and use port 443."
PLAIN_HTTP = "The URL must begin with https://; plain http is for addresses alone that the operator allows."
NEEDS_NAME = "Use a host name that everybody can look up, such as hooks.example.com; an address cannot be used here."


class UrlFault(ValueError):
    """The URL cannot be used; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL in parts. ``host`` is lower-case ASCII, ``literal`` set when it is an address; ``path`` has the query."""

    scheme: str
    host: str
    literal: Address | None
    port: int
    path: str

    @property
    def url(self) -> str:
        """The URL as it is sent, without fragment; written from the parts alone."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


@lru_cache(maxsize=1024)
def parse(url: str) -> Target:
    """The parts of an http or https URL; raises UrlFault. Kept, because auctions ask the same few for ever."""
    if len(url) > MAX_URL:
        raise UrlFault(f"The URL is longer than {MAX_URL} characters; shorten it.")
    if not url.isprintable() or " " in url or "\\" in url:
        raise UrlFault("The URL holds a space, a backslash or an invisible character; remove it.")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UrlFault("The URL cannot be read; write it as https://host/path.") from error
    if parts.scheme not in _STANDARD_PORT:
        raise UrlFault("The URL must begin with https://.")
    return _target(parts)


def _target(parts: SplitResult) -> Target:
    if "@" in parts.netloc:
        raise UrlFault("The URL holds a name or password before the host; put credentials into a header.")
    found = _AUTHORITY.fullmatch(parts.netloc)
    if found is None:
        raise UrlFault("The host cannot be read; write the URL as https://host/path.")
    host, literal = _bracketed(found["six"]) if found["six"] else _named(found["name"])
    port = int(found["port"]) if found["port"] else _STANDARD_PORT[parts.scheme]
    if not 1 <= port <= MAX_PORT:
        raise UrlFault("The port must be from 1 to 65535.")
    path = quote(parts.path or "/", safe=_SAFE)
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    return Target(parts.scheme, host, literal, port, path + query)


def _bracketed(text: str) -> tuple[str, Address]:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError as error:
        raise UrlFault("The address in brackets is not an IPv6 address.") from error
    return str(address), address


def _named(text: str) -> tuple[str, Address | None]:
    """A host name in ASCII, or a dotted IPv4 address; every other spelling of an address is a fault."""
    host = _ascii(unicodedata.normalize("NFKC", text).translate(_DOTS).lower().removesuffix("."))
    labels = host.split(".")
    if len(host) > MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise UrlFault("The host is not a name that can be looked up; check its spelling.")
    if not _NUMBER.fullmatch(labels[-1]):
        return host, None
    try:
        return host, ipaddress.IPv4Address(host)
    except ValueError as error:
        raise UrlFault("The host is a number written in an unusual way; use a host name.") from error


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise UrlFault("The host is not a name that can be looked up; check its spelling.") from error


@dataclass(frozen=True, slots=True)
class UrlRules:
    """Which URLs may be called: the operator's exceptions, and whether plain http to the internet is refused."""

    allow: tuple[Network, ...] = ()
    https_only: bool = True

    def policy(self, target: Target) -> AddressPolicy:
        """Where a request to this target may connect.

        Only a host name by https on port 443 (by http on port 80 too where that is not refused) may lead to the
        internet; every other port, plain http and a literal address may lead to the operator's exceptions alone.
        """
        door = (target.scheme, target.port)
        is_open = door == ("https", 443) or (door == ("http", 80) and not self.https_only)
        return AddressPolicy(self.allow, public=is_open and target.literal is None)

    def faults(self, url: str) -> tuple[str, ...]:
        """What is wrong with a URL as typed, judged without looking anything up; empty when it may be kept.

        A name that the operator's exceptions may cover is only judged when it is called; it is called by https, for
        nobody knows beforehand where a name leads.
        """
        try:
            target = parse(url)
        except UrlFault as fault:
            return (str(fault),)
        policy = self.policy(target)
        literal = target.literal or _local(target.host)
        if literal is not None:
            return () if policy.permits(literal) else (NEEDS_NAME,)
        if self.allow:
            return (PLAIN_HTTP,) if target.scheme == "http" and not policy.public else ()
        return tuple(
            sentence
            for sentence, is_wrong in ((NEEDS_HTTPS, not policy.public), (NEEDS_NAME, "." not in target.host))
            if is_wrong
        )


def _local(host: str) -> Address | None:
    is_local = host == "localhost" or host.endswith(".localhost")
    return ipaddress.IPv4Address("127.0.0.1") if is_local else None
