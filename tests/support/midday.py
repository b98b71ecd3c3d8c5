"""A fixed noon for tests that count by days: what happened an hour ago happened today, this week and this month.

Without it they fail in the first minutes after midnight, and around changes of the clocks.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.support.world import NOON


@pytest.fixture(autouse=True)
def midday() -> Iterator[None]:
    """Every test of a room that imports this begins at ``NOON``, and time goes on from there."""
    with time_machine.travel(NOON, tick=True):
        yield
