"""What every page has: exact times, notices that stay, a session's end that loses nothing, quiet motion, paper."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import PASSWORD, Desk
from tests.browser.waiting import fits, until
from tests.support.browser import barriers, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

TIP = "getComputedStyle(document.querySelector('{}'), '::after').content"
"""What the stylesheet shows beside a moment."""

ALERT = "document.querySelector('#alerts .notice')"
LISTEN = """(said => new MutationObserver(() => { said.dataset.heard = (said.dataset.heard ?? '') + said.textContent })
    .observe(said, { childList: true }))(document.getElementById('said'))"""
"""What is said goes after a moment, which a slow machine may sleep through: keep all of it."""


def until_exact(page: "Page", selector: str) -> None:
    """Until a moment shows its hour, minute and second."""
    until(page, f"{TIP.format(selector)}.split(':').length === 3")


def until_bare(page: "Page", selector: str) -> None:
    """Until a moment shows nothing beside itself."""
    until(page, f"{TIP.format(selector)} === 'none'")


def test_the_exact_time_is_shown_on_hover_and_on_focus(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads")
    first = ".lines tbody tr:first-child time"
    until_bare(page, first)
    page.hover(first)
    until_exact(page, first)
    page.mouse.move(0, 0)
    until_bare(page, first)
    page.keyboard.press("j")
    until_exact(page, first)
    page.goto(f"{desk.base_url}/account")
    page.focus("time[data-ago]")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    until_exact(page, "time[data-ago]")


def test_a_click_on_the_time_of_a_row_opens_the_row(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads")
    page.click(".lines tbody tr:first-child time")
    page.wait_for_selector(".timeline")


def test_an_error_behind_a_filter_is_said_stays_and_keeps_the_focus(page: "Page", desk: Desk):
    def fail(route: "Route") -> None:
        body = (
            '<section class="problem"><h1>Not <b>now</b></h1><p class="sentence">Wait <img src=x>a bit.</p></section>'
        )
        route.fulfill(status=503, body=body, headers={"X-Request-ID": "req_made_up", "Content-Type": "text/html"})

    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.route("**/leads?*", fail)
    page.focus("#state")
    page.select_option("#state", "rejected")
    page.wait_for_selector("#alerts .notice")
    assert page.evaluate("document.activeElement.id") == "state"
    assert "Not now. Wait a bit." in page.inner_text("#alerts")
    assert page.locator("#alerts img").count() == 0
    assert not barriers(page)
    page.evaluate(LISTEN)
    page.click("#alerts [data-copy]")
    until(page, "document.getElementById('said').dataset.heard?.includes('Copied')")
    assert page.evaluate("navigator.clipboard.readText()") == "req_made_up"
    assert page.locator("#alerts .notice").is_visible()
    page.click("#alerts >> text=Close")
    assert page.evaluate(f"{ALERT} === null")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_form_comes_back_after_signing_in_again(chromium: "Browser", desk: Desk, *, scripts: bool):
    with chromium.new_context(locale="en-GB", java_script_enabled=scripts) as context:
        page = context.new_page()
        wrong = listen(page)
        desk.sign_in(page, "cara@example.com")
        page.goto(f"{desk.base_url}/webhooks/new")
        page.fill("#url", "https://typed.example/hooks?a=1&b=2")
        context.clear_cookies(name="visit")
        page.click("main button.primary")
        page.wait_for_url(lambda url: "/login?" in url)
        assert "typed" not in page.url
        page.fill("#email", "cara@example.com")
        page.fill("#password", PASSWORD)
        page.click("button.primary")
        page.wait_for_url(lambda url: "/login" not in url)
        assert page.input_value("#url") == "https://typed.example/hooks?a=1&b=2"
        assert "Your session had ended" in page.inner_text("#notices")
        if scripts:
            assert not barriers(page)
        assert not [said for said in wrong if "401" not in said]


def test_who_wants_no_motion_has_none(chromium: "Browser", desk: Desk):
    for wish, moves in (("reduce", False), ("no-preference", True)):
        with chromium.new_context(locale="en-GB", reduced_motion=wish) as context:
            page = context.new_page()
            desk.sign_in(page, "alice@example.com")
            page.goto(f"{desk.base_url}/leads")
            page.evaluate("document.querySelector('.lines tbody tr').className = 'changed'")
            name = page.evaluate("getComputedStyle(document.querySelector('.changed')).animationName")
            assert (name == "warm") is moves
            assert page.evaluate("getComputedStyle(document.querySelector('.changed')).animationDuration") in {
                "1.2s",
                "0s",
            }


def test_paper_holds_the_list_and_nothing_that_needs_a_screen(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads")
    page.emulate_media(media="print")
    assert fits(page, 718, 1000)  # A4 less its margins
    for gone in (".rail", ".top", ".filters"):
        assert page.locator(gone).first.is_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('.lines thead')).display") == "table-header-group"


def test_bars_do_not_cover_a_page_at_four_times_its_size(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.set_viewport_size({"width": 320, "height": 225})  # 1280 x 900 at 400 %
    page.goto(f"{desk.base_url}/leads")
    for bar in (".top", ".rail"):
        assert page.evaluate(f"getComputedStyle(document.querySelector('{bar}')).position") == "static"
