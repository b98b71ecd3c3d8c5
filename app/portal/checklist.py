"""What is still to be set up: each step found in the data, none ticked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Step(NamedTuple):
    """One step. ``sentence``: what it is for; ``url`` and ``action``: where it is done, as a verb with its object;
    empty where no page does it.
    """

    done: bool
    word: str
    sentence: str
    url: str
    action: str


def left(steps: Sequence[Step]) -> int:
    """How many are still to be done."""
    return sum(not step.done for step in steps)
