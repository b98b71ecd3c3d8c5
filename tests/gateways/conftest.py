"""What the tests of this room share: a Valkey to kill, a fault receiver, a client that may reach loopback."""

from __future__ import annotations

import ipaddress
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from app.gateways import redis_links
from app.gateways.http_client import OutboundClient
from tests.support.fault_receiver import FaultReceiver
from tests.support.valkey import running

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


PATIENCE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a crowded machine Redis may be late, and is not away. What is about its lateness gives a time of its own."""
    monkeypatch.setattr(redis_links, "WEB_TIMEOUT", PATIENCE)


class MortalValkey:
    """One server that a test may kill and start again, empty each time."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "redis.sock"
        self._stack = ExitStack()
        self.url = f"unix://{self._path}"

    def start(self) -> None:
        self._process: subprocess.Popen[bytes] = self._stack.enter_context(running(self._path))

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def valkey() -> Iterator[MortalValkey]:
    with tempfile.TemporaryDirectory(prefix="sw-", dir="/tmp") as folder:  # socket paths must be short
        server = MortalValkey(Path(folder))
        server.start()
        yield server
        server.close()


@pytest.fixture
def receiver() -> Iterator[FaultReceiver]:
    with FaultReceiver() as listening:
        yield listening


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nobody listens, and nobody else may begin to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every socket that an outbound client tries to open; none of them is."""
    tried: list[object] = []
    monkeypatch.setattr("app.gateways.outbound.transport._gate", lambda policy: tried.append)
    return tried


@pytest.fixture
def outbound() -> Iterator[OutboundClient]:
    made = OutboundClient(LOOPBACK)
    yield made
    made.close()
