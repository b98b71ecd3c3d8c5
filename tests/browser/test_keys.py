"""The palette and the keys, by keyboard alone; and what is there without a script."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import until
from tests.support.browser import at_rest, barriers, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

pytestmark = pytest.mark.browser

OPEN = "document.getElementById('palette').open"
CHOSEN = "document.querySelector('#palette-list [aria-selected=true]')"
FOCUS = "document.activeElement"


def open_palette(page: "Page") -> None:
    page.keyboard.press("Control+k")
    until(page, f"{OPEN} && {CHOSEN} !== null")


def look_for(page: "Page", text: str, first: str, typed: str = "") -> None:
    """Type, wait for the answer to all of it (a slow typist gets several), and for that name on top."""

    def is_whole(answer: "Response") -> bool:
        sent = parse_qs(answer.request.post_data or "")
        return answer.url.endswith("/palette") and sent.get("find") == [typed + text]

    with page.expect_response(is_whole):
        page.keyboard.type(text)
    at_rest(page)
    until(page, f"{CHOSEN}?.querySelector('span').textContent === '{first}'")


def go_to(page: "Page", letter: str) -> None:
    """Press g and a letter. A page gives a second and a half for it, which a crowded machine may sleep through."""
    page.evaluate("performance.now = () => 0")
    page.keyboard.press("g")
    page.keyboard.press(letter)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_palette_goes_anywhere_by_keyboard_alone(chromium: "Browser", desk: Desk, scheme: str):
    with chromium.new_context(locale="en-GB", color_scheme=scheme) as context:
        page = context.new_page()
        wrong = listen(page)
        desk.sign_in(page, "alice@example.com")
        page.goto(f"{desk.base_url}/leads")
        open_palette(page)
        assert page.evaluate(f"{FOCUS}.id") == "palette-find"
        assert not barriers(page)
        look_for(page, "north", "Northgate UK")
        assert not barriers(page)
        assert page.get_attribute("#palette-find", "aria-activedescendant") == page.evaluate(f"{CHOSEN}.id")
        page.keyboard.press("ArrowDown")
        assert page.evaluate(f"{CHOSEN}.querySelector('span').textContent") == "Northgate"
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        page.wait_for_url("**/contracts/*")
        assert "north" not in page.url
        assert not wrong


def test_enter_before_the_answer_opens_what_the_answer_brings(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads")
    page.keyboard.press("Control+k")
    page.keyboard.type("webhooks")
    page.keyboard.press("Enter")
    page.wait_for_url("**/webhooks")


def test_a_slow_answer_given_up_for_the_next_keystroke_is_no_fault(page: "Page", desk: Desk):
    wrong, slow = listen(page), []
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads")
    open_palette(page)
    page.route("**/palette", lambda route: slow.append(route) if not slow else route.continue_())
    with page.expect_request("**/palette"):
        page.keyboard.type("n")
    look_for(page, "orth", "Northgate UK", typed="n")
    assert slow  # it hangs, and its answer is no longer wanted
    assert not wrong


def test_the_palette_says_when_nothing_has_that_name_and_gives_the_focus_back(page: "Page", desk: Desk):
    desk.sign_in(page, "cara@example.com")
    page.goto(f"{desk.base_url}/leads")
    page.focus("a.row-link")
    link = page.evaluate(f"{FOCUS}.href")
    open_palette(page)
    page.keyboard.type("northgate")
    until(page, "document.getElementById('palette-said').textContent === 'Nothing found'")
    assert not barriers(page)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    until(page, f"!{OPEN}")
    assert page.evaluate(f"{FOCUS}.href") == link


def test_a_lead_is_found_by_its_id_and_no_address_holds_a_person(page: "Page", desk: Desk):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    desk.sign_in(page, "bob@example.com")
    page.goto(f"{desk.base_url}/leads")
    short_id = page.locator("a.row-link code").first.inner_text()
    open_palette(page)
    look_for(page, short_id, short_id)
    page.keyboard.press("Enter")
    page.wait_for_selector(".timeline")
    at_rest(page)
    open_palette(page)
    look_for(page, "j.patel1@example.co.uk", "Leads of this person")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads?person=*")
    assert not [url for url in asked if "patel" in url]


def test_single_keys_walk_lists_and_pages(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("a.row-link").first.get_attribute("href")
    assert page.evaluate(f"{FOCUS}.getAttribute('href')") == first
    page.keyboard.press("o")
    page.wait_for_url(f"**{first}")
    go_to(page, "w")
    page.wait_for_url("**/webhooks")
    page.keyboard.press("/")
    assert page.evaluate(f"{FOCUS}.id") == "find"
    page.keyboard.type("gl?jk")  # while somebody types, letters are letters
    assert page.input_value("#find") == "gl?jk"
    assert page.url.endswith("/webhooks")
    assert not wrong


def test_a_question_mark_shows_the_keys(page: "Page", desk: Desk):
    desk.sign_in(page, "bob@example.com")
    page.goto(f"{desk.base_url}/leads")
    page.keyboard.press("?")
    until(page, "document.getElementById('keys').open && document.querySelectorAll('#keys kbd').length > 10")
    assert not barriers(page)
    page.keyboard.press("g")
    page.keyboard.press("l")  # a dialog is open: nothing happens behind it
    page.keyboard.press("Escape")
    until(page, "!document.getElementById('keys').open")
    assert page.url.endswith("/leads")


def test_single_keys_can_be_switched_off_and_the_palette_stays(page: "Page", desk: Desk):
    desk.sign_in(page, "bob@example.com")
    page.goto(f"{desk.base_url}/account")
    page.click("button[name=keys][value=off]")
    page.wait_for_selector("button[name=keys][value=off][aria-pressed=true]")
    page.goto(f"{desk.base_url}/leads")
    for key in ("j", "?", "g", "l"):
        page.keyboard.press(key)
    assert page.evaluate(f"{FOCUS} === document.body && !document.getElementById('keys').open")
    assert page.url.endswith("/leads")
    open_palette(page)
    page.keyboard.press("Escape")
    page.goto(f"{desk.base_url}/account")
    page.click("button[name=keys][value=on]")
    page.wait_for_selector("button[name=keys][value=on][aria-pressed=true]")


def test_without_scripts_the_box_and_the_page_of_keys_do_the_same(chromium: "Browser", desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        desk.sign_in(page, "alice@example.com")
        page.goto(f"{desk.base_url}/help/keys")
        assert page.locator("kbd", has_text="g w").count() == 1
        page.fill("#find", "northgate")
        page.press("#find", "Enter")
        page.click("main >> text=Northgate UK")
        page.wait_for_url("**/contracts/*")


def test_every_place_is_within_reach_on_a_telephone(chromium: "Browser", desk: Desk):
    with chromium.new_context(
        locale="en-GB", java_script_enabled=False, viewport={"width": 390, "height": 800}
    ) as context:
        page = context.new_page()
        desk.sign_in(page, "alice@example.com")
        page.goto(f"{desk.base_url}/leads")
        names = page.locator(".places a").all_inner_texts()
        page.click("nav >> text=More")
        for place in page.locator(".all a").all():
            assert place.is_visible()
            box = place.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            assert box["height"] >= 24
        assert page.locator(".all a").count() == len(names)
        page.locator(".all a").last.click()
        page.wait_for_url("**/account")


@pytest.mark.parametrize("place", ["/overview", "/live", "/leads", "/deliveries"])
def test_a_page_opens_at_its_head_on_a_telephone(chromium: "Browser", desk: Desk, place: str):
    with chromium.new_context(locale="en-GB", viewport={"width": 390, "height": 500}) as context:
        page = context.new_page()
        desk.sign_in(page, "alice@example.com")
        page.goto(f"{desk.base_url}{place}")
        until(page, "document.querySelector('.all')?.open === false && window.scrollY === 0")
        assert page.evaluate(
            "document.querySelector('h1').getBoundingClientRect().top"
            " >= document.querySelector('.top').getBoundingClientRect().bottom"
        )


def test_the_rail_shows_the_open_page_in_a_low_window(chromium: "Browser", desk: Desk):
    with chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 400}) as context:
        page = context.new_page()
        desk.sign_in(page, "alice@example.com")
        page.goto(f"{desk.base_url}/account")
        until(page, "document.querySelector('.places').scrollTop > 0")
        rail, here = page.locator(".places").bounding_box(), page.locator(".places [aria-current]").bounding_box()
        assert rail
        assert here
        assert rail["y"] <= here["y"]
        assert here["y"] + here["height"] <= rail["y"] + rail["height"] + 1
