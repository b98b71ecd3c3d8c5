"""The project's Python environment: made once, filled from the hash locks, checked by a stamp.

The lock is the whole truth. The stamp is written last, so an interrupted set-up is simply taken up
again.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.dev.installing import APT_LINE, entries, install, run_all
from tools.dev.locking import waiting
from tools.dev.places import PYTHON, REQUIREMENTS, VAR, VENV, Halt

STAMP = VENV / "switchyard-stamp.json"


def prepare(*groups: str) -> None:
    """Make sure that the environment exists and holds exactly the locked ``groups``."""
    with waiting(VAR / "setup.lock", "Waiting for another set-up in this checkout …"):
        version = _usable_version()
        stamp = _read_stamp()
        if not version or stamp.get("python", version) != version:
            _create()
            version, stamp = _usable_version(), {}
        wanted = {group: _digest(group) for group in groups}
        missing = [group for group in groups if stamp.get(group) != wanted[group]]
        if missing:
            _install(missing)
            STAMP.write_text(json.dumps(stamp | wanted | {"python": version}, indent=1))


def _install(groups: list[str]) -> None:
    locks = [_lock(group) for group in groups]
    print(f"Installing {len(entries(locks))} locked packages ({', '.join(groups)}) …", flush=True)
    started = time.monotonic()
    install(locks)
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def _digest(group: str) -> str:
    """What a group's lock says, as one short string."""
    return hashlib.sha256(_lock(group).read_bytes()).hexdigest()


def _lock(group: str) -> Path:
    return REQUIREMENTS / f"{group}.lock"


def _read_stamp() -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp


def _usable_version() -> str:
    """The environment's Python version, or "" when there is none that runs."""
    script = "import platform; print(platform.python_version())"
    try:
        done = subprocess.run([str(PYTHON), "-c", script], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _create() -> None:
    """Make the environment by the first way this machine has."""
    shutil.rmtree(VENV, ignore_errors=True)
    for name, available, command in _ways():
        if available:
            print(f"Making the environment ({name}) …", flush=True)
            run_all([command], "The environment could not be made.")
            return
    raise Halt(APT_LINE)


def _ways() -> list[tuple[str, bool, list[str]]]:
    """Each way to make an environment: its name, whether it can be gone here, its command.

    Debian ships venv without ensurepip. Where a virtualenv is at hand it steps in; else the
    environment is made without pip and the machine's own pip installs into it.
    """
    venv, ensurepip, pip, virtualenv = (
        importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip", "pip", "virtualenv")
    )
    make = [sys.executable, "-m"]
    return [
        ("venv", venv and ensurepip, [*make, "venv", str(VENV)]),
        ("virtualenv", virtualenv, [*make, "virtualenv", "--quiet", str(VENV)]),
        ("venv and the machine's own pip", venv and pip, [*make, "venv", "--without-pip", str(VENV)]),
        ("uv", shutil.which("uv") is not None, ["uv", "venv", "--quiet", "--python", sys.executable, str(VENV)]),
    ]
