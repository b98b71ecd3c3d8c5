"""Ports of a demo: chosen, held until the process that wants one starts, then let go.

Two demos that start together must not choose the same: the web server shares a port without a word
when another demo's server has it too.
"""

from __future__ import annotations

import os
import socket

from tools.dev.places import Halt

HOST = "127.0.0.1"
TRIES = 100
LAST_PORT = 65535
_HELD: dict[int, socket.socket] = {}


def hold(port: int) -> bool:
    """Take a port so that nobody else can; False when somebody has it. Connections still closing do not count."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
        taken.listen()
    except OSError:
        taken.close()
        return False
    _HELD[port] = taken
    return True


def hold_next(first: int) -> int:
    """Take the first free port from ``first`` on."""
    for port in range(first, min(first + TRIES, LAST_PORT + 1)):
        if hold(port):
            return port
    raise Halt(f"No port from {first} to {first + TRIES - 1} is free.")


def let_go(port: int | None = None) -> None:
    """Give a port, or every port, back."""
    for number in list(_HELD) if port is None else [port]:
        if number in _HELD:
            _HELD.pop(number).close()


os.register_at_fork(after_in_child=let_go)  # a child must not hold what its sister wants to bind
