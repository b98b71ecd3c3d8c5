"""What `listen` hears, on which tests of pages rely: every real fault, and no request that the page itself gave up."""

import time
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Desk
from tests.browser.waiting import STEP, until, watch
from tests.support.browser import PATIENCE, listen

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ASK = "void htmx.ajax('GET', '{}', {{source: '#main', target: '#main', swap: 'none'}}).catch(() => null)"
"""Anything that htmx fetches; what becomes of it is told by the console alone."""


def heard(page: "Page", wrong: list[str], word: str) -> None:
    """Wait until one of the faults says the word."""
    ends = time.monotonic() + PATIENCE / 1000
    while not any(word in one for one in wrong):
        assert time.monotonic() < ends, (word, wrong)
        page.wait_for_timeout(STEP)


@pytest.fixture
def leads(page: "Page", desk: Desk) -> "Page":
    desk.sign_in(page, "alice@example.com")
    page.goto(f"{desk.base_url}/leads")
    until(page, "typeof htmx === 'object'")
    return page


def test_an_error_of_a_script_is_heard(leads: "Page"):
    wrong = listen(leads)
    leads.evaluate("void setTimeout(() => { throw new Error('a slip') })")
    heard(leads, wrong, "a slip")


def test_what_the_policy_refuses_is_heard(leads: "Page"):
    wrong = listen(leads)
    leads.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    heard(leads, wrong, "Content Security Policy")


@pytest.mark.parametrize("status", [403, 500])
def test_a_refused_request_of_htmx_is_heard(leads: "Page", status: int):
    leads.route("**/leads", lambda route: route.fulfill(status=status, body="no"))
    wrong = listen(leads)
    leads.evaluate(ASK.format("/leads"))
    heard(leads, wrong, str(status))


def test_a_line_that_breaks_is_heard_and_a_request_given_up_later_does_not_hide_it(leads: "Page"):
    leads.route("**/leads", lambda route: route.abort("connectionreset"))
    wrong = listen(leads)
    leads.evaluate(ASK.format("/leads"))
    heard(leads, wrong, "htmx:sendError")
    before = list(wrong)
    leads.route("**/account", lambda _route: None)
    leads.evaluate(ASK.format("/account"))
    leads.evaluate("htmx.trigger('#main', 'htmx:abort')")
    leads.evaluate("console.error('the last word')")
    heard(leads, wrong, "the last word")
    assert wrong[:-1] == before


def test_a_stream_that_is_refused_is_heard(page: "Page", desk: Desk):
    desk.sign_in(page, "alice@example.com")
    watch(page, desk)
    page.route("**/live/stream?*", lambda route: route.fulfill(status=500, body="no"))
    wrong = listen(page)
    page.reload()
    heard(page, wrong, "500")
