"""What leaves the process in a log line, and what never does."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr

import pytest

from app import log


@pytest.fixture
def lines():
    """Log lines of the test, each as an object."""
    told = io.StringIO()
    with redirect_stderr(told):
        log.configure("info")
    yield lambda: [json.loads(line) for line in told.getvalue().splitlines()]
    log.configure("info")


def test_a_key_that_is_not_on_the_list_does_not_leave(lines):
    log.get().info("lead_stored", lead_id="L-1", email="j.patel@example.co.uk", fields={"phone": "+447712300001"})
    [told] = lines()
    assert set(told) == {"event", "level", "timestamp", "lead_id"}


def test_the_place_of_an_error_is_told_without_its_words():
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("j.patel@example.co.uk")
    assert log.place_of(caught.value).startswith("test_log.py:")
    assert "patel" not in log.place_of(caught.value)
