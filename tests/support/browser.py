"""A real Chromium, driven by Playwright, that talks to loopback alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.support import require
from tools.dev.checks import BROWSERS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


PATIENCE = 60_000
"""Milliseconds: what takes one of a thousand on an idle machine may take many on a crowded one."""

MOVING = ".htmx-request, .htmx-swapping, .htmx-settling"
STILL = "Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))).then(() => null)"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, headless; skips (or fails where it is required) without one."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        require.missing("browser", "no Chromium is installed")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a lock of its own
    except ImportError:
        require.missing("browser", "Playwright is not installed (requirements/browser.lock)")
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]  # Chromium has no sandbox for root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags, timeout=PATIENCE)
        yield browser
        browser.close()


def listen(page: Page) -> list[str]:
    """Whatever goes wrong in the page from now on: script errors, console errors, refused content.

    A request that the page itself gave up, for the next keystroke or another page, is no fault; htmx
    names it in two lines of the console, the second of which tells. Nor is the end of a live stream: each
    ends after a minute, and the page takes it up again.
    """
    wrong: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type != "error" or said.text.startswith("htmx:sseError"):
            return
        if not said.text.startswith("htmx:sendAbort"):
            wrong.append(said.text)
        elif wrong and wrong[-1].startswith("htmx:afterRequest"):
            wrong.pop()

    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", hear)
    return wrong


def at_rest(page: Page) -> None:
    """Wait until the page is there as a whole: scripts run, nothing is being fetched into it, nothing fades."""
    page.wait_for_load_state()
    page.locator(MOVING).first.wait_for(state="detached")
    page.evaluate(STILL)


def barriers(page: Page) -> list[str]:
    """What axe finds wrong for people with disabilities once the page is at rest: the rule, how grave, where."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - a lock of its own

    at_rest(page)
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{rule['id']} ({rule['impact']}): {node['target']}" for rule in found for node in rule["nodes"]]
