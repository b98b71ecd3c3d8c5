"""Two ways to start a process: a program of its own, or a module of ours in a fork of this process.

The application takes two seconds to import and a demo is seven processes. On Linux it is imported
once, before anything else runs here, and each of our modules starts in a fork that has it already.
Elsewhere forking a process with libraries loaded is not safe, and each starts by itself.
"""

from __future__ import annotations

import ctypes
import importlib
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from tools.dev.places import PYTHON, ROOT, Halt

FORKS = sys.platform == "linux"
PRELOADED = ("app.factory", "rq", "granian")
_PR_SET_PDEATHSIG = 1


class Running(Protocol):
    """What a supervisor must know of a process."""

    @property
    def pid(self) -> int:
        """Its number; it leads a process group of the same number."""

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""


class _Forked:
    """A process that began as a copy of this one."""

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self.process = process
        self.pid = process.pid or 0

    def poll(self) -> int | None:
        """Its exit code, as ``Running`` says."""
        return self.process.exitcode


def allow_titles() -> None:
    """Let forks name themselves for ``ps``. To be called before the environment is first changed: a title is
    written where the old one and the environment lie, and those are found only while they lie together.
    """
    if FORKS:
        _titles().getproctitle()


def _titles() -> Any:
    return importlib.import_module("setproctitle")


def preload() -> None:
    """Import what every module of ours needs; Halt with the error when the application cannot be imported."""
    if not FORKS:
        return
    try:
        for name in PRELOADED:
            importlib.import_module(name)
    except Exception as error:
        raise Halt(f"The application cannot be imported:\n{traceback.format_exc()}") from error


def start_module(words: Sequence[str], log: Path) -> Running:
    """Start ``python -m`` of these words, from the root of the checkout."""
    if not FORKS:
        return start_program([str(PYTHON), "-m", *words], log, ROOT)
    sys.stdout.flush()
    process = multiprocessing.get_context("fork").Process(target=_become, args=(list(words), log), name=words[0])
    process.start()
    return _Forked(process)


def start_program(command: Sequence[str], log: Path, cwd: Path) -> Running:
    """Start a program in a folder."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - the supervisor has one thread
        )


def _become(words: list[str], log: Path) -> None:
    """In the fork: a group of its own, its own output, no handlers of the supervisor's; then the module runs."""
    os.setsid()
    _end_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", 1, closefd=False), os.fdopen(2, "w", 1, closefd=False)
    sys.argv = list(words)
    _titles().setproctitle(f"python -m {' '.join(words)}")
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    """In the new process: be told to end when the supervisor is killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
