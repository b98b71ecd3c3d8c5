"""How a person works a page in Chromium: with the mouse, or with the keyboard alone. Both do the same things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

FAR = 200
"""Tab stops after which a thing counts as out of reach."""


@dataclass(frozen=True)
class Mouse:
    """Points at things and clicks."""

    page: Page

    def fill(self, field: str, value: str) -> None:
        """Type into the field of that id."""
        self.page.fill(f"[id='{field}']", value)

    def choose(self, field: str, word: str) -> None:
        """Pick the option of that word."""
        self.page.select_option(f"[id='{field}']", label=word)

    def tick(self, label: str) -> None:
        """Tick the box with that label."""
        self.page.get_by_label(label).check()

    def press(self, name: str) -> None:
        """Press the first button of that name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Follow the first link of that name."""
        self.page.get_by_role("link", name=name, exact=True).first.click()


@dataclass(frozen=True)
class Keyboard:
    """Goes on by Tab from where the focus is, types, and presses Enter and Space."""

    page: Page

    def fill(self, field: str, value: str) -> None:
        """Type into the field of that id, over what stands there."""
        self._reach(self.page.locator(f"[id='{field}']"))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(value)

    def choose(self, field: str, word: str) -> None:
        """Type the option's word, as select boxes understand it."""
        self._reach(self.page.locator(f"[id='{field}']"))
        self.page.keyboard.type(word)

    def tick(self, label: str) -> None:
        """Space on the box with that label."""
        self._reach(self.page.get_by_label(label))
        self.page.keyboard.press("Space")

    def press(self, name: str) -> None:
        """Enter on the first button of that name."""
        self._reach(self.page.get_by_role("button", name=name, exact=True).first)
        self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        """Enter on the first link of that name."""
        self._reach(self.page.get_by_role("link", name=name, exact=True).first)
        self.page.keyboard.press("Enter")

    def _reach(self, thing: Locator) -> None:
        """Tab until the thing has the focus; AssertionError when it never gets it."""
        thing.wait_for()
        for _ in range(FAR):
            if thing.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {thing}")


Hands = Mouse | Keyboard
