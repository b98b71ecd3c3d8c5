"""The import contracts of ``pyproject.toml`` hold."""

from __future__ import annotations

import subprocess
import sys

from tests.support.tree import ROOT
from tools.dev.checks import LINT_IMPORTS


def test_imports_go_down_only():
    done = subprocess.run([sys.executable, "-c", LINT_IMPORTS], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
