"""Where things are in a checkout, and the one way a command of ``./dev`` says no."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VAR = ROOT / "var"
LOGS = VAR / "log"
ASSETS = VAR / "assets"
DEMO_FILE = VAR / "demo.json"
DEMO_LOCK = VAR / "demo.lock"


class Halt(Exception):
    """The command cannot go on; the message is the sentence that the person reads."""
