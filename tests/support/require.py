"""What this run may not do without: ``SWITCHYARD_REQUIRE=postgres,browser,node``.

A person without Chromium still runs the rest; the project's own check fails instead of skipping.
"""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def required() -> frozenset[str]:
    """The markers whose tests may not be skipped."""
    return frozenset(filter(None, os.environ.get("SWITCHYARD_REQUIRE", "").replace(" ", "").split(",")))


def missing(what: str, reason: str) -> NoReturn:
    """Skip with the reason, or fail where ``what`` is required."""
    if what in required():
        pytest.fail(f"{what} is required here: {reason}", pytrace=False)
    pytest.skip(reason)


def forbid_skip(item: pytest.Item, report: pytest.TestReport) -> None:
    """Turn a skip into a failure when the test carries a required marker."""
    markers = required() & {mark.name for mark in item.iter_markers()}
    if report.skipped and markers and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{', '.join(sorted(markers))} is required here, but the test was skipped: {reason}"
