"""Putting locked packages into the environment, quickly and by hash alone.

pip spends its time on one core, so the locked list is dealt out to several of them: no package is in
two hands, and nothing is resolved. Bytecode is left to the first import, which compiles only what
is used.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.dev.places import PYTHON, ROOT, VENV, Halt

MOST_HANDS = 4
OPTIONS = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--no-compile", "--require-hashes")
APT_LINE = (
    "This Python can neither make an environment nor install into one (no ensurepip, pip or virtualenv).\n"
    "On Debian or Ubuntu, type:  sudo apt install python3-venv"
)


def install(locks: Sequence[Path]) -> None:
    """Install exactly what ``locks`` name; Halt with pip's own words when that fails."""
    if _by_uv(locks):
        return
    packages = list(entries(locks))
    hands = min(MOST_HANDS, os.cpu_count() or 1, len(packages))
    with tempfile.TemporaryDirectory(prefix="switchyard-locks-") as folder:
        parts = [Path(folder) / f"{number}.txt" for number in range(hands)]
        for number, part in enumerate(parts):
            part.write_text("".join(packages[number::hands]))
        run_all([[*pip_install(), "-r", str(part)] for part in parts], "The locked packages could not be installed.")


def entries(locks: Sequence[Path]) -> dict[str, None]:
    """Each package once, with its hashes: groups share some, always at one version."""
    pieces = (piece for lock in locks for piece in re.split(r"(?m)^(?=[a-z0-9])", lock.read_text()))
    return dict.fromkeys(piece for piece in pieces if piece.strip())


def pip_install() -> list[str]:
    """A pip that installs into the environment: its own, or ours pointed at it."""
    if any(VENV.glob("lib/python*/site-packages/pip/__init__.py")):
        return [str(PYTHON), "-m", "pip", "install", *OPTIONS]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", *OPTIONS]
    raise Halt(APT_LINE)


def run_all(commands: list[list[str]], failure: str) -> None:
    """Run set-up steps side by side; output is shown only of one that fails, under the sentence ``failure``."""
    pipe = subprocess.PIPE
    running = [
        subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.STDOUT)
        for command in commands
    ]
    outputs = [process.communicate()[0] for process in running]
    for process, output in zip(running, outputs, strict=True):
        if process.returncode:
            raise Halt(f"{failure}\n{output.strip()}")


def _by_uv(locks: Sequence[Path]) -> bool:
    """Let uv do it when it is on PATH; it knows nothing of pip's settings, so its failure is not the end."""
    uv = shutil.which("uv")
    if not uv:
        return False
    files = [argument for lock in locks for argument in ("-r", str(lock))]
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--python", str(PYTHON), *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return done.returncode == 0
