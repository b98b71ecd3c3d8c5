"""``var/demo.json``: where the demo is, whom to log in as, which keys to use. Read and written here alone."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Card = dict[str, Any]


def read(path: Path) -> Card | None:
    """What was written last, or None."""
    try:
        found: Card = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return found


@contextlib.contextmanager
def ready_to_write(path: Path, card: Card) -> Iterator[None]:
    """Write beside the place, and put it there when the body has ended well: a commit goes between the two.

    The file is its owner's alone, for it holds keys that are stored nowhere else.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(card, file, indent=2)
        file.write("\n")
    yield
    beside.replace(path)


def unfinished(path: Path) -> Card | None:
    """What was about to be written when a start was cut off."""
    return read(path.with_suffix(".new"))
