"""A publisher's webhook, by keyboard alone: address, secret shown once, test event, log, a new secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from standardwebhooks.webhooks import Webhook

from tests.journeys.shop_floor import PATIENCE, PUBLISHER, curl, lead_of, open_floor, read_until, sign_in
from tests.support.browser import listen
from tests.support.hands import Keyboard
from tests.support.settings import settings_for
from tests.support.simulator import wait_for_calls

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from app.simulator.memory import Call

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("live"), pytest.mark.timeout(600)]


@pytest.fixture
def floor(sqlite, redis_url, tmp_path, make_app):
    with open_floor(make_app(settings_for(sqlite.url, redis_url)), sqlite, redis_url, tmp_path) as made:
        yield made


def secret_on(page: Page) -> str:
    """The secret, in the one answer that shows it."""
    page.wait_for_selector(".once")
    return re.search(r"whsec_[\w+/=]+", page.inner_text(".once"))[0]


def add_webhook(page: Page, hands: Keyboard, url: str) -> str:
    """From the first page to an address with its secret."""
    hands.follow("Webhooks")
    page.wait_for_url("**/webhooks")
    hands.follow("Add endpoint")
    page.wait_for_selector("#url")
    hands.fill("url", url)
    page.keyboard.press("Enter")
    return secret_on(page)


def rotate(page: Page, hands: Keyboard) -> str:
    """A new secret; the old one signs along for a day."""
    hands.follow("Rotate secret")
    page.wait_for_selector("#overlap")
    hands.press("Make new secret")
    return secret_on(page)


def is_signed(call: Call, secret: str) -> bool:
    """As the receiver's own library judges it: that of Standard Webhooks."""
    headers = {name.lower(): value for name, value in call.headers}
    Webhook(secret).verify(call.body, headers)
    return True


def test_a_publisher_sets_its_webhook_up_tries_it_and_changes_its_secret(floor, page):
    hands, heard, wrong = Keyboard(page), floor.buyers.told("cara"), listen(page)
    sign_in(page, hands, floor.base_url, PUBLISHER)
    old = add_webhook(page, hands, floor.buyers.hook("cara"))
    address = page.locator("h1").inner_text()
    assert address.endswith("/hooks/cara")
    hands.press("Send test event")
    page.wait_for_url("**/messages/*")
    wait_for_calls(heard, 1, PATIENCE / 1000)
    assert is_signed(heard.calls[-1], old)
    read_until(page, "Delivered")
    hands.follow("Webhooks")
    page.wait_for_url("**/webhooks")
    hands.follow(address)
    page.wait_for_selector("#messages-head")
    assert old not in page.content()
    new = rotate(page, hands)
    assert new != old
    assert curl(floor.base_url, floor.key, lead_of(5, "Told"))["ok"]
    wait_for_calls(heard, 2, PATIENCE / 1000)
    told = heard.calls[-1]
    assert b"lead.purchased" in told.body
    assert is_signed(told, new)
    assert is_signed(told, old)  # the overlap: whoever still holds the old one verifies too
    hands.follow("All messages of this endpoint")
    page.wait_for_url("**/messages**")
    read_until(page, "lead.purchased")
    assert wrong == []
