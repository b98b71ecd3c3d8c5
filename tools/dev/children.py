"""Processes under supervision: started in order, restarted when they die, stopped in order.

One thread, polled. Each child leads a process group of its own, so that a Ctrl-C at the terminal
reaches the supervisor alone and nothing of a child outlives it.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tools.dev.launching import Running, start_module, start_program
from tools.dev.places import LOGS, Halt

GRACE = 8.0  # seconds between asking a child to stop and ending it
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds before a restart: doubled from the first to the longest
STEADY = 60.0  # a child that lived this long starts again with the first wait
EARLY_DEATHS = 3  # so many deaths before readiness mean that it will never be ready


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, SIGTERM or a closed terminal."""


@dataclass
class Child:
    """One process. ``rank`` says when it stops: the highest first. One not to ``keep`` may end by itself.

    ``words`` name a module of ours and its arguments; with a ``cwd`` they are a program of its own.
    ``longest_wait``: seconds that it is at most left down between a death and its next start.
    """

    name: str
    words: list[str]
    rank: int
    cwd: Path | None = None
    keep: bool = True
    deaths: int = 0
    wait: float = FIRST_WAIT
    longest_wait: float = LONGEST_WAIT
    started: float = 0.0
    due: float = 0.0
    process: Running | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return LOGS / f"{self.name}.log"

    def launch(self) -> None:
        """Start it, again or for the first time."""
        LOGS.mkdir(parents=True, exist_ok=True)
        self.started = time.monotonic()
        self.process = start_program(self.words, self.log, self.cwd) if self.cwd else start_module(self.words, self.log)

    def alive(self) -> bool:
        """Whether it runs at this moment."""
        return self.process is not None and self.process.poll() is None

    def last_words(self, lines: int = 12) -> str:
        """The end of its log, for the person who must find out why."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(f"    {line}" for line in text.splitlines()[-lines:]) or "    (it said nothing)"


class Supervisor:
    """Keeps children alive until told to stop."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.ready = False
        self.asked_to_stop = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def start(self, child: Child) -> None:
        """Start a child and keep it."""
        self.children.append(child)
        child.launch()

    def run(self, child: Child) -> None:
        """Run a step to its end while the others are kept alive; Halt with its last words when it fails."""
        self.start(child)
        while child.alive():
            self.pause(0.05)
        self.children.remove(child)
        if child.process and child.process.poll():
            raise Halt(f"{child.name} failed:\n{child.last_words()}")

    def pause(self, seconds: float) -> None:
        """Let time pass while looking after the children; raises Stopped when asked to stop."""
        if self.asked_to_stop:
            raise Stopped
        time.sleep(seconds)
        for child in self.children:
            self._look_after(child)

    def stop(self) -> None:
        """Stop every child, the highest rank first, and leave nothing running."""
        for rank in sorted({child.rank for child in self.children}, reverse=True):
            going = [child for child in self.children if child.rank == rank and child.alive()]
            for child in going:
                _signal(child, signal.SIGTERM, group=False)
            _wait_for(going)
            for child in going:
                _signal(child, signal.SIGKILL, group=True)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def _look_after(self, child: Child) -> None:
        """Note a death once, and start the child again when its wait is over."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.due:
                child.launch()
            return
        code = child.process.poll()
        if child.keep and code is not None:
            self._bury(child, code, now)

    def _bury(self, child: Child, code: int, now: float) -> None:
        _signal(child, signal.SIGKILL, group=True)
        child.wait = FIRST_WAIT if now - child.started > STEADY else child.wait
        child.deaths += 1
        if not self.ready and child.deaths >= EARLY_DEATHS:
            raise Halt(f"{child.name} ended {child.deaths} times, last with {code}:\n{child.last_words()}")
        print(f"{child.name} ended with {code}; starting it again in {child.wait:g} s (see {child.log})", flush=True)
        child.process, child.due = None, now + child.wait
        child.wait = min(child.wait * 2, child.longest_wait)


def _signal(child: Child, number: int, *, group: bool) -> None:
    if child.process is None:
        return
    try:
        (os.killpg if group else os.kill)(child.process.pid, number)
    except (ProcessLookupError, PermissionError):
        return  # gone already


def _wait_for(children: list[Child]) -> None:
    deadline = time.monotonic() + GRACE
    while any(child.alive() for child in children) and time.monotonic() < deadline:
        time.sleep(0.02)
