"""Which addresses an outbound connection may go to. Pure; nothing here resolves or connects.

For IPv4 the special ranges are listed and refused. For IPv6 only global unicast is let through, less the
ranges in it that tunnel, document or delegate. ``ipaddress.is_global`` is not used: it calls multicast, NAT64,
6to4 and a metadata address global.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from app.settings import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# The IANA special-purpose registries, and two cloud metadata addresses outside them.
_REFUSED_4 = tuple(
    ipaddress.IPv4Network(cidr)
    for cidr in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier NAT; one cloud keeps its metadata here
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's platform address, public by looks
        "169.254.0.0/16",  # link-local, metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; one cloud keeps its metadata here
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # multicast tunnelling
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_6 = tuple(
    ipaddress.IPv6Network(cidr)
    for cidr in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # the returned test network
        "3fff::/20",  # documentation
    )
)


def unmapped(address: Address) -> Address:
    """The IPv4 address inside ``::ffff:a.b.c.d``, which is where such a connection really goes; else the same."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could be meant by it."""
    plain = unmapped(address)
    if isinstance(plain, ipaddress.IPv4Address):
        return not any(plain in network for network in _REFUSED_4)
    return plain in _GLOBAL_6 and not any(plain in network for network in _REFUSED_6)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What one kind of request may connect to: the operator's exceptions, and the public internet or not."""

    allow: tuple[Network, ...]
    public: bool

    def permits(self, address: Address) -> bool:
        """Whether a connection to this address may be opened."""
        plain = unmapped(address)
        return any(plain in network for network in self.allow) or (self.public and is_public(plain))
