"""``./dev test``, ``./dev check`` and ``./dev proof``."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass

from tools.dev import assets, environment
from tools.dev.places import PYTHON, ROOT

TYPED = ("app", "jobs", "tools", "bench", "tests/support", "wsgi.py")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"


@dataclass(frozen=True)
class Step:
    """One line of a table: what ran, whether it held, how long it took."""

    name: str
    held: bool
    seconds: float


def test(arguments: list[str]) -> int:
    """All tests of the normal ring, in parallel unless the person says how."""
    _prepare_tests()
    chosen = any(argument.startswith(("-n", "--numprocesses", "--pdb", "-s")) for argument in arguments)
    spread = [] if chosen else ["-n", "auto", "--dist", "loadfile"]  # what a module starts, it starts once
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *spread, *arguments])  # noqa: S606 - pytest takes this process over


def check() -> int:
    """Linters, formatter, strict types, import contracts and migrations; each runs whatever the others said."""
    environment.prepare("runtime", "test", "browser", "quality")  # mypy reads the types of all of them
    typed = [path for path in TYPED if (ROOT / path).exists()]
    return _table(
        [
            _run("ruff check", "-m", "ruff", "check", "."),
            _run("ruff format", "-m", "ruff", "format", "--check", "."),
            _run("mypy", "-m", "mypy", *typed),
            _run("import contracts", "-c", LINT_IMPORTS),
            _run("migrations", "-m", "pytest", "-q", "tests/contracts/test_migrations.py"),
        ]
    )


def proof() -> int:
    """The deep ring: slow tests, then every program of ``bench/`` against its own limit."""
    _prepare_tests()
    programs = sorted(path for path in (ROOT / "bench").glob("*.py") if not path.name.startswith("_"))
    steps = [_run("pytest -m slow", "-m", "pytest", "-m", "slow", "-q", "--timeout", "1200")]
    return _table(steps + [_run(f"bench.{path.stem}", "-m", f"bench.{path.stem}") for path in programs])


def _prepare_tests() -> None:
    groups = ["runtime", "test"]
    if any(map(shutil.which, BROWSERS)) or "browser" in os.environ.get("SWITCHYARD_REQUIRE", ""):
        groups.append("browser")
    environment.prepare(*groups)
    assets.unpack()


def _run(name: str, *arguments: str) -> Step:
    print(f"── {name}", flush=True)
    started = time.monotonic()
    done = subprocess.run([str(PYTHON), *arguments], cwd=ROOT, check=False)
    return Step(name, done.returncode == 0, time.monotonic() - started)


def _table(steps: list[Step]) -> int:
    width = max(len(step.name) for step in steps)
    print()
    for step in steps:
        print(f"{step.name:<{width}}  {'holds' if step.held else 'FAILS':<5}  {step.seconds:7.1f} s")
    return 0 if all(step.held for step in steps) else 1
