"""Nothing in a test reaches a network but loopback: a Python socket that tries is refused."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

LOCAL_NAMES = frozenset({"", "localhost", "localhost.localdomain"})


def guard() -> None:
    """Watch every connection and every name look-up of this process from here on."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        _check_address(arguments[1])
    elif event == "socket.getaddrinfo" and not _needs_no_server(arguments[0]):
        raise socket.gaierror(socket.EAI_NONAME, f"tests look up no name but localhost, not {arguments[0]!r}")


def _check_address(address: object) -> None:
    if isinstance(address, tuple) and not _is_loopback(str(address[0])):
        raise ConnectionRefusedError(f"tests reach nothing but loopback, not {address[0]!r}")


def _needs_no_server(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in LOCAL_NAMES or name == socket.gethostname()
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOCAL_NAMES or host == socket.gethostname()
