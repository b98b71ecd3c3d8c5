import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import streaming, until, watch
from tests.support.browser import at_rest, barriers, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Download, Page

pytestmark = pytest.mark.browser

LEAD_ROW = "a.row-link"


def rows(download: "Download") -> list[dict[str, str]]:
    text = Path(download.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def ids(page: "Page") -> list[str]:
    return page.locator("td.in-lead code").all_inner_texts()


def test_a_view_is_saved_found_again_renamed_and_deleted(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads")
    page.select_option("#state", "rejected")
    page.wait_for_url("**state=rejected**")
    page.locator("summary", has_text="Save view").click()
    page.fill("#view-name", "What was refused")
    page.get_by_role("button", name="Save view").click()
    page.wait_for_selector("text=The view is saved")
    page.goto(f"{desk.base_url}/leads")
    page.get_by_role("link", name="What was refused").click()
    page.wait_for_url("**/leads?period=30d&state=rejected")
    assert page.locator(LEAD_ROW).count() == 9
    assert page.locator("#state").input_value() == "rejected"
    page.locator("summary", has_text="Change view").click()
    assert not barriers(page)
    page.fill("#new-name", "Refused")
    page.get_by_role("button", name="Rename view").click()
    page.get_by_role("link", name="Refused", exact=True).wait_for()
    page.locator("summary", has_text="Change view").click()
    page.get_by_role("button", name="Delete view").click()
    page.wait_for_selector("text=The view Refused is deleted")
    at_rest(page)
    assert page.locator("#views a", has_text="Refused").count() == 0
    assert not wrong


def test_the_file_holds_what_the_filter_shows(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads?period=all")
    page.select_option("#state", "rejected")
    page.wait_for_url("**state=rejected**")
    until(page, "document.querySelector('#views a[download]').href.includes('state=rejected')")
    shown = ids(page)
    page.locator("summary", has_text="CSV").click()
    with page.expect_download() as got:
        page.get_by_role("link", name="CSV with people masked").click()
    assert re.fullmatch(r"leads-\d{4}-\d\d-\d\d\.csv", got.value.suggested_filename)
    found = rows(got.value)
    assert [row["Lead"] for row in found] == shown
    assert not [row for row in found if "Patel" in row["Last name"]]
    with page.expect_download() as got:
        page.get_by_role("button", name="CSV with personal data").click()
    assert [row["Lead"] for row in rows(got.value)] == shown
    assert all(row["Last name"] == "Patel" for row in rows(got.value))


def test_a_buyer_gets_its_own_in_one_click(page: "Page", desk: Desk):
    desk.sign_in(page, "bob@example.com")
    page.goto(f"{desk.base_url}/leads?period=all")
    with page.expect_download() as got:
        page.locator("#views a[download]").click()
    found = rows(got.value)
    assert len(found) >= 51
    assert {row["Price (GBP)"] for row in found} == {"62.00"}


def test_columns_are_chosen_and_stand_in_the_address(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads?state=sold")
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Sold to").nth(0).scroll_into_view_if_needed()
    page.locator("#views").get_by_label("Sold to").check()
    page.locator("#views").get_by_label("Payout").uncheck()
    page.get_by_role("button", name="Show columns").click()
    page.wait_for_url("**columns=*")
    heads = page.locator("thead th").all_inner_texts()
    assert "Sold to" in heads
    assert "Payout" not in heads
    assert "state=sold" in page.url
    assert not wrong


def test_a_click_on_a_cell_narrows_the_list_and_one_on_a_head_sorts_it(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads?period=all")
    page.locator("td.in-state a", has_text="Rejected").first.click()
    page.wait_for_url("**state=rejected*")
    assert page.locator(LEAD_ROW).count() == 9
    newest = ids(page)
    page.get_by_role("columnheader", name="Received").get_by_role("link").click()
    page.wait_for_url("**sort=received*")
    assert ids(page) == newest[::-1]
    assert page.get_by_role("columnheader", name="Received").get_attribute("aria-sort") == "ascending"


def test_two_dates_are_a_period(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads")
    page.locator("summary", has_text="More filters").click()
    page.fill("#from", "2001-01-01")
    until(page, "document.querySelector('#period').value === 'dates'")
    page.fill("#to", "2001-12-31")
    page.wait_for_url("**to=2001-12-31*")
    page.wait_for_selector("text=No leads in this view")
    page.select_option("#period", "all")
    until(page, "document.querySelectorAll('a.row-link').length === 50")
    assert page.locator("#from").input_value() == ""


def test_views_files_and_columns_work_with_scripts_off(chromium: "Browser", desk: Desk):
    with chromium.new_context(locale="en-GB", java_script_enabled=False) as context:
        page = context.new_page()
        desk.sign_in(page, "cara@example.com")
        page.goto(f"{desk.base_url}/leads?state=rejected")
        page.locator("summary", has_text="Save view").click()
        page.fill("#view-name", "")
        page.get_by_role("button", name="Save view").click()
        page.wait_for_selector("#view-name-fault")
        page.fill("#view-name", "Mine")
        page.get_by_role("button", name="Save view").click()
        page.wait_for_selector("text=The view is saved")
        with page.expect_download() as got:
            page.locator("#views a[download]").click()
        assert len(rows(got.value)) == 9


def test_the_next_lead_is_one_key_away(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads?state=rejected")
    first, second = ids(page)[:2]
    page.locator(LEAD_ROW).first.click()
    page.wait_for_selector(f"header.answer >> text={first}")
    at_rest(page)
    page.keyboard.press("j")
    page.wait_for_selector(f"header.answer >> text={second}")
    assert not barriers(page)
    page.keyboard.press("k")
    page.wait_for_selector(f"header.answer >> text={first}")
    assert "state=rejected" in page.url


def test_a_filtered_feed_shows_its_own_alone(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/live")
    with streaming(page, "state=rejected"):
        page.select_option("#state", "rejected")
    page.wait_for_url("**state=rejected*")
    before = page.locator("#feed-rows tr").count()
    sold = desk.post(email="twice@example.co.uk")
    assert desk.post(email="twice@example.co.uk") == sold  # refused, and told so with the first one's id
    until(page, f"document.querySelectorAll('#feed-rows tr').length === {before + 1}")
    assert page.locator(f"#lead-{sold}").count() == 0
    assert page.locator("#feed-rows tr").first.locator("text=Rejected").count() == 1
    assert not barriers(page)
    assert not wrong


def test_a_lead_opens_under_its_row_and_nothing_moves_over_it(page: "Page", desk: Desk):
    wrong = listen(page)
    desk.sign_in(page, "alice@example.com")
    watch(page, desk)
    page.locator("#feed-rows a.row-link").first.click()
    page.wait_for_selector("#opened .timeline")
    assert page.url.endswith("/live")
    assert not barriers(page)
    lead_id = desk.post()
    page.wait_for_selector("#pill:visible")
    assert page.locator(f"#lead-{lead_id}").count() == 0
    page.keyboard.press("Escape")
    page.wait_for_selector(f"#lead-{lead_id}")
    assert page.locator("#opened").count() == 0
    assert not wrong
