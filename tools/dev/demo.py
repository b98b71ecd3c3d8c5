"""``./dev demo`` and ``./dev reset``: make everything ready for the run, and forget what it left.

The run itself is ``tools.dev.running``; it takes this process over, inside the project's environment.
"""

from __future__ import annotations

import os
import shutil

from tools.dev import assets, environment
from tools.dev.locking import only_demo
from tools.dev.places import ASSETS, DEMO_LOCK, PYTHON, ROOT, VAR

QUEUES = ("routing", "deliveries", "webhooks")  # one worker process each


def demo(*, leave: bool) -> int:
    """Set up and run; with ``leave`` stop again once everything is ready."""
    environment.prepare("runtime")
    assets.unpack()
    os.chdir(ROOT)
    words = [str(PYTHON), "-m", "tools.dev.running", *(["--exit"] if leave else [])]
    os.execv(PYTHON, words)  # noqa: S606 - the run takes this process over


def reset() -> int:
    """Forget the demo's data; the environment and the front-end files stay."""
    with only_demo("Stop it before resetting."):
        for path in VAR.iterdir():
            if path in {ASSETS, DEMO_LOCK}:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    print("The demo's data is gone; the next ./dev demo starts afresh.")
    if os.environ.get("DATABASE_URL"):
        print("DATABASE_URL was left alone: that database is yours.")
    return 0
