"""One holder at a time, by ``flock``: the kernel lets go by itself when a holder dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tools.dev.places import DEMO_LOCK, Halt


@contextmanager
def waiting(path: Path, why: str) -> Iterator[None]:
    """Hold ``path``; when somebody else does, say ``why`` we wait, once, and wait."""
    with _opened(path) as file:
        if not _taken(file):
            print(why, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def only_demo(what_now: str) -> Iterator[TextIO]:
    """Hold the checkout's demo lock. The file says who holds it; Halt when somebody else does."""
    with _opened(DEMO_LOCK) as file:
        if not _taken(file):
            holder = DEMO_LOCK.read_text().strip() or "another process"
            raise Halt(f"A demo is already running in this checkout ({holder}). {what_now}")
        file.truncate(0)  # a holder that was killed left its name behind
        yield file
        file.truncate(0)


def _opened(path: Path) -> TextIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a+")


def _taken(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
