"""The catalogue in a browser: every page in both looks, fields with scripts and without, prices by keyboard."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import fits, until
from tests.support.browser import at_rest, barriers, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

KINDS = ("verticals", "offers", "campaigns", "sources")
WIDTHS = (360, 768, 1280, 1920)


def first(page: "Page", desk: Desk, kind: str) -> str:
    """The path of the first thing of that kind."""
    page.goto(f"{desk.base_url}/{kind}")
    path = page.locator("a.row-link").first.get_attribute("href")
    assert path
    return path


def paths(page: "Page", desk: Desk) -> list[str]:
    """A page of each kind, and what hangs on a campaign."""
    found = [first(page, desk, kind) for kind in KINDS]
    return [*found, f"{found[2]}/fields", f"{found[2]}/spec", f"{found[2]}?ask=switch"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_catalogue_can_be_used_by_everybody(chromium: "Browser", desk: Desk, scheme: str):
    with chromium.new_context(locale="en-GB", color_scheme=scheme) as context:
        page = context.new_page()
        wrong = listen(page)
        desk.sign_in(page, "alice@example.com")
        for path in paths(page, desk):
            page.goto(desk.base_url + path)
            assert not barriers(page), path
            for width in WIDTHS if scheme == "light" else ():
                assert fits(page, width), f"{path} at {width}"
        assert not wrong


def test_contracts_with_long_names_do_not_widen_the_offer_that_they_could_be_attached_to(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.goto(desk.base_url + first(page, desk, "offers"))
    name = "Fenwick & Co: second charge mortgages in the north of England"
    choice = f"<div class='field'><label>Attach a contract</label><select><option>{name}</option></select></div>"
    page.evaluate(
        "form => document.querySelector('main').insertAdjacentHTML('beforeend', form)",
        f"<form class='inline-form'>{choice}</form>",
    )
    assert page.locator("main .inline-form .field select").last.is_visible()
    assert fits(page, WIDTHS[0])


def test_fields_are_added_tried_and_saved_without_leaving_the_page(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    path = f"{first(page, desk, 'campaigns')}/fields"
    page.goto(desk.base_url + path)
    page.click("text=Add field")
    until(page, "document.activeElement.id === 'k.21.name'")
    page.keyboard.type("loan_purpose")
    page.check("[name='k.21.post']")
    page.click("text=Try body")
    page.wait_for_selector("#verdict")
    at_rest(page)
    assert "loan_purpose" in page.inner_text("#verdict")
    assert page.input_value("[id='k.21.name']") == "loan_purpose"
    page.select_option("[id='k.21.type']", "enum")
    page.click("#save")
    page.wait_for_selector("#faults")
    assert page.get_attribute("[id='k.21.choices']", "aria-invalid") == "true"
    assert not barriers(page)
    page.get_by_label("Remove loan_purpose").click()
    until(page, "document.getElementById('k.21.name') === null")
    page.click("#save")
    page.wait_for_selector("text=Nothing was different")
    assert [said for said in wrong if "422" not in said] == []


def test_a_price_is_changed_by_keyboard_and_its_effect_is_asked_for(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    path = first(page, desk, "verticals")
    page.goto(desk.base_url + path)
    page.focus("#base_price")
    page.keyboard.press("Control+a")
    page.keyboard.type("60")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask")
    assert not barriers(page)
    assert "1 active contract pays less" in page.inner_text("#ask")
    assert "Fenwick" in page.inner_text("#effect")
    with page.expect_navigation():
        page.click("text=Leave as it was")
    assert page.input_value("#base_price") == "38.00"


def test_everything_works_with_scripts_off(chromium: "Browser", desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        desk.sign_in(page, "alice@example.com")
        path = first(page, desk, "sources")
        page.goto(desk.base_url + path)
        page.click("text=Add cap")
        page.fill("[id='c.0.limit']", "5000")
        page.click("#save")
        page.locator("#caps", has_text="0 / 5,000").wait_for()
        with page.expect_navigation():
            page.get_by_label("Remove cap, row 1").click()
        page.click("#save")
        page.locator("#caps", has_text="No caps").wait_for()
        page.goto(f"{desk.base_url}{first(page, desk, 'campaigns')}/fields")
        page.fill("#body", '{"sector": "mortgages"}')
        page.click("text=Try body")
        page.locator("#verdict", has_text="It would be refused: 4 problems").wait_for()
