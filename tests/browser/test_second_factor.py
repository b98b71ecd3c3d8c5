"""A second factor by keyboard alone, with scripts off, and an admin who acts as somebody, in a real browser."""

import re
import time
from typing import TYPE_CHECKING

import pyotp
import pytest

from tests.browser.conftest import PASSWORD, Desk
from tests.browser.waiting import fits, until
from tests.support.browser import barriers, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
STEP = 30


def tab_to(page: "Page", truth: str) -> None:
    """Press Tab until the element that has the focus is the one."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"(() => {{ const at = document.activeElement; return {truth} }})()"):
            return
    raise AssertionError(truth)


def later_code(secret: str) -> str:
    """The code of the next step: the one that switched it on is used up."""
    return pyotp.TOTP(secret).at(int(time.time()) + STEP)


def test_set_up_and_sign_in_by_keyboard_alone(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "bob@example.com")
    page.goto(f"{desk.base_url}/account")
    tab_to(page, "at.textContent.includes('Set up')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#password")
    assert not barriers(page)
    tab_to(page, "at.id === 'password'")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".qr-place svg")
    assert not barriers(page)
    secret = page.locator(".copyable code").first.inner_text()
    tab_to(page, "at.id === 'code'")
    page.keyboard.type(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.wait_for_selector(".recovery")
    assert not barriers(page)
    assert page.locator(".recovery li").count() == 10
    recovery = page.locator(".recovery code").first.inner_text()
    for code in (lambda: later_code(secret), lambda: recovery):
        _sign_out(page, desk)
        _to_second_step(page)
        until(page, "document.activeElement.id === 'code'")
        assert not barriers(page)
        page.keyboard.insert_text(code())  # as pasted
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
    assert not wrong


def _sign_out(page: "Page", desk: Desk) -> None:
    page.goto(f"{desk.base_url}/account")
    page.click("main >> text=Sign out")
    page.wait_for_url("**/login")


def _to_second_step(page: "Page") -> None:
    page.fill("#email", "bob@example.com")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/login/code"))


def test_it_is_set_up_with_scripts_off(chromium: "Browser", desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        desk.sign_in(page, "cara@example.com")
        page.goto(f"{desk.base_url}/account/second-factor")
        page.fill("#password", PASSWORD)
        page.click("main button.primary")
        secret = page.locator(".copyable code").first.inner_text()
        page.fill("#code", "000000")
        page.click("main button.primary")
        page.wait_for_selector("#code-fault")
        page.fill("#code", pyotp.TOTP(secret).now())
        page.click("main button.primary")
        page.wait_for_selector(".recovery")
        page.wait_for_load_state()
        codes = page.locator(".recovery code").all_inner_texts()
        page.goto(f"{desk.base_url}/account/second-factor?do=off")
        page.fill("#password", PASSWORD)
        page.fill("#code", codes[0])
        page.click("text=Switch second factor off")
        page.wait_for_selector("text=Your second factor is off")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_admin_acts_and_sees_on_every_page_that_they_do(chromium: "Browser", desk: Desk, scheme: str):
    with chromium.new_context(locale="en-GB", color_scheme=scheme) as context:
        page = context.new_page()
        wrong = listen(page)
        desk.sign_in(page, "alice@example.com")
        page.goto(f"{desk.base_url}/users")
        page.click("main >> text=Cara")
        page.click("summary:has-text('Act as Cara')")
        assert not barriers(page)
        page.click("button:has-text('Act as Cara')")
        banner = page.locator("aside.acting")
        banner.wait_for()
        assert "You act as Cara of QuickQuotes" in banner.inner_text()
        for path in ("/leads?period=all", "/webhooks", "/account", "/nothing-here"):
            page.goto(desk.base_url + path)
            assert banner.is_visible(), path
            assert not barriers(page), path
            for width in (360, 768, 1280):
                assert fits(page, width), f"{path} at {width}"
        page.goto(f"{desk.base_url}/leads?period=all")
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        until(page, "document.querySelector('.acting').getBoundingClientRect().top === 0")
        tab_to(page, "at.textContent.startsWith('Stop')")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=You are yourself again")
        assert page.locator("aside.acting").count() == 0
        assert [said for said in wrong if "404" not in said] == []


def test_a_list_is_filled_from_a_file(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/suppressions/new")
    page.fill("#name", "Opted out")
    page.click("main button.primary")
    page.wait_for_selector("#file")
    assert not barriers(page)
    people = {"name": "people.csv", "mimeType": "text/csv", "buffer": b"email\nasha@example.co.uk\nnobody\n"}
    page.set_input_files("#file", people)  # type: ignore[arg-type]
    page.click("main button.primary")
    page.wait_for_selector("text=Add 1 entry to Opted out?")
    assert not barriers(page)
    page.click("main button.primary")
    page.wait_for_selector("text=1 entry added")
    page.goto(f"{desk.base_url}/suppressions")
    page.fill("#value", "Asha@Example.co.uk")
    page.click("text=Would a lead be stopped?")
    page.wait_for_selector("text=Stopped.")
    assert "asha" not in page.url
    assert not barriers(page)
    assert not wrong
