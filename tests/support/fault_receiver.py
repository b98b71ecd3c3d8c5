"""A receiver on loopback that misbehaves on demand: the path of a request says how.

Real sockets, one thread a connection, no HTTP library, so that it can break every rule. It all ends with the ``with``.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Self

BLOCK = b"x" * 8192
CHUNK = b"2000\r\n" + BLOCK + b"\r\n"
BOMB_MEGABYTES = 100
GLANCE, PATIENCE = 0.02, 30.0  # seconds between looks at whether the test is over; for one read or write


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


class FaultReceiver:
    """Listens on a free loopback port while entered.

    ``requests`` holds what arrived, ``connections`` how often, ``over`` how many of these have ended.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, pace: float = 0.05) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.over = 0
        self._tls = tls
        self._pace = pace
        self._stop = threading.Event()
        self._counting = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._behaviours = dict(BEHAVIOURS)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """Its address without a path."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def behave(self, name: str, behaviour: Behaviour) -> None:
        """Give the paths that begin with ``/name`` a behaviour of the test's own."""
        self._behaviours[name] = behaviour

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._listener.settimeout(GLANCE)
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stop.is_set():
            with suppress(TimeoutError):
                come, _ = self._listener.accept()
                self.connections += 1  # before it is served: whoever was answered has been counted
                self._start(self._serve, come)

    def _serve(self, raw: socket.socket) -> None:
        self._answer(raw)
        with self._counting:
            self.over += 1

    def _answer(self, raw: socket.socket) -> None:
        raw.settimeout(PATIENCE)
        with raw, suppress(OSError, ssl.SSLError):
            sock = self._tls.wrap_socket(raw, server_side=True) if self._tls else raw
            with sock:
                at = Connection(sock, self._stop, self._pace, keep=True)
                while at.keep and not self._stop.is_set():
                    at.keep = False
                    request = read_request(sock, self._stop)
                    if request is None:
                        return
                    self.requests.append(request)
                    at.parts = tuple(request.path.partition("?")[0].strip("/").split("/"))
                    self._behaviours.get(at.parts[0], ok)(at, request)


def read_request(sock: socket.socket, stop: threading.Event) -> Received | None:
    """The next request of a connection; None when the other side has closed it."""
    head = b""
    sock.settimeout(GLANCE)
    while b"\r\n\r\n" not in head:
        try:
            piece = sock.recv(65_536)
        except TimeoutError:
            if stop.is_set():
                return None
            continue
        if not piece:
            return None
        head += piece
    sock.settimeout(PATIENCE)
    text, _, body = head.partition(b"\r\n\r\n")
    first, *lines = text.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        piece = sock.recv(65_536)
        if not piece:
            return None
        body += piece
    method, path, _ = first.split(" ", 2)
    return Received(method, path, headers, body)


@cache
def packed_nothing(megabytes: int) -> bytes:
    """So many megabytes of zeros as gzip, about a thousandth of that; packed once, for it takes a second."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, 31), bytes(1_000_000)
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port whose queue is full, so that connecting to it neither succeeds nor fails."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            with suppress(BlockingIOError):
                each.connect(listener.getsockname())
        try:
            yield int(listener.getsockname()[1])
        finally:
            for each in waiting:
                each.close()
