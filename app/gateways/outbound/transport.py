"""One exchange: connect where the rules allow, send, read raw bytes up to the cap, all under one deadline.

Everything here runs inside one event loop. Two connection pools, because a policy belongs to a pool: one for
targets that may be anywhere on the internet, one for targets that must lie inside the operator's exceptions.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

import aiohttp
import yarl
from aiohttp.client_proto import ResponseHandler

from app import clock, log
from app.gateways.outbound import headers as fields
from app.gateways.outbound import urls
from app.gateways.outbound.addresses import AddressPolicy
from app.gateways.outbound.failures import failure, kind_of
from app.gateways.outbound.messages import Answer, FailureKind, Request, Result
from app.gateways.outbound.resolver import AddressBlocked, Directory, Lookup, VettingResolver

CONNECTIONS = 1000
READ_AHEAD = 2**16
MAX_HEADERS = 100
MAX_WAITING = 8


@dataclass(frozen=True, slots=True)
class Setup:
    """What a transport is made from; ``dns`` and ``idle`` in seconds.

    ``idle`` stays below the keep-alive of common servers (2 to 5 s): a connection reused in the moment its server
    gives it up would look like a lost answer, and a lost answer to a lead needs a person.
    """

    rules: urls.UrlRules
    lookup: Lookup
    dns: float
    idle: float
    ca_file: str


class Transport:
    """The connection pools of one event loop; make it inside that loop."""

    def __init__(self, setup: Setup) -> None:
        self._rules = setup.rules
        directory = Directory(setup.lookup, setup.dns)
        tls = _tls(setup.ca_file)
        self._sessions = {
            public: _session(AddressPolicy(setup.rules.allow, public), directory, tls, setup.idle)
            for public in (True, False)
        }

    async def close(self) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            await session.close()

    async def exchange(self, request: Request, left: float) -> Result:
        """Send one request within ``left`` seconds; whatever happens becomes an Answer or a Failure."""
        started = clock.tick()
        trail = Trail()
        _trail.set(trail)
        try:
            async with asyncio.timeout(left):
                return await self._ask(request, started, trail)
        except urls.UrlFault as fault:
            return failure(FailureKind.BAD_URL, _since(started), detail=str(fault))
        except fields.HeaderFault as fault:
            return failure(FailureKind.BAD_REQUEST, _since(started), detail=str(fault))
        except Exception as error:  # noqa: BLE001 - one faulty answer must not end the other exchanges of a batch
            kind = kind_of(error)
            if kind is FailureKind.PROTOCOL_ERROR:
                place = log.place_of(error)
                log.get().info("answer not understood", error_class=type(error).__name__, error_place=place)
            return failure(kind, _since(started), request_sent=trail.sent)

    async def _ask(self, request: Request, started: float, trail: Trail) -> Answer:
        fields.refuse_faulty(request.method, request.headers)
        target = urls.parse(request.url)
        policy = self._rules.policy(target)
        if target.literal is not None and not policy.permits(target.literal):
            raise AddressBlocked
        if not policy.public and not policy.allow:
            raise urls.UrlFault(urls.NEEDS_HTTPS)
        async with self._sessions[policy.public].request(
            request.method,
            yarl.URL(target.url, encoded=True),
            headers=fields.outgoing(request.headers),
            data=request.body or None,
            allow_redirects=False,
        ) as response:
            body, truncated = await _read(response, request.max_response)
            return Answer(response.status, fields.kept(response.headers), body, truncated, _since(started), trail.peer)


@dataclass(slots=True)
class Trail:
    """How far an exchange came: whether bytes may have left (from then on its effect is unknown), and to whom."""

    sent: bool = False
    peer: str = ""


_trail: ContextVar[Trail] = ContextVar("trail")


class _Response(aiohttp.ClientResponse):
    """Notes the moment: the library starts a response when its request has been handed to the connection.

    Until then nothing has left, and later the connection may be back in its pool before anybody can ask it.
    """

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        trail = _trail.get()
        trail.sent = True
        name = connection.transport.get_extra_info("peername") if connection.transport else None
        trail.peer = str(name[0]) if name else ""
        return await super().start(connection)


class _Handler(ResponseHandler):
    """A connection that is cut off when messages pile up on it unread.

    Ten thousand interim answers fit into what one turn of the loop reads, and would hold up every other exchange.
    """

    def feed_data(self, data: Any, size: int = 0) -> None:
        if len(self) < MAX_WAITING:
            super().feed_data(data, size)
        elif self.transport is not None:
            self.set_exception(aiohttp.ClientError("too many messages"))
            self.transport.abort()


class _Connector(aiohttp.TCPConnector):
    """The library's connector with our connections."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        handler: type[ResponseHandler] = _Handler
        self._factory = partial(handler, loop=self._loop)


def _since(started: float) -> timedelta:
    return timedelta(seconds=clock.tick() - started)


@lru_cache(maxsize=8)
def _tls(ca_file: str) -> ssl.SSLContext:
    """Certificates and host names are checked; ``ca_file`` adds an authority to the system's.

    Kept, because reading the authorities of the system takes some hundredths of a second.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def _session(policy: AddressPolicy, directory: Directory, tls: ssl.SSLContext, idle: float) -> aiohttp.ClientSession:
    connector = _Connector(
        resolver=VettingResolver(directory, policy),
        use_dns_cache=False,
        ssl=tls,
        limit=CONNECTIONS,
        keepalive_timeout=idle,
        socket_factory=_gate(policy),
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        response_class=_Response,
        skip_auto_headers=("User-Agent", "Content-Type"),
        read_bufsize=READ_AHEAD,
        max_headers=MAX_HEADERS,
    )


def _gate(policy: AddressPolicy) -> Any:
    """The second wall: every socket of the pool is opened here, and none for an address the policy refuses."""

    def opened(info: Any) -> socket.socket:
        family, kind, proto, _, address = info
        if not policy.permits(ipaddress.ip_address(address[0])):
            raise AddressBlocked
        return socket.socket(family, kind, proto)

    return opened


async def _read(response: aiohttp.ClientResponse, cap: int) -> tuple[bytes, bool]:
    """The raw body up to ``cap`` bytes, and whether there was more; more closes the connection unread."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > cap:
            response.close()
            return bytes(body[:cap]), True
    return bytes(body), False
