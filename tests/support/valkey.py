"""A Redis of the tests' own: one Valkey a test process, on a private socket. Never a shared server."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tools.dev import redis_server

PATIENCE = 60.0  # seconds; it takes a tenth of one, but a crowded machine its time


@contextmanager
def valkey() -> Iterator[str]:
    """A server for the length of a ``with``; gives its URL."""
    with tempfile.TemporaryDirectory(prefix="sw-", dir="/tmp") as folder:  # socket paths must be short
        path = Path(folder) / "redis.sock"
        with running(path):
            yield f"unix://{path}"


@contextmanager
def running(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server that keeps nothing on disk, listening on ``path``; killed at the end. For tests that kill it."""
    command = [*redis_server.command(path), "--appendonly", "no"]
    process = subprocess.Popen(command, cwd=path.parent, stdout=subprocess.DEVNULL)
    try:
        _wait_until_it_answers(path, process)
        yield process
    finally:
        process.kill()
        process.wait()


def flush(url: str) -> None:
    """Empty it: the next test finds nothing of the last."""
    with redis.Redis.from_url(url) as client:
        client.flushall()


def _wait_until_it_answers(path: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not redis_server.answers(path):
        assert process.poll() is None, f"valkey ended with {process.returncode}"
        assert time.monotonic() < deadline, f"valkey did not answer within {PATIENCE:g} s"
        time.sleep(0.01)
