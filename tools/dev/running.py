"""The run of a demo: what is started in which order, until somebody says stop.

Started by ``./dev demo`` with the environment's own Python, so that it may load the application once
and fork; of itself it imports the standard library alone.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from tools.dev import launching, redis_server, welcome
from tools.dev.children import Child, Stopped, Supervisor
from tools.dev.demo import QUEUES
from tools.dev.demo_env import environment
from tools.dev.locking import only_demo
from tools.dev.places import DEMO_FILE, LOGS, VAR, Halt
from tools.dev.ports import HOST, let_go

WEB_WAIT = 3.0  # seconds: the server ends as a whole when a new worker of its dies young, and people wait for it
PATIENCE = 90.0  # seconds until readiness; a slow machine needs a third of it
WEB, WORK, OUTSIDE, STORE = 4, 3, 2, 1  # ranks: the web server stops first, the store last


def main(*, leave: bool) -> int:
    """Run until told to stop; with ``leave`` only until everything is ready."""
    launching.allow_titles()
    keep_private(VAR)
    try:
        with only_demo("Use that one, or stop it first.") as lock, _private_folder() as private:
            socket_path = None if os.environ.get("REDIS_URL") else Path(private) / "redis.sock"
            os.environ.update(environment(os.environ, f"unix://{socket_path}"))
            lock.write(f"process {os.getpid()}, {os.environ['BASE_URL']}\n")
            lock.flush()
            _supervise(Supervisor(), socket_path, leave=leave)
    except Halt as halt:
        print(halt)
        return 1
    return 0


def keep_private(folder: Path) -> None:
    """What the demo stores is for this person alone: leads lie in its database in plain. Older files too."""
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for path in folder.glob("switchyard.db*"):
        path.chmod(0o600)


def _supervise(supervisor: Supervisor, socket_path: Path | None, *, leave: bool) -> None:
    try:
        _start(supervisor, socket_path)
        supervisor.ready = True
        print(welcome.text(os.environ["BASE_URL"]), flush=True)
        while not leave:
            supervisor.pause(0.2)
        print("Stopping again, as --exit asks.", flush=True)
    except Stopped:
        print("\nStopping …", flush=True)
    finally:
        supervisor.stop()


def _start(supervisor: Supervisor, socket_path: Path | None) -> None:
    """Bring everything up in the order in which one thing needs another."""
    print("Starting …", flush=True)
    shutil.rmtree(LOGS, ignore_errors=True)
    if socket_path:
        redis_server.DATA.mkdir(parents=True, exist_ok=True)
        supervisor.start(Child("redis", redis_server.command(socket_path), STORE, cwd=redis_server.DATA))
    launching.preload()
    let_go(urlsplit(os.environ["SIMULATOR_URL"]).port)
    supervisor.start(Child("simulator", ["app.simulator"], OUTSIDE))
    supervisor.run(Child("migrate", ["app.cli", "migrate"], WORK, keep=False))
    if socket_path:
        _wait(supervisor, "Redis did not answer in time.", lambda: redis_server.answers(socket_path))
    supervisor.run(Child("seed", ["app.cli", "seed-demo", "--out", str(DEMO_FILE)], WORK, keep=False))
    let_go()
    supervisor.start(Child("web", ["app.cli", "serve"], WEB, longest_wait=WEB_WAIT))
    supervisor.start(Child("sweeper", ["jobs.schedule"], WORK))
    for queue in QUEUES:
        supervisor.start(Child(f"worker-{queue}", ["jobs.worker", queue], WORK))
    address = f"http://{HOST}:{os.environ['PORT']}/readyz"
    _wait(supervisor, f"{address} did not become ready in time.", lambda: welcome.is_ready(address))


def _wait(supervisor: Supervisor, failure: str, done: Callable[[], bool]) -> None:
    """Wait until ``done``; after PATIENCE say what failed and what each child said last."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            words = (f"  {child.name}:\n{child.last_words(5)}" for child in supervisor.children)
            raise Halt("\n".join([failure, *words]))
        supervisor.pause(0.05)


def _private_folder() -> tempfile.TemporaryDirectory[str]:
    """The folder of the socket; some systems' temporary paths are too long for one."""
    place = "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108 - a folder only we may enter is made inside
    return tempfile.TemporaryDirectory(prefix="switchyard-", dir=place)


if __name__ == "__main__":
    sys.exit(main(leave="--exit" in sys.argv[1:]))
