"""A lead that carries markup does nothing anywhere: no script, no request, no element of its own."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import until
from tests.support.browser import listen

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

IMAGE = "<img src=x onerror=alert(1)>"
PART = '<div hx-get="/account" hx-trigger="load">x</div>'
STREAM = '"><p sse-connect="/live/stream" hx-ext="sse" autofocus onfocus=alert(2) tabindex=0>'
INSIDE = "main img, main [hx-get*=account], main [sse-connect] [sse-connect], main [onfocus], main script"


def send(desk: Desk, email: str) -> str:
    """A lead whose every text is hostile; its id."""
    return str(
        desk.post(
            first_name=IMAGE, last_name=PART, email=email, source_sub_id=STREAM,
            extra_fields={"note": IMAGE, PART: STREAM, "deposit_gbp": 70000},
        )
    )  # fmt: skip


@pytest.mark.parametrize("email", ["alice@example.com", "bob@example.com", "cara@example.com"])
def test_a_hostile_lead_does_nothing_anywhere(page: "Page", desk: Desk, email: str):
    wrong, asked, said = listen(page), [], []
    page.on("request", lambda request: asked.append(request.url.removeprefix(desk.base_url)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    desk.sign_in(page, email)
    address = f"x.{email.partition('@')[0]}@example.co.uk"
    page.goto(f"{desk.base_url}/live")
    lead_id = send(desk, address)
    page.wait_for_selector(f"#lead-{lead_id}")
    assert_quiet(page)
    page.goto(f"{desk.base_url}/leads?period=all")
    assert_quiet(page)
    page.goto(f"{desk.base_url}/leads/{lead_id}")
    assert_quiet(page)
    if page.locator("text=Show person").count():
        page.click("text=Show person")
        page.wait_for_selector("text=you looked is in the audit log")
        assert IMAGE in page.locator("main").inner_text()
    for folded in page.locator("main summary").all():
        folded.click()
    assert_quiet(page)
    page.keyboard.press("Control+k")
    page.keyboard.type(address)
    until(page, "document.querySelector('#palette-list [aria-selected=true]')?.textContent.includes('person')")
    assert_quiet(page, "#palette")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads?person=*")
    assert_quiet(page)
    assert not said
    assert not [url for url in asked if url in {"/x", "/account"} or url.endswith("/x")]
    assert not wrong


def assert_quiet(page: "Page", inside: str = "main") -> None:
    """No element came out of what was sent."""
    assert page.locator(INSIDE.replace("main", inside)).count() == 0
