"""A receiver on loopback that misbehaves on demand: the path of a request says how.

Real sockets, one thread a connection, no HTTP library, so that it can break every rule. It all ends with the ``with``.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from tests.support.faulty_answers import BEHAVIOURS, PATIENCE, Behaviour, Connection, Received, ok

GLANCE = 0.02  # seconds between looks at whether the test is over


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
