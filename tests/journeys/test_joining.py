"""A company joins and is paid: it applies, an admin approves, the mail's link shows a key, cURL posts a lead with it.

The admin sees that lead arrive without reloading, the buyer sees it delivered, the publisher sees it paid. The whole
way is gone twice: with the mouse, and with the keyboard alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.journeys.shop_floor import ADMIN, BUYER, PATIENCE, curl, lead_of, open_floor, page_of, read_until, sign_in
from tests.support.applicant import FORM
from tests.support.browser import barriers, listen
from tests.support.hands import Keyboard, Mouse
from tests.support.settings import settings_for
from tests.support.simulator import wait_for_calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.support.hands import Hands

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("live"), pytest.mark.timeout(600)]
GOOD = "correct horse battery staple"
FAULTY = "422"
"""Chromium writes every answer of 4xx to its console; a form that is sent with faults is answered so."""


@pytest.fixture
def floor(sqlite, redis_url, tmp_path, make_app):
    with open_floor(make_app(settings_for(sqlite.url, redis_url)), sqlite, redis_url, tmp_path) as made:
        yield made


@pytest.fixture
def look(floor):
    """Open a page in light and dark: nothing may stand in anybody's way, nothing stick out at the side."""

    def see(page, path=None):
        for theme in ("light", "dark"):
            page.context.add_cookies([{"name": "theme", "value": theme, "url": floor.base_url}])
            if path is not None:
                page.goto(floor.base_url + path)
            assert barriers(page) == [], (page.url, theme)
            page.set_viewport_size({"width": 360, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, theme)
            page.set_viewport_size({"width": 1280, "height": 900})

    return see


def apply(page: Page, hands: Hands, base_url: str) -> None:
    """Send the form with two things missing, then whole: nothing that was typed is lost."""
    page.goto(f"{base_url}/apply")
    hands.fill("company", FORM["company"])
    hands.fill("website", FORM["website"])
    hands.choose("country", "United Kingdom")
    for name in ("contact_name", "email", "phone", "monthly_leads", "traffic"):
        hands.fill(name, FORM[name])
    hands.press("Send application")
    page.wait_for_selector("#faults:focus")
    assert page.input_value("#company") == FORM["company"]
    hands.tick("Mortgages")
    hands.tick("The leads we send come from people who agreed")
    hands.press("Send application")
    page.wait_for_url("**/thanks")


def approve(admin: Page, hands: Hands, base_url: str) -> None:
    admin.goto(f"{base_url}/applications")
    if isinstance(hands, Keyboard):
        admin.keyboard.press("j")
        admin.keyboard.press("a")
    else:
        hands.follow("Approve Brightside Media")
    admin.wait_for_url("**decide=approve")
    admin.wait_for_selector("#approve button:focus")
    hands.press("Approve publisher")
    admin.wait_for_url("**/applications")
    assert "Brightside Media is approved." in admin.inner_text("#notices")


def follow_the_link(page: Page, hands: Hands, base_url: str) -> str:
    """Choose a password by the mail's link; the key, which is shown once."""
    page.goto(f"{base_url}/demo/mail")
    hands.follow(page.locator(".letter a", has_text="/link/").first.inner_text())
    page.wait_for_selector("#again")
    hands.fill("new", GOOD)
    hands.fill("again", GOOD)
    hands.press("Set password")
    return re.search(r"pk_live_\w+", page.inner_text(".once"))[0]


def see_it_arrive(admin: Page, hands: Hands, send: Callable[[], None]) -> None:
    """The live page is open before the lead is sent, and is not loaded again."""
    hands.follow("Live")
    admin.wait_for_url("**/live")
    admin.wait_for_selector("#feed")
    send()
    admin.locator("#feed-rows tr", has_text="Brightside Media").wait_for(timeout=PATIENCE)


def see_it_delivered(buyer: Page, hands: Hands) -> None:
    hands.follow("Deliveries")
    buyer.wait_for_url("**/deliveries")
    read_until(buyer, "Delivered")


def see_it_paid(page: Page, hands: Hands) -> None:
    """From the page with the key: sign in, and find the payout on the first page and in the list."""
    hands.follow("Sign in")
    page.wait_for_url("**/login**")
    hands.fill("email", FORM["email"])
    hands.fill("password", GOOD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/home")
    assert "£38.00 earned today" in page.inner_text("h1")
    hands.follow("Leads")
    page.wait_for_url("**/leads")
    paid = page.locator("#rows tbody tr").first.inner_text()
    assert "Sold" in paid
    assert "£38.00" in paid
    assert "Northgate" not in page.content()


@pytest.mark.parametrize("with_hands", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_a_publisher_joins_and_all_three_see_its_first_lead_through(floor, page, chromium, with_hands):
    base_url, hands = floor.base_url, with_hands(page)
    with chromium.new_context(locale="en-GB") as hers, chromium.new_context(locale="en-GB") as his:
        admin, buyer = page_of(hers), page_of(his)
        wrong = [listen(one) for one in (page, admin, buyer)]
        apply(page, hands, base_url)
        sign_in(admin, with_hands(admin), base_url, ADMIN)
        approve(admin, with_hands(admin), base_url)
        key = follow_the_link(page, hands, base_url)

        def send() -> None:
            assert curl(base_url, key, lead_of(77, "First"))["ok"]

        see_it_arrive(admin, with_hands(admin), send)
        wait_for_calls(floor.buyers.posts("northgate"), 1, PATIENCE / 1000)
        sign_in(buyer, with_hands(buyer), base_url, BUYER)
        see_it_delivered(buyer, with_hands(buyer))
        see_it_paid(page, hands)
        assert [said for heard in wrong for said in heard if FAULTY not in said] == []


def test_no_page_of_the_way_shuts_anybody_out(floor, page, chromium, look):
    hands = Mouse(page)
    apply(page, hands, floor.base_url)
    for path in ("/apply", "/forgot", "/demo/mail", "/link/unknown", "/login"):
        look(page, path)
    with chromium.new_context(locale="en-GB") as hers:
        admin = page_of(hers)
        sign_in(admin, Mouse(admin), floor.base_url, ADMIN)
        for path in ("/applications", "/applications?state=approved", "/team/invite", "/mails"):
            look(admin, path)
        admin.locator(".row-link").first.click()
        look(admin)
        admin.goto(f"{floor.base_url}/applications")
        admin.locator(".row-link").first.click()
        admin.wait_for_selector("#approve")
        look(admin)
        approve(admin, Mouse(admin), floor.base_url)
    follow_the_link(page, hands, floor.base_url)
    look(page)
