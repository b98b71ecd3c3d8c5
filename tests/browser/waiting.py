"""Waiting in a page whose policy forbids evaluation: asked from outside, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

STEP = 50
PATIENCE = 20_000  # milliseconds


def until(page: Page, truth: str) -> None:
    """Wait until a JavaScript expression holds; AssertionError when it does not."""
    for _ in range(PATIENCE // STEP):
        if _holds(page, truth):
            return
        page.wait_for_timeout(STEP)
    raise AssertionError(truth)


def _holds(page: Page, truth: str) -> bool:
    """Whether it is so now; a page that is just leaving says nothing."""
    try:
        return bool(page.evaluate(truth))
    except Exception as error:
        if "navigation" in str(error):
            return False
        raise
