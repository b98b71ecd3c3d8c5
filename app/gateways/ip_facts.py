"""What an IP address tells: country, network owner, whether a data centre owns it. No network is asked.

The built-in knowledge is small and honest: private and special ranges are recognised, everything else is unknown.
An operator who has data gives a CSV file (IP_FACTS_FILE) of ``cidr,country,org,datacenter[,region]``.
"""

from __future__ import annotations

import csv
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from app.gateways.outbound.addresses import Address, is_public, unmapped

_TRUE = frozenset({"1", "true", "yes", "y"})
_FALSE = frozenset({"", "0", "false", "no", "n"})
_MAX_FAULTS = 20
_COLUMNS = range(4, 6)


@dataclass(frozen=True, slots=True)
class IpFacts:
    """Facts of one address; an empty ``country``, ``region`` or ``org`` is unknown, not none.

    ``country`` is an ISO 3166 code of two letters. ``is_private``: private, reserved or otherwise nobody's on the
    internet.
    """

    country: str = ""
    region: str = ""
    org: str = ""
    is_datacenter: bool = False
    is_private: bool = False


UNKNOWN = IpFacts()


class IpFactsSource(Protocol):
    """What the pipeline needs of it."""

    def lookup(self, ip: str) -> IpFacts:
        """The facts of an address; UNKNOWN for what is not one."""


class IpFactsFileFault(ValueError):
    """The file cannot be used; the message lists its first faulty lines."""


class IpFactsTable:
    """Ranges from a file, the longest prefix that holds an address wins. With no ranges: the built-in alone."""

    def __init__(self, rows: Iterable[list[str]] = ()) -> None:
        # By IP version and prefix length, the longest first: a look-up costs one dictionary probe a length in use.
        tables: dict[tuple[int, int], dict[int, IpFacts]] = {}
        faults = []
        for number, row in enumerate(rows, 1):
            try:
                network, facts = _parsed(row)
            except ValueError as error:
                if number > 1 or not _is_header(row):
                    faults.append(f"line {number}: {error}")
                continue
            tables.setdefault((network.version, network.prefixlen), {})[int(network.network_address)] = facts
        if faults:
            raise IpFactsFileFault("; ".join(faults[:_MAX_FAULTS]))
        self._tables = sorted(tables.items(), key=lambda item: -item[0][1])

    @classmethod
    def from_file(cls, path: str) -> IpFactsTable:
        """Read a file once; an empty path means the built-in alone. Raises OSError, IpFactsFileFault."""
        if not path:
            return cls()
        with Path(path).open(newline="", encoding="utf-8") as file:
            return cls(row for row in csv.reader(file) if row)

    def lookup(self, ip: str) -> IpFacts:
        """The facts of an address; a mapped IPv4 address is taken for the IPv4 address."""
        try:
            address = unmapped(ipaddress.ip_address(ip.strip()))
        except ValueError:
            return UNKNOWN
        facts = self._stated(address) or UNKNOWN
        return facts if is_public(address) else replace(facts, is_private=True)

    def _stated(self, address: Address) -> IpFacts | None:
        value = int(address)
        for (version, length), table in self._tables:
            if version == address.version:
                host_bits = address.max_prefixlen - length
                facts = table.get(value >> host_bits << host_bits)
                if facts is not None:
                    return facts
        return None


class NullIpFacts:
    """Knows nothing but what a test tells it."""

    def __init__(self, known: dict[str, IpFacts] | None = None) -> None:
        self.known = known or {}

    def lookup(self, ip: str) -> IpFacts:
        """What the test said of the address, else UNKNOWN."""
        return self.known.get(ip, UNKNOWN)


def _is_header(row: list[str]) -> bool:
    return row[0].strip().lower() == "cidr"


def _parsed(row: list[str]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, IpFacts]:
    cells = [cell.strip() for cell in row]
    if len(cells) not in _COLUMNS:
        raise ValueError("give cidr,country,org,datacenter and perhaps a region")
    cidr, country, org, datacenter, region = [*cells, ""][:5]
    network = ipaddress.ip_network(cidr)
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):  # noqa: PLR2004 - ISO alpha-2
        raise ValueError(f"{country!r} is not a country code of two letters")
    if datacenter.lower() not in _TRUE | _FALSE:
        raise ValueError(f"{datacenter!r} is neither yes nor no")
    return network, IpFacts(country.upper(), region, org, datacenter.lower() in _TRUE)
