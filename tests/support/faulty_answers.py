"""How a receiver may misbehave: each behaviour answers one request on one open connection."""

from __future__ import annotations

import socket
import struct
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

BLOCK = b"x" * 8192
CHUNK = b"2000\r\n" + BLOCK + b"\r\n"
BOMB_MEGABYTES = 100
PATIENCE = 30.0  # seconds for one read or write


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived; header names lower-cased."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Connection:
    """One accepted connection in the hands of a behaviour."""

    socket: socket.socket
    stop: threading.Event
    pace: float
    keep: bool = False
    parts: tuple[str, ...] = field(default=())

    def send(self, data: bytes) -> None:
        """Write it all."""
        self.socket.sendall(data)

    def drip(self, data: bytes) -> None:
        """Write one byte a pace, until done or stopped."""
        for byte in data:
            if self.stop.wait(self.pace):
                return
            self.send(bytes([byte]))


Behaviour = Callable[[Connection, Received], None]


def reply(status: int, body: bytes = b"", headers: str = "") -> bytes:
    """A correct answer; ``headers`` are whole lines, each with its line end. It promises to keep the connection."""
    return f"HTTP/1.1 {status} Said\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def ok(at: Connection, request: Received) -> None:
    """A correct answer, and the connection stays open."""
    at.keep = True
    at.send(reply(200, b'{"ok":true}', "Content-Type: application/json\r\n"))


def status(at: Connection, request: Received) -> None:
    """``/status/503``: that status with an empty body."""
    at.keep = True
    at.send(reply(int(at.parts[1])))


def slow(at: Connection, request: Received) -> None:
    """``/slow/250``: a correct answer after so many milliseconds."""
    at.keep = not at.stop.wait(int(at.parts[1]) / 1000)
    at.send(reply(200, b'{"ok":true}'))


def hang(at: Connection, request: Received) -> None:
    """No answer at all."""
    at.stop.wait()


def drip_body(at: Connection, request: Received) -> None:
    """A body that comes a byte at a time."""
    at.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    at.drip(b"x" * 10_000)


def drip_headers(at: Connection, request: Received) -> None:
    """Headers that come a byte at a time."""
    at.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 8000 + b"\r\n\r\n")


def reset(at: Connection, request: Received) -> None:
    """The whole request is read, then the connection is reset."""
    at.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def half_close(at: Connection, request: Received) -> None:
    """Our side is shut down without an answer, the other stays open."""
    at.socket.shutdown(socket.SHUT_WR)
    at.stop.wait(PATIENCE)


def short_body(at: Connection, request: Received) -> None:
    """Fewer bytes than promised."""
    at.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")


def bomb(at: Connection, request: Received) -> None:
    """A hundred megabytes of nothing, packed."""
    at.keep = True
    at.send(reply(200, packed_nothing(BOMB_MEGABYTES), "Content-Encoding: gzip\r\n"))


def endless(at: Connection, request: Received) -> None:
    """Chunks without end."""
    at.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not at.stop.is_set():
        at.send(CHUNK)


def header_flood(at: Connection, request: Received) -> None:
    """Header fields without end."""
    at.send(b"HTTP/1.1 200 OK\r\n")
    while not at.stop.is_set():
        at.send(b"X-More: and more\r\n" * 100)


def long_header(at: Connection, request: Received) -> None:
    """One header field without end."""
    at.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not at.stop.is_set():
        at.send(BLOCK)


def continue_flood(at: Connection, request: Received) -> None:
    """Interim answers without end."""
    while not at.stop.is_set():
        at.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 20)


def redirect(at: Connection, request: Received) -> None:
    """To a cloud's metadata address."""
    at.keep = True
    at.send(reply(302, b"", "Location: http://169.254.169.254/latest/meta-data/\r\n"))


def garbage(at: Connection, request: Received) -> None:
    """Not HTTP."""
    at.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


def cookie(at: Connection, request: Received) -> None:
    """A correct answer that sets a cookie."""
    at.keep = True
    at.send(reply(200, b"{}", "Set-Cookie: session=stolen; Path=/\r\n"))


BEHAVIOURS: dict[str, Behaviour] = {
    behaviour.__name__.replace("_", "-"): behaviour
    for behaviour in (
        ok, status, slow, hang, drip_body, drip_headers, reset, half_close, short_body, bomb, endless, header_flood,
        long_header, continue_flood, redirect, garbage, cookie,
    )
}  # fmt: skip


@cache
def packed_nothing(megabytes: int) -> bytes:
    """So many megabytes of zeros as gzip, about a thousandth of that; packed once, for it takes a second."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, 31), bytes(1_000_000)
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
