"""Waiting in a page whose policy forbids evaluation: asked from outside, again and again."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from tests.support.browser import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response, Route

    from tests.browser.conftest import Desk

STEP = 50
OK = 200


def until(page: Page, truth: str) -> None:
    """Wait until a JavaScript expression holds; AssertionError, with what the page last said, when it does not.

    A page that is just leaving, or only half there, may answer with an error: that is no answer yet.
    """
    from playwright.sync_api import Error  # noqa: PLC0415 - a lock of its own

    said: object = None
    ends = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < ends:
        try:
            said = page.evaluate(truth)
        except Error as error:
            said = error
        else:
            if said:
                return
        page.wait_for_timeout(STEP)
    raise AssertionError(f"{truth}: {said}")


def fits(page: Page, width: int, height: int = 800) -> bool:
    """Whether nothing sticks out at the side of a window this wide."""
    page.set_viewport_size({"width": width, "height": height})
    until(page, f"window.innerWidth === {width}")  # the page hears of its new size a little later
    return int(page.evaluate("document.documentElement.scrollWidth")) <= width


def watch(page: Page, desk: Desk) -> None:
    """Open the live page and wait until it streams."""
    with streaming(page):
        page.goto(f"{desk.base_url}/live")


def streaming(page: Page, filtered_by: str = "") -> AbstractContextManager[object]:
    """Do something and wait for a live stream: a page polls while pages that are gone still hold the places."""

    def streams(answer: Response) -> bool:
        return "/live/stream?" in answer.url and filtered_by in answer.url and answer.status == OK

    return page.expect_response(streams)


def held_back(page: Page, address: str) -> list[Route]:
    """Requests to there from now on, as on a slow line: each goes on when the test says so."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(address, hold)
    return held
