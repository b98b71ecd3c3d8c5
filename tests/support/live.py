"""The product as its own processes, for tests that kill them: web server, workers, sweeper, on loopback."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from tests.support.calls import call
from tests.support.databases import Database
from tests.support.settings import environment
from tools.dev.demo import QUEUES

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 100.0
GRACE = 15.0


@dataclass
class Live:
    """A running Switchyard. Every process leads a group of its own, so that a kill leaves nothing behind."""

    base_url: str
    environment: dict[str, str]
    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *arguments: str) -> None:
        """Start ``python -m <arguments>`` under a name."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def start_web(self) -> None:
        """Start the web server."""
        self.start("web", "app.cli", "serve")

    def start_workers(self) -> None:
        """Start the sweeper and one worker a queue."""
        self.start("sweeper", "jobs.schedule")
        for queue in QUEUES:
            self.start(f"worker-{queue}", "jobs.worker", queue)

    def kill(self, name: str) -> None:
        """SIGKILL the process and all of its own."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Ask every process to end, then end what is left."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.running.clear()

    def wait_until(self, path: str, status: int = 200, seconds: float = PATIENCE) -> None:
        """Wait until ``path`` answers with ``status``; AssertionError with the last words of every process."""
        deadline = time.monotonic() + seconds
        while self._status(path) != status:
            assert time.monotonic() < deadline, f"{path} did not answer {status}\n{self.last_words()}"
            time.sleep(0.05)

    def last_words(self, lines: int = 12) -> str:
        """The end of each log, for a failing test."""
        ends = (
            f"── {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
            for path in sorted(self.logs.glob("*.log"))
        )
        return "\n".join(ends)

    def _status(self, path: str) -> int:
        try:
            return call("GET", self.base_url + path, seconds=10).status
        except (OSError, HTTPException):
            return 0


@contextmanager
def live(database: Database, redis_url: str, logs: Path, *, workers: bool = True, **more: str) -> Iterator[Live]:
    """Everything up and ready, for the length of a ``with``; ``more`` adds to the environment."""
    port = more.get("PORT", str(free_port()))
    base_url = f"http://127.0.0.1:{port}"
    told = environment(database.url, redis_url, **({"PORT": port, "BASE_URL": base_url} | more))
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    running = Live(base_url, inherited | told, logs)
    try:
        running.start_web()
        if workers:
            running.start_workers()
        running.wait_until("/readyz" if workers else "/healthz")
        yield running
    finally:
        running.stop()


def free_port() -> int:
    """A port on loopback that nobody uses, and that nobody else is given while this process lives.

    Web servers share a port without a word: two that were given the same one would answer for each other. So it
    stays taken by a socket that never listens, beside which a server that shares may listen.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind(("127.0.0.1", 0))
    atexit.register(held.close)
    port: int = held.getsockname()[1]
    return port
