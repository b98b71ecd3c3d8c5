"""The overview in a browser: it looks again by itself, and never under somebody's hands."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import held_back, until
from tests.support.browser import at_rest, barriers, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

WAKE = "htmx.trigger(document.getElementById('now'), 'wake')"
MARKED = "document.getElementById('now').dataset.old === 'yes'"


def leads_today(page: "Page") -> int:
    return int(page.locator("a.figure", has_text="leads").first.locator("strong").inner_text())


def asked_again(page: "Page") -> list[str]:
    """Every time that the page asks for itself from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/overview/now") else None)
    return asked


def mark(page: "Page") -> None:
    """Whatever is swapped in loses this mark."""
    page.evaluate("document.getElementById('now').dataset.old = 'yes'")


def test_a_new_lead_is_counted_without_reloading(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    assert page.url.endswith("/overview")
    before = leads_today(page)
    lead_id = desk.post()
    page.evaluate(WAKE)
    until(page, f"document.querySelector('#now a[href=\"/leads/{lead_id}\"]') !== null")
    assert leads_today(page) == before + 1
    assert not wrong


def test_it_waits_while_somebody_reads_the_numbers(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.click("text=Show the numbers")
    asked = asked_again(page)
    mark(page)
    page.evaluate(WAKE)
    page.evaluate(WAKE)
    assert page.locator("figure table tbody tr").count() >= 23
    assert not barriers(page)
    assert not asked
    page.click("text=Show the numbers")
    page.evaluate("document.activeElement.blur()")
    page.evaluate(WAKE)
    until(page, f"!({MARKED})")
    assert asked


def test_it_waits_while_the_keyboard_is_in_it(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.focus("a.figure")
    asked = asked_again(page)
    mark(page)
    page.evaluate(WAKE)
    assert page.evaluate("document.activeElement.className") == "figure"
    assert not asked
    page.evaluate("document.activeElement.blur()")
    page.evaluate(WAKE)
    until(page, f"!({MARKED})")
    assert asked


def test_what_was_asked_for_before_somebody_came_does_not_move_under_them(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    answers = held_back(page, "**/overview/now")
    mark(page)
    with page.expect_request("**/overview/now"):
        page.evaluate(WAKE)
    page.focus("a.figure")
    with page.expect_response("**/overview/now"):
        answers[0].continue_()
    at_rest(page)
    assert page.evaluate(MARKED)
    assert page.evaluate("document.activeElement.className") == "figure"


def test_it_waits_while_nobody_looks_and_looks_at_once_when_somebody_does(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    hide = "Object.defineProperty(document, 'hidden', {{configurable: true, get: () => {}}})"
    page.evaluate(hide.format("true"))
    asked = asked_again(page)
    mark(page)
    page.evaluate(WAKE)
    assert not asked
    page.evaluate(hide.format("false"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(page, f"!({MARKED})")
    assert asked


def test_the_chart_says_its_numbers_to_whoever_cannot_see_it(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    chart = page.get_by_role("img", name="Leads by outcome, hour by hour")
    assert "rejected since midnight" in (chart.get_attribute("aria-label") or "")


def test_everything_is_there_with_scripts_off(chromium: "Browser", desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        desk.sign_in(page, "alice@example.com")
        page.click("text=Show the numbers")
        assert page.locator("figure table").is_visible()
        page.click("text=See what is owed")
        page.wait_for_url("**/queues")
        page.click("button[aria-label='Ring webhooks']")
        page.wait_for_selector("text=The workers of webhooks were told to look now.")
        page.goto(f"{desk.base_url}/settings")
        page.fill("#keep_deliveries_days", "12")
        page.click("#save")
        page.wait_for_selector("#keep_deliveries_days-fault")
        assert page.input_value("#keep_deliveries_days") == "12"
