"""Whose address a request comes from when proxies stand in between."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def caller_address(remote: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """The right-most address that is not one of our proxies.

    X-Forwarded-For is read only when the peer itself is a trusted proxy, and from the right: what
    stands further left was written by whoever sent the request. An entry that is no address ends the
    reading there, at the last address that a trusted proxy vouched for.
    """
    caller = remote
    for entry in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _trusted(caller, proxies):
            break
        address = _clean(entry)
        if address is None:
            break
        caller = address
    return caller


def counted_as(address: str) -> str:
    """Under what an address is counted: whoever has one IPv6 address has a whole /64, and so never runs out."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed.packed, 64), strict=False))


def _clean(entry: str) -> str | None:
    """The bare address of ``1.2.3.4:56``, ``[2001:db8::1]:56`` or a plain one; None for anything else."""
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        address = ipaddress.ip_address(entry)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _trusted(address: str, proxies: Sequence[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in proxies)
