"""Looking up host names, and refusing a name as soon as one of its addresses is forbidden.

The connector connects to the very addresses vetted here, so a name that changes its answer between check and
connection (DNS rebinding) gains nothing: each connection has one lookup, and that one is judged.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from aiohttp.abc import AbstractResolver, ResolveResult

from app.gateways.outbound.addresses import Address, AddressPolicy

Lookup = Callable[[str], Sequence[str]]
MAX_LOOKUPS = 256


class AddressBlocked(OSError):
    """A connection to this address is not allowed. An OSError, because the connector passes those through."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "the address is not allowed")


class OnlyHttps(OSError):
    """A name called by another door than https on port 443 leads somewhere outside the operator's exceptions."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "https on port 443 is needed")


class NameUnknown(OSError):
    """The name could not be looked up, or not in time."""

    def __init__(self, why: str) -> None:
        super().__init__(errno.EHOSTUNREACH, why)


def system_lookup(host: str) -> list[str]:
    """Every address the system's resolver knows for a name; blocks; raises OSError."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


class Directory:
    """Lookups in threads of their own, shared by those who ask for the same name at the same time.

    A name server that never answers holds one thread for each of its names and nothing else: a lookup that is
    given up on goes on alone, and the threads are daemons, so that none of them delays the end of the process.
    """

    def __init__(self, lookup: Lookup, seconds: float) -> None:
        self._lookup = lookup
        self._seconds = seconds
        self._asked: dict[str, asyncio.Future[tuple[Address, ...] | NameUnknown]] = {}

    async def addresses(self, host: str) -> tuple[Address, ...]:
        """All addresses of a name; raises NameUnknown, also when the lookup takes too long."""
        future = self._asked.get(host) or self._ask(host)
        try:
            async with asyncio.timeout(self._seconds):
                found = await asyncio.shield(future)
        except TimeoutError:
            raise NameUnknown("the lookup took too long") from None
        if isinstance(found, NameUnknown):
            raise found
        return found

    def _ask(self, host: str) -> asyncio.Future[tuple[Address, ...] | NameUnknown]:
        if len(self._asked) >= MAX_LOOKUPS:
            raise NameUnknown("too many lookups at once")
        loop = asyncio.get_running_loop()
        self._asked[host] = future = loop.create_future()
        threading.Thread(target=self._look, args=(host, loop), name="lookup", daemon=True).start()
        return future

    def _look(self, host: str, loop: asyncio.AbstractEventLoop) -> None:
        found: tuple[Address, ...] | NameUnknown
        try:
            found = tuple(ipaddress.ip_address(text) for text in self._lookup(host))
        except (OSError, ValueError) as error:
            found = NameUnknown(type(error).__name__)
        with suppress(RuntimeError):  # the loop was closed meanwhile; nobody waits any more
            loop.call_soon_threadsafe(self._settle, host, found)

    def _settle(self, host: str, found: tuple[Address, ...] | NameUnknown) -> None:
        future = self._asked.pop(host)
        if not future.done():
            future.set_result(found)


class VettingResolver(AbstractResolver):
    """The connector's resolver under one address policy."""

    def __init__(self, directory: Directory, policy: AddressPolicy) -> None:
        self._directory = directory
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The vetted addresses of a name.

        Raises NameUnknown if there is none, and if any one is forbidden AddressBlocked, or OnlyHttps where the policy
        lets nothing on the internet through: that answer is the same for every address, so that it tells nothing.
        """
        found = await self._directory.addresses(host)
        if not found:
            raise NameUnknown("no address")
        if not all(self._policy.permits(address) for address in found):
            raise AddressBlocked if self._policy.public else OnlyHttps
        return [_entry(host, address, port) for address in dict.fromkeys(found)]

    async def close(self) -> None:
        """Nothing is held."""


def _entry(host: str, address: Address, port: int) -> ResolveResult:
    family = socket.AF_INET if isinstance(address, ipaddress.IPv4Address) else socket.AF_INET6
    return ResolveResult(
        hostname=host, host=str(address), port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )
