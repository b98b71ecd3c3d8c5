"""The first pages in Chromium: at every width, with a confirmation open, by keyboard, with scripts off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import fits
from tests.support.browser import barriers, listen
from tests.support.hands import Keyboard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
WIDTHS = (360, 768, 1280, 1920)
BUYER, PUBLISHER = "bob@example.com", "cara@example.com"


@pytest.mark.parametrize("email", [BUYER, PUBLISHER])
def test_a_first_page_fits_every_window_and_shuts_nobody_out(chromium: Browser, desk: Desk, email: str):
    with chromium.new_context(locale="en-GB", color_scheme="dark") as context:
        page = context.new_page()
        wrong = listen(page)
        desk.sign_in(page, email)
        page.wait_for_url("**/home")
        page.locator(".chart summary").click()
        for width in WIDTHS:
            assert fits(page, width), width
        assert not barriers(page)
        assert wrong == []


def test_a_contract_is_paused_from_the_first_page_by_keyboard_alone(page: Page, desk: Desk):
    wrong, hands = listen(page), Keyboard(page)
    desk.sign_in(page, BUYER)
    page.wait_for_url("**/home")
    hands.follow("Pause Northgate UK")
    page.wait_for_url("**ask=**")
    page.wait_for_selector(".sure button:focus")
    assert not barriers(page)
    page.keyboard.press("Enter")
    page.get_by_text("1 change waiting").wait_for()
    assert page.url.partition("?")[0].endswith("/home")
    assert "until the request is approved" in page.inner_text("#notices")
    assert wrong == []


def test_figures_lead_to_their_rows_with_scripts_off(chromium: Browser, desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        desk.sign_in(page, PUBLISHER)
        rejected = page.get_by_role("row", name="Rejected").get_by_role("link").last
        many = int(rejected.inner_text())
        rejected.click()
        page.wait_for_url("**/leads?*")
        assert page.locator("a.row-link").count() == many
