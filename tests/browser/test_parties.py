import json
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import fits, until
from tests.support.browser import barriers, listen
from tests.support.calls import call

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

ALICE = "alice@example.com"
WIDTHS = (320, 360, 768, 1280, 1920)
INSIDE = ("", "?ask=pause", "/edit")


def opened(page: "Page", desk: Desk, listing: str, name: str) -> str:
    """The address of one row's page."""
    page.goto(f"{desk.base_url}{listing}")
    return str(page.locator("a.row-link", has_text=name).first.get_attribute("href"))


def status_of_a_post(desk: Desk) -> int:
    headers = {"X-API-Key": desk.key, "Content-Type": "application/json"}
    return call("POST", f"{desk.base_url}/api/v1/leads/ingest", json.dumps({}).encode(), headers, seconds=60).status


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_a_party_can_be_used_by_everybody(chromium: "Browser", desk: Desk, scheme: str):
    with chromium.new_context(locale="en-GB", color_scheme=scheme) as context:
        page = context.new_page()
        wrong = listen(page)
        desk.sign_in(page, ALICE)
        publisher = opened(page, desk, "/publishers", "QuickQuotes")
        buyer = opened(page, desk, "/buyers", "Northgate")
        person = opened(page, desk, "/users", "Bob")
        paths = [f"{party}{part}" for party in (publisher, buyer) for part in INSIDE]
        paths += [
            "/publishers",
            "/publishers/new",
            "/buyers",
            "/users",
            "/audit",
            person,
            f"{person}?ask=disable",
            f"{publisher}/keys/new",
            f"{buyer}/permissions",
        ]
        for path in paths:
            page.goto(f"{desk.base_url}{path}")
            assert not barriers(page), path
            for width in WIDTHS:
                assert fits(page, width), f"{path} at {width}"
        assert not wrong


def test_a_publisher_is_paused_by_keyboard_and_the_pause_is_undone(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, ALICE)
    page.goto(f"{desk.base_url}{opened(page, desk, '/publishers', 'QuickQuotes')}")
    page.get_by_role("link", name="Pause").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=a day will be refused")
    until(page, "document.activeElement.textContent.trim() === 'Pause QuickQuotes'")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=QuickQuotes is paused.")
    assert status_of_a_post(desk) == 403
    until(page, "document.activeElement.textContent.includes('Undo')")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=QuickQuotes is at work again.")
    assert status_of_a_post(desk) == 422
    page.goto(f"{desk.base_url}/audit?kind=publisher")
    assert page.locator("ins", has_text="paused").count() == 1
    assert not wrong


def test_a_name_typed_narrows_the_list_as_it_is_typed(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, ALICE)
    page.goto(f"{desk.base_url}/buyers")
    page.fill("#name", "north")
    until(page, "document.querySelectorAll('a.row-link').length === 1")
    page.wait_for_url("**name=north**")
    page.fill("#name", "zzz")
    page.wait_for_selector("text=No buyer in this view")
    page.click("text=Show all buyers")
    until(page, "document.querySelectorAll('a.row-link').length >= 2")
    assert not wrong


def test_everything_works_with_scripts_off(chromium: "Browser", desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        desk.sign_in(page, ALICE)
        page.goto(f"{desk.base_url}/buyers/new")
        page.fill("#name", "Harbour")
        page.fill("#credit_limit", "lots")
        page.click("button.primary")
        assert page.locator("#credit_limit-fault").inner_text() == "This is no amount, such as 42.50."
        assert page.input_value("#name") == "Harbour"
        page.fill("#credit_limit", "1,500.00")
        page.click("button.primary")
        page.wait_for_selector("text=Harbour is added.")
        page.locator("text=£1,500.00").first.wait_for()
        page.fill("#credit_limit", "2000")
        page.click("text=Set credit limit")
        page.wait_for_selector("text=The credit limit is set.")
        page.goto(f"{desk.base_url}/audit")
        page.select_option("#kind", "buyer")
        page.click("text=Apply")
        page.wait_for_url("**kind=buyer**")
        row = page.locator("tbody tr").first
        assert "Credit limit" in row.inner_text()
        assert row.locator("del").inner_text() == "£1,500.00"
        page.goto(f"{desk.base_url}{opened(page, desk, '/users', 'Bob')}")
        page.click("text=Switch off")
        page.click("button.danger")
        page.wait_for_selector("text=They are switched off")
        page.click("text=Switch on")
        page.wait_for_selector("text=They are switched on again")


def test_the_audit_log_is_downloaded(page: "Page", desk: Desk):
    desk.sign_in(page, ALICE)
    page.goto(f"{desk.base_url}/audit?kind=publisher")
    with page.expect_download() as waiting:
        page.click("text=Download these as CSV")
    assert waiting.value.suggested_filename.startswith("audit-")
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("At (Europe/London),Who,Action")
    assert "publisher.added" in text
