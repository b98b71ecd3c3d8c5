from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import until, watch
from tests.support.browser import listen

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("email", ["alice@example.com", "bob@example.com", "cara@example.com"])
def test_a_lead_appears_without_reloading(page: "Page", desk: Desk, email: str):
    wrong = listen(page)
    desk.sign_in(page, email)
    watch(page, desk)
    lead_id = desk.post()
    page.locator(f"#lead-{lead_id}", has_text="Sold").wait_for()
    assert page.locator("#feed-rows tr").first.get_attribute("id") == f"lead-{lead_id}"
    assert not wrong


def test_paused_rows_wait_behind_the_pill(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    watch(page, desk)
    page.keyboard.press("Space")
    assert page.get_attribute("#pause", "aria-pressed") == "true"
    lead_id = desk.post()
    page.wait_for_selector("#pill:visible")
    assert "1 new" in page.locator("#pill").inner_text().replace("\n", " ")
    assert page.locator(f"#lead-{lead_id}").count() == 0
    page.keyboard.press("Space")
    assert page.locator(f"#lead-{lead_id}").count() == 1
    assert page.locator("#pill").is_hidden()


def test_rows_do_not_move_under_whoever_reads_further_down(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    watch(page, desk)
    page.mouse.wheel(0, 500)
    until(page, "window.scrollY > 400")
    first = page.locator("#feed-rows tr").first.get_attribute("id")
    lead_id = desk.post()
    page.wait_for_selector("#pill:visible")
    assert page.locator("#feed-rows tr").first.get_attribute("id") == first
    page.click("#pill")
    until(page, "window.scrollY === 0")
    assert page.locator("#feed-rows tr").first.get_attribute("id") == f"lead-{lead_id}"


def test_when_streams_are_refused_the_page_polls(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.route("**/live/stream*", lambda route: route.fulfill(status=204))
    page.goto(f"{desk.base_url}/live")
    lead_id = desk.post()
    page.wait_for_selector(f"#lead-{lead_id}")
