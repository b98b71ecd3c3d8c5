"""The demo's supervisor: what dies starts again, what cannot live is given up, everything stops in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from tools.dev import children, launching, running
from tools.dev.children import Child, Stopped, Supervisor
from tools.dev.places import Halt

SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def supervisor(monkeypatch, tmp_path):
    monkeypatch.setattr(children, "LOGS", tmp_path)
    monkeypatch.setattr(children, "FIRST_WAIT", 0.05)
    monkeypatch.setattr(children, "GRACE", 60.0)  # a crowded machine is no reason to end a child that is ending
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    made = Supervisor()
    yield made
    made.stop()
    for number, handler in kept.items():
        signal.signal(number, handler)


def _child(name, script, tmp_path, **more):
    return Child(name, [sys.executable, "-c", script], more.pop("rank", 1), cwd=tmp_path, wait=0.05, **more)


def _until(supervisor, true, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        supervisor.pause(0.01)


def test_a_child_that_dies_is_started_again(supervisor, tmp_path):
    child = _child("worker", SLEEP, tmp_path)
    supervisor.start(child)
    supervisor.ready = True
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    _until(supervisor, lambda: child.process is not None and child.process.pid != first and child.alive())


def test_the_wait_before_a_restart_is_doubled_up_to_the_childs_longest(supervisor, tmp_path, capsys):
    child = _child("web", "raise SystemExit(1)", tmp_path, longest_wait=0.08)
    supervisor.ready = True
    supervisor.start(child)
    _until(supervisor, lambda: child.deaths == 3)
    waits = [line.partition("starting it again in ")[2].split()[0] for line in capsys.readouterr().out.splitlines()]
    assert waits == ["0.05", "0.08", "0.08"]


def test_the_web_server_is_never_left_down_for_long(monkeypatch):
    started = []
    monkeypatch.setenv("SIMULATOR_URL", "http://127.0.0.1:8800")
    monkeypatch.setenv("PORT", "8000")
    monkeypatch.setattr(running.launching, "preload", lambda: None)
    monkeypatch.setattr(running, "_wait", lambda *_: None)
    monkeypatch.setattr(running.shutil, "rmtree", lambda *_, **__: None)
    kept = SimpleNamespace(start=started.append, run=started.append)
    running._start(kept, None)
    assert {child.name: child.longest_wait for child in started}["web"] == 3


def test_a_child_that_cannot_live_is_given_up_with_its_last_words(supervisor, tmp_path):
    supervisor.start(_child("worker", "raise SystemExit('no database')", tmp_path))
    with pytest.raises(Halt, match="no database"):
        _until(supervisor, lambda: False)


def test_a_step_that_fails_ends_the_start_with_its_last_words(supervisor, tmp_path):
    with pytest.raises(Halt, match="column is missing"):
        supervisor.run(_child("migrate", "raise SystemExit('column is missing')", tmp_path, keep=False))


def test_a_step_that_succeeds_is_not_started_again(supervisor, tmp_path):
    supervisor.run(_child("seed", "print('done')", tmp_path, keep=False))
    assert supervisor.children == []
    assert (tmp_path / "seed.log").read_text() == "done\n"


def test_being_asked_to_stop_interrupts_whatever_goes_on(supervisor, tmp_path):
    os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(Stopped):
        supervisor.run(_child("migrate", SLEEP, tmp_path, keep=False))
    supervisor.stop()
    assert not any(child.alive() for child in supervisor.children)


def test_children_stop_by_rank_and_take_their_own_children_with_them(supervisor, tmp_path):
    ends = "import signal, sys, time\ndef end(*_):\n    print(time.monotonic_ns(), flush=True); sys.exit()\n"
    waits = f"{ends}signal.signal(signal.SIGTERM, end)\nprint('up', flush=True)\ntime.sleep(60)"
    parent = (
        f"import subprocess, sys\nprint(subprocess.Popen([sys.executable, '-c', {SLEEP!r}]).pid, flush=True)\n{waits}"
    )
    supervisor.start(_child("store", waits, tmp_path, rank=1))
    supervisor.start(_child("web", parent, tmp_path, rank=2))
    logs = [tmp_path / "store.log", tmp_path / "web.log"]
    _until(supervisor, lambda: all("up" in log.read_text() for log in logs))
    supervisor.stop()
    store, web = (log.read_text().split() for log in logs)
    assert int(web[-1]) < int(store[-1])
    deadline = time.monotonic() + 60
    while _state(web[0]) not in {"", "Z"}:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _state(pid):
    """One letter as ``ps`` has it; none when there is no such process."""
    return subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False).stdout[:1]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # a test process has threads
def test_a_module_of_ours_starts_in_a_fork_with_its_own_words_and_log(tmp_path):
    log = tmp_path / "module.log"
    running = launching.start_module(["calendar", "2026", "2"], log)
    deadline = time.monotonic() + 60
    while running.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert running.poll() == 0
    assert "February 2026" in log.read_text()
