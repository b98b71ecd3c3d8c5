"""What a demo's processes are told, by environment variables: addresses, ports, secrets of its own.

Whatever the person has set already stands; the demo fills in the rest.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from tools.dev.places import VAR, Halt
from tools.dev.ports import HOST, LAST_PORT, hold, hold_next

FIRST_PORT = 8000
SIMULATOR_PORT = 8800


def environment(given: Mapping[str, str], redis_url: str) -> dict[str, str]:
    """The whole environment of the demo's processes."""
    port, simulator = web_port(given), simulator_port()
    return {
        "DATABASE_URL": f"sqlite:///{VAR / 'switchyard.db'}",
        "REDIS_URL": redis_url,
        "OUTBOUND_ALLOW": "127.0.0.0/8,::1/128",
        "SIMULATOR_URL": f"http://{HOST}:{simulator}",
        "BASE_URL": f"http://{HOST}:{port}",
        **_secrets(),
        **{name: value for name, value in given.items() if value},
        "SWITCHYARD_ENV": "demo",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }


def web_port(given: Mapping[str, str]) -> int:
    """The port asked for, which must be free; without a wish 8000 or the next free one. It is held."""
    wish = given.get("PORT", "").strip()
    if not wish:
        return hold_next(FIRST_PORT)
    if not wish.isdecimal() or not 0 < int(wish) <= LAST_PORT:
        raise Halt(f"PORT is {wish!r}; it must be a number from 1 to {LAST_PORT}.")
    if not hold(int(wish)):
        raise Halt(f"Port {wish} is taken by another program; choose another with PORT, or leave PORT unset.")
    return int(wish)


def simulator_port() -> int:
    """Where the fake buyers listen: the same port every time, because stored contracts point at it. It is held."""
    kept = VAR / "simulator.port"
    port = int(kept.read_text()) if kept.exists() else SIMULATOR_PORT
    if not hold(port):
        port = hold_next(SIMULATOR_PORT)
    kept.write_text(str(port))
    return port


def _secrets() -> dict[str, str]:
    """The demo's own secrets, made once and kept for the person alone: a second start must read the data."""
    path = VAR / "secrets.json"
    if not path.exists():
        _write_privately(path, {"SECRET_KEY": secrets.token_urlsafe(48), "ENCRYPTION_KEYS": f"demo:{_key()}"})
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _write_privately(path: Path, content: dict[str, str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file)
