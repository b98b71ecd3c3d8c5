"""``./dev lock``: turn every ``requirements/*.in`` into a hash-locked ``.lock`` that names no registry."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.dev.installing import run_all
from tools.dev.places import REQUIREMENTS, Halt

GROUPS = ("runtime", "test", "quality", "browser", "assets")  # each may lean on those before it
OPTIONS = ("--universal", "--generate-hashes", "--no-header", "--no-annotate", "--python-version", "3.11")


def compile_all(*, upgrade: bool) -> int:
    """Recompile every lock; without ``upgrade`` only what an .in file asks for moves."""
    with tempfile.TemporaryDirectory(prefix="switchyard-uv-") as folder:
        uv = shutil.which("uv") or _borrowed_uv(Path(folder))
        for group in GROUPS:
            extra = [*(["--upgrade"] if upgrade else []), *(["--no-deps"] if group == "assets" else [])]
            command = [uv, "pip", "compile", "--quiet", *OPTIONS, *extra, f"{group}.in", "-o", f"{group}.lock"]
            if subprocess.run(command, cwd=REQUIREMENTS, check=False).returncode:
                raise Halt(f"requirements/{group}.in could not be locked.")
            _refuse_hosts(REQUIREMENTS / f"{group}.lock")
    return 0


def _borrowed_uv(folder: Path) -> str:
    """A uv in an environment that is thrown away again."""
    run_all([[sys.executable, "-m", "venv", str(folder)]], "The environment for uv could not be made.")
    python = str(folder / "bin" / "python")
    run_all([[python, "-m", "pip", "install", "--quiet", "uv"]], "uv could not be installed.")
    return str(folder / "bin" / "uv")


def _refuse_hosts(lock: Path) -> None:
    if re.search(r"://|--index|--find-links", lock.read_text()):
        raise Halt(f"{lock.name} names a registry; a lock must work with any.")
