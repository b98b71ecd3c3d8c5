"""Contracts in Chromium: a buyer asks, an admin approves, the next lead obeys; by keyboard; with scripts off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import fits, held_back
from tests.support.browser import at_rest, barriers, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def contract(page: Page, desk: Desk, name: str) -> str:
    """The address of the contract of that name."""
    page.goto(f"{desk.base_url}/contracts")
    return desk.base_url + str(page.get_by_role("link", name=name, exact=True).get_attribute("href"))


def choose(page: Page, word: str) -> None:
    """Go down the select box that has the focus until it shows the word, however slowly."""
    shown = page.locator("select:focus option:checked")
    for _ in range(100):
        if shown.inner_text() == word:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(word)


def sold_to(page: Page, desk: Desk) -> str:
    """What the page of a fresh lead says first."""
    lead_id = desk.post(property_value_gbp=350000, deposit_gbp=90000)
    page.goto(f"{desk.base_url}/leads/{lead_id}")
    return page.locator("main h1").inner_text()


def test_a_cap_beyond_permission_waits_for_an_admin_and_then_the_next_lead_obeys(chromium: Browser, desk: Desk):
    with chromium.new_context(locale="en-GB") as hers, chromium.new_context(locale="en-GB") as his:
        alice, bob = hers.new_page(), his.new_page()
        wrong = [listen(alice), listen(bob)]
        desk.sign_in(alice, "alice@example.com")
        desk.sign_in(bob, "bob@example.com")
        assert "Northgate" in sold_to(alice, desk)
        bob.goto(contract(bob, desk, "Northgate UK"))
        bob.get_by_role("button", name="Add cap").click()
        bob.get_by_label("Limit, row 1").fill("0")
        bob.get_by_role("button", name="Save contract").first.click()
        bob.get_by_text("waits for approval; until then the present terms hold").wait_for()
        assert "Northgate" in sold_to(alice, desk)
        alice.goto(f"{desk.base_url}/changes")
        alice.get_by_role("link", name="Northgate UK").click()
        alice.locator(".diff ins", has_text="0 leads a day").wait_for()
        alice.get_by_label("Message to the buyer").fill("As you wish")
        alice.get_by_role("button", name="Approve change").click()
        alice.get_by_text("The next lead obeys").wait_for()
        assert "Fenwick" in sold_to(alice, desk)
        bob.reload()
        assert "As you wish" in bob.locator("main").inner_text()
        assert wrong == [[], []]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_contract_pages_shut_nobody_out(chromium: Browser, desk: Desk, scheme: str):
    with chromium.new_context(locale="en-GB", color_scheme=scheme) as context:
        page = context.new_page()
        wrong = listen(page)
        desk.sign_in(page, "alice@example.com")
        one = contract(page, desk, "Fenwick")
        page.goto(one)
        permissions = desk.base_url + str(page.get_by_role("link", name="Permissions").get_attribute("href"))
        buyer_id = permissions.split("/")[-2]
        made = f"{desk.base_url}/contracts/new"
        asked = f"{desk.base_url}/contracts?ask={one.rpartition('/')[2]}"
        changes = f"{desk.base_url}/changes?status=any"
        for address in (one, f"{one}?ask=switch", asked, permissions, made, f"{made}?buyer={buyer_id}", changes):
            page.goto(address)
            assert not barriers(page), address
            for width in (360, 768, 1920):
                assert fits(page, width), f"{address} at {width}"
        page.goto(one)
        for name in ("Add hours", "Add cap", "Add premium", "Add a group to filters"):
            with page.expect_response("**/draft"):
                page.get_by_role("button", name=name, exact=True).click()
            at_rest(page)
        assert not barriers(page)
        assert wrong == []


def test_the_answer_follows_each_field_without_a_reload(page: Page, desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    page.goto(contract(page, desk, "Fenwick"))
    page.get_by_role("button", name="Remove filters, row 1").click()
    matched = page.locator("#panel .big").first
    page.locator("[id='f.0.field']").wait_for(state="detached")
    everybody = matched.inner_text()
    assert not everybody.startswith("0 ")
    page.fill("#price", "20")
    page.keyboard.press("Tab")
    page.get_by_text("0 leads would have matched", exact=True).wait_for()
    assert "price" in page.locator("#panel .why").inner_text().lower()
    page.reload()
    assert page.input_value("#price") == "57.00"  # nothing was stored
    assert wrong == []


def test_a_row_added_just_after_typing_is_not_lost_on_a_slow_line(page: Page, desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    page.goto(contract(page, desk, "Fenwick"))
    drafts = held_back(page, "**/draft")
    page.fill("#price", "20")
    with page.expect_response("**/estimate"):  # asked for by the price, after the row was
        page.get_by_role("button", name="Add cap").click()
    drafts[0].continue_()
    page.get_by_label("Limit, row 1").wait_for()
    assert page.input_value("#price") == "20"
    assert wrong == []


def test_a_filter_is_built_by_keyboard_alone(page: Page, desk: Desk):
    desk.sign_in(page, "alice@example.com")
    address = contract(page, desk, "Fenwick")
    page.goto(address)
    page.get_by_role("button", name="Add a row to filters", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("[id='f.1.field']:focus").wait_for()  # the focus goes to the new row
    choose(page, "Score")
    page.keyboard.press("Tab")
    choose(page, "is at least")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Enter")  # saves, as the first button of the form does
    page.get_by_text("The next lead obeys").wait_for()
    assert page.input_value("[id='f.1.value']") == "1"
    at_rest(page)
    page.get_by_role("button", name="Remove filters, row 2").focus()
    page.keyboard.press("Enter")
    page.locator("[id='f.1.value']").wait_for(state="detached")
    page.get_by_role("button", name="Save contract").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_text("The next lead obeys").wait_for()
    assert page.locator("[id='f.1.value']").count() == 0


def test_with_scripts_off_the_form_goes_round_by_the_server(chromium: Browser, desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        desk.sign_in(page, "alice@example.com")
        address = contract(page, desk, "Fenwick")
        page.goto(address)
        page.get_by_role("button", name="Add premium").click()
        page.get_by_label("Name of premium 1").fill("Good")
        page.get_by_label("Price of premium 1").fill("61.50")
        page.get_by_label("Field, premium 1, row 1").select_option("score")
        page.get_by_label("Comparison, premium 1, row 1").select_option("ge")
        page.get_by_label("Value, premium 1, row 1").fill("1")
        page.get_by_role("button", name="Count again").click()
        page.locator("#panel", has_text="Good").wait_for()
        page.get_by_role("button", name="Save contract").first.click()
        page.get_by_text("The next lead obeys").wait_for()
        assert page.get_by_label("Price of premium 1").input_value() == "61.50"


def test_a_contract_is_paused_from_the_list_and_the_pause_undone(page: Page, desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/contracts")
    page.get_by_role("link", name="Pause Fenwick").click()
    page.get_by_text("From the next lead on it buys nothing").wait_for()
    page.get_by_role("button", name="Pause contract").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Resumed").wait_for()
