"""The public pages and Get started in a real browser: for everybody, in both lights, with scripts and without."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import fits, until
from tests.support.browser import barriers, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

OPEN = (
    "/welcome", "/docs", "/docs/authentication", "/docs/fields", "/docs/errors", "/docs/limits", "/docs/idempotency",
    "/docs/webhooks", "/docs/reference", "/docs/changelog", "/apply",
)  # fmt: skip
WIDTHS = (320, 360, 768, 1280, 1920)
STATUS = ".exchange-head strong"


def answered(page: Page) -> dict[str, object]:
    """The JSON that stands in the answer, once it is all there."""
    page.wait_for_load_state()
    return json.loads(page.locator("pre[aria-label='Response body']").inner_text())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_open_page_can_be_used_by_everybody(chromium: Browser, desk: Desk, scheme: str):
    with chromium.new_context(locale="en-GB", color_scheme=scheme) as context:
        page = context.new_page()
        wrong, asked = listen(page), []
        page.on("request", lambda request: asked.append(request.url))
        for path in OPEN:
            page.goto(desk.base_url + path)
            assert not barriers(page), path
            for width in WIDTHS:
                assert fits(page, width), f"{path} at {width}"
        assert not wrong  # no script error, nothing that the policy refused
        assert {url for url in asked if not url.startswith((desk.base_url, "data:"))} == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_call_on_the_front_page_is_made_by_the_browser_itself(chromium: Browser, desk: Desk, scheme: str):
    with chromium.new_context(locale="en-GB", color_scheme=scheme) as context:
        page = context.new_page()
        wrong, asked = listen(page), []
        page.on("request", lambda request: asked.append((request.method, request.url)))
        page.goto(f"{desk.base_url}/welcome")
        page.click("text=Send lead")
        page.wait_for_selector(STATUS)
        assert page.inner_text(STATUS).startswith("200")
        assert answered(page)["status"] == "accepted"
        assert ("POST", f"{desk.base_url}/api/v1/leads/ingest") in asked
        assert "x-ratelimit-remaining" in page.inner_text(".heads").lower()
        assert "ms there and back" in page.inner_text("#answer")
        assert not barriers(page)
        assert not wrong


def test_a_broken_body_is_fetched_in_place_and_refused_field_by_field(page: Page, desk: Desk):
    page.goto(f"{desk.base_url}/welcome")
    page.click("text=A broken body")
    until(page, "!document.querySelector('#body').value.includes('\"email\"')")
    assert "sample" not in page.url
    page.click("text=Send lead")
    page.wait_for_selector(STATUS)
    assert page.inner_text(STATUS).startswith("422")
    assert {one["field"] for one in answered(page)["errors"]} == {"email", "phone", "postcode"}
    page.fill("#body", "no JSON at all")
    page.click("text=Send lead")
    until(page, "document.querySelector('#answer').textContent.includes('not valid JSON')")


def test_the_call_works_with_scripts_off(chromium: Browser, desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(desk.base_url)
        assert page.url.endswith("/welcome")
        page.click("text=Send lead")
        assert page.inner_text(STATUS) == "200 OK"
        assert answered(page)["status"] == "accepted"
        assert "ms on our side" in page.inner_text("#answer")
        page.click("text=A broken body")
        page.wait_for_url("**sample=broken**")
        page.click("text=Send lead")
        assert page.inner_text(STATUS).startswith("422")


def test_languages_are_chosen_by_mouse_and_keys_with_scripts_off(chromium: Browser, desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{desk.base_url}/docs")
        assert page.locator(".panel:visible").count() == 1
        assert "curl" in page.inner_text(".panel:visible")
        page.click("label:has-text('Python')")
        assert "urllib" in page.inner_text(".panel:visible")
        page.keyboard.press("ArrowLeft")
        assert "await fetch" in page.inner_text(".panel:visible")


def test_code_is_copied_whole(page: Page, desk: Desk):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{desk.base_url}/docs/webhooks")
    page.click("label:has-text('Python')")
    page.click(".panel:visible .copy")
    shown = page.locator(".panel:visible pre").inner_text()
    until(page, f"navigator.clipboard.readText().then((text) => text === {json.dumps(shown)})")


def test_paper_has_every_language_and_no_navigation(page: Page, desk: Desk):
    page.goto(f"{desk.base_url}/docs/webhooks")
    page.emulate_media(media="print")
    assert page.locator(".panel:visible").count() == 5
    assert not page.locator(".contents").is_visible()
    assert not page.locator(".masthead").is_visible()


def test_the_console_answers_in_place_and_its_step_ticks_itself(page: Page, desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "cara@example.com")
    page.goto(f"{desk.base_url}/start")
    todo = page.locator(".way li", has_text="Send a test lead")
    assert "to do" in todo.inner_text()
    page.click("text=Send test lead")
    page.wait_for_selector(".timeline")
    assert page.inner_text(STATUS) == "200 OK"
    assert answered(page)["status"] == "accepted"
    assert "you would be paid £38.00" in page.inner_text(".timeline")
    assert page.url.endswith("/start")
    until(page, "[...document.querySelectorAll('.way li.done')].some((li) => li.textContent.includes('test lead'))")
    assert not barriers(page)
    assert not wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_get_started_can_be_used_by_everybody(chromium: Browser, desk: Desk, scheme: str):
    with chromium.new_context(locale="en-GB", color_scheme=scheme) as context:
        page = context.new_page()
        desk.sign_in(page, "cara@example.com")
        page.goto(f"{desk.base_url}/start?sample=broken")
        page.click("text=Send test lead")
        page.wait_for_selector(".timeline")
        assert "422" in page.inner_text(STATUS)
        assert not barriers(page)
        for width in WIDTHS:
            assert fits(page, width), width


def test_get_started_works_with_scripts_off(chromium: Browser, desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        desk.sign_in(page, "cara@example.com")
        page.goto(f"{desk.base_url}/start")
        page.click("text=Send test lead")
        assert page.inner_text(STATUS) == "200 OK"
        page.click("summary:has-text('Make a new key')")
        page.check("#send input[value='168']")
        page.click("text=Make new key")
        secret = page.locator(".secret code").inner_text()
        page.wait_for_load_state()
        assert secret in page.locator(".panel:visible").first.inner_text()
