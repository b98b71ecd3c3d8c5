"""Walls that an import graph cannot see: who may commit, who may ask for the time, where chance comes from."""

from __future__ import annotations

import re

from tests.support.tree import calls, modules

OURS = ("app", "jobs")
MAY_COMMIT = {
    "app/transaction.py": "the one place that commits",
    "app/db.py": "the driver's own connection, stepping down before any session uses it",
}
CLOCK = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|perf_counter(_ns)?|process_time)$"
    r"|^time\.(time|time_ns|monotonic|monotonic_ns|sleep|gmtime|localtime)$"
)
CHANCE = re.compile(r"^random\.[a-z_]+$")


def _offenders(pattern, allowed):
    return [
        f"{name}:{line} {call}"
        for name, path in modules(*OURS)
        if name not in allowed
        for call, line in calls(path)
        if pattern.search(call)
    ]


def test_only_the_transaction_module_commits():
    assert _offenders(re.compile(r"\.commit$"), MAY_COMMIT) == []


def test_only_the_clock_asks_for_the_time():
    assert _offenders(CLOCK, {"app/clock.py"}) == []


def test_chance_always_comes_in_from_outside():
    assert _offenders(CHANCE, {}) == []


def test_only_the_settings_read_the_environment():
    allowed = {"app/settings.py", "app/factory.py", "app/cli.py", "app/simulator/__main__.py"}
    read = re.compile(r"^os\.(getenv|environ\.get)$")
    assert _offenders(read, allowed) == []
