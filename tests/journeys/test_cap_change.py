"""A buyer changes a cap beyond its permission, an admin approves, the next lead obeys: by mouse and by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.shop_floor import ADMIN, BUYER, Floor, curl, lead_of, open_floor, page_of, sign_in
from tests.support.browser import listen
from tests.support.hands import Keyboard, Mouse
from tests.support.settings import settings_for
from tests.support.simulator import wait_for_calls

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.hands import Hands

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("live"), pytest.mark.timeout(600)]
PATIENCE = 60.0


@pytest.fixture
def floor(sqlite, redis_url, tmp_path, make_app):
    with open_floor(make_app(settings_for(sqlite.url, redis_url)), sqlite, redis_url, tmp_path) as made:
        yield made


def post(floor: Floor, number: int) -> None:
    assert curl(floor.base_url, floor.key, lead_of(number, "Next"))["ok"]


def ask_for_a_cap(page: Page, hands: Hands, limit: str) -> None:
    """The buyer opens its own contract and writes another limit into the cap of the day."""
    hands.follow("Contracts")
    page.wait_for_url("**/contracts")
    hands.follow("Northgate mortgages")
    page.wait_for_selector("#editor")
    hands.fill("c.0.limit", limit)
    hands.press("Save contract")
    page.get_by_text("waits for approval; until then the present terms hold").wait_for()


def approve_it(page: Page, hands: Hands) -> None:
    """The admin reads what changes, and agrees."""
    hands.follow("Changes")
    page.wait_for_url("**/changes")
    hands.follow("Northgate mortgages")
    page.wait_for_selector(".diff")
    assert "2 leads a day" in page.locator(".diff ins").inner_text()
    assert "50 leads a day" in page.locator(".diff del").inner_text()
    hands.press("Approve change")
    page.get_by_text("The next lead obeys").wait_for()


@pytest.mark.parametrize("with_hands", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_a_cap_beyond_permission_waits_for_an_admin_and_then_the_next_lead_obeys(floor, chromium, with_hands):
    northgate, harbour = floor.buyers.posts("northgate"), floor.buyers.posts("harbour")
    with chromium.new_context(locale="en-GB") as hers, chromium.new_context(locale="en-GB") as his:
        admin, buyer = page_of(hers), page_of(his)
        wrong = [listen(admin), listen(buyer)]
        post(floor, 1)
        wait_for_calls(northgate, 1, PATIENCE)
        sign_in(buyer, with_hands(buyer), floor.base_url, BUYER)
        ask_for_a_cap(buyer, with_hands(buyer), "2")
        post(floor, 2)
        wait_for_calls(northgate, 2, PATIENCE)  # it waits for approval: the present terms hold
        sign_in(admin, with_hands(admin), floor.base_url, ADMIN)
        approve_it(admin, with_hands(admin))
        post(floor, 3)
        wait_for_calls(harbour, 1, PATIENCE)
        assert northgate.total == 2
        buyer.goto(f"{floor.base_url}/home")
        assert "2 / 2" in buyer.locator(".caps-cell").inner_text()
        buyer.goto(f"{floor.base_url}/changes")
        assert "Approved" in buyer.inner_text("main")
        mailbox = buyer.goto(f"{floor.base_url}/demo/mail")
        assert mailbox is not None
        assert "Your change of Northgate mortgages holds now" in buyer.inner_text("main")
        assert "Northgate asks to change Northgate mortgages" in buyer.inner_text("main")
        assert wrong == [[], []]
