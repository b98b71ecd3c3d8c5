import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import fits, until
from tests.support.browser import at_rest, barriers, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]  # every page of somebody, one after the other

PEOPLE = {
    "alice@example.com": (
        "/overview", "/queues", "/settings",
        "/leads?state=sold&state=held&sort=-price&columns=who,campaign,buyer,margin", "/live?state=sold",
        "/live", "/leads", "/deliveries", "/webhooks", "/messages", "/keys", "/account", "/publishers",
        "/publishers/new", "/buyers", "/buyers/new", "/users", "/audit", "/search", "/help/keys",
        "/verticals", "/verticals/new", "/offers", "/offers/new", "/campaigns", "/campaigns/new", "/sources",
        "/sources/new", "/suppressions", "/suppressions/new", "/lists", "/lists/new", "/account/second-factor",
    ),
    "bob@example.com": ("/home", "/live", "/leads", "/deliveries", "/webhooks", "/keys", "/account", "/help/keys"),
    "cara@example.com": (
        "/home", "/start", "/live", "/leads", "/webhooks", "/webhooks/new", "/messages", "/keys", "/account",
    ),
}  # fmt: skip
WIDTHS = (320, 360, 768, 1280, 1920)  # 320: a window of 1280 at 400 %
LEAD_ROW = "a.row-link"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("email", PEOPLE)
def test_every_page_can_be_used_by_everybody(chromium: "Browser", desk: Desk, email: str, scheme: str):
    with chromium.new_context(locale="en-GB", color_scheme=scheme) as context:
        page = context.new_page()
        wrong = listen(page)
        page.goto(f"{desk.base_url}/login")
        assert not barriers(page)
        desk.sign_in(page, email)
        for path in PEOPLE[email]:
            page.goto(desk.base_url + path)
            assert not barriers(page), path
        page.goto(f"{desk.base_url}/leads?period=all")
        page.locator(LEAD_ROW).first.click()
        page.wait_for_selector(".timeline")
        assert not barriers(page)
        page.goto(f"{desk.base_url}/nothing-here")
        assert not barriers(page)
        assert [said for said in wrong if "404" not in said] == []  # no script error, nothing that the policy refused


def test_no_page_is_wider_than_its_window(chromium: "Browser", desk: Desk):
    with chromium.new_context(locale="en-GB") as context:
        page = context.new_page()
        desk.sign_in(page, "alice@example.com")
        page.goto(f"{desk.base_url}/leads?period=all")
        lead = page.locator(LEAD_ROW).first.get_attribute("href")
        page.goto(f"{desk.base_url}/webhooks")
        endpoint = page.locator(LEAD_ROW).first.get_attribute("href")
        for path in (*PEOPLE["alice@example.com"], lead, endpoint):
            page.goto(f"{desk.base_url}{path}")
            for width in WIDTHS:
                assert fits(page, width), f"{path} at {width}"


def test_filters_change_the_rows_and_the_address(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads")
    page.select_option("#state", "rejected")
    page.wait_for_url("**state=rejected**")
    until(page, "document.querySelectorAll('.tone-good').length === 0")
    assert page.locator(LEAD_ROW).count() == 9
    page.go_back()
    until(page, "document.querySelectorAll('a.row-link').length === 50")
    at_rest(page)  # before its scripts run, the next link leads to a page of its own
    page.click("text=Show more")
    until(page, "document.querySelectorAll('a.row-link').length >= 60")
    assert not wrong


def test_search_is_one_key_away(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.keyboard.press("Control+k")
    page.keyboard.type("j.patel1@example.co.uk")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads?person=*")
    until(page, "document.querySelectorAll('a.row-link').length === 1")
    assert "patel" not in page.url


def test_the_person_is_shown_in_place_and_can_be_copied(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{desk.base_url}/leads?state=sold")
    page.locator(LEAD_ROW).first.click()
    page.wait_for_selector(".timeline")
    at_rest(page)  # before its scripts run, the button posts the form
    page.click("text=Show person")
    page.wait_for_selector("text=you looked is in the audit log")
    assert "/reveal" not in page.url
    field = page.locator(".fields .copyable", has_text=re.compile("@example.co.uk"))
    field.hover()
    field.locator("button").click()
    until(page, "navigator.clipboard.readText().then((text) => text.includes('@example.co.uk'))")
    assert not wrong


def test_the_way_through_by_keyboard_alone(page: "Page", desk: Desk):
    page.goto(f"{desk.base_url}/login")
    until(page, "document.activeElement.id === 'email'")
    page.keyboard.type("cara@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    page.wait_for_url("**/home")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Leads":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'main'")
    for _ in range(30):
        page.keyboard.press("Tab")
        if "row-link" in page.evaluate("document.activeElement.className"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".timeline")


def test_a_wrong_password_puts_the_focus_on_what_is_wrong(page: "Page", desk: Desk):
    page.goto(f"{desk.base_url}/login")
    page.fill("#email", "bob@example.com")
    page.fill("#password", "wrong")
    page.click("button.primary")
    page.wait_for_selector("#faults:focus")
    assert page.get_attribute("#email", "aria-describedby") == "email-fault"


def test_the_chosen_look_is_there_before_the_first_paint(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/account")
    for look, background in (("Dark", "rgb(18, 19, 20)"), ("Light", "rgb(251, 250, 248)")):
        with page.expect_navigation():
            page.click(f"text={look}")
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == background


def test_everything_works_with_scripts_off(chromium: "Browser", desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        desk.sign_in(page, "alice@example.com")
        page.goto(f"{desk.base_url}/leads")
        page.select_option("#state", "rejected")
        page.click("text=Apply")
        page.wait_for_url("**state=rejected**")
        assert page.locator(LEAD_ROW).count() == 9
        page.goto(f"{desk.base_url}/leads?period=all")
        page.click("text=Show more")
        page.wait_for_url("**after=*")
        assert page.locator(LEAD_ROW).count() >= 10
        page.locator(LEAD_ROW).first.click()
        page.click("text=Show person")
        page.wait_for_selector("text=you looked is in the audit log")
        page.goto(f"{desk.base_url}/keys")
        page.click("text=Rotate")
        page.check("input[value='24']")
        page.click("text=Make new key")
        page.wait_for_selector(".secret")
        page.goto(f"{desk.base_url}/account")
        page.click("text=Sign out")
        page.wait_for_url("**/login")
