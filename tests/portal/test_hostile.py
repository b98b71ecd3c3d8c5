"""Names that carry markup are text on every page that shows them: palette, lists, lead, team, mail."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.services import catalogue, intake, parties
from app.services.catalogue import VerticalWish
from app.transaction import transaction
from tests.portal.people import Person
from tests.support.world import World, submission

IMAGE = "<img src=x onerror=alert(1)>"
PART = '"><div hx-get="/account" hx-trigger="load">'


@pytest.fixture
def hostile_id(world: World, alice: Person) -> UUID:
    """A lead, and everything around it, named to do harm."""
    buyer_id = world.buyer(f"{IMAGE}{PART}")
    world.contract(buyer_id, 9900, name=f"{PART}{IMAGE}")
    with transaction():
        parties.add_publisher(world.admin, f"{IMAGE}{PART}", now=world.now)
        catalogue.add_vertical(world.admin, VerticalWish("odd", f"{IMAGE}{PART}", 100), now=world.now)
    invited = alice.post("/team/invite", {"name": f"{IMAGE}{PART}", "email": "odd@example.com", "place": "admin"})
    assert invited.status_code == 303
    values = {"first_name": IMAGE, "last_name": PART, "consent_token": PART, "ip": IMAGE}
    return intake.submit(world.access(), submission(**values), now=world.now).lead_id


def assert_inert(text: str, where: str) -> None:
    assert "<img" not in text.lower(), where
    assert 'hx-get="/account"' not in text, where
    assert "<div hx-get" not in text, where


def plain_pages(app: Flask) -> Iterator[Rule]:
    """Every page of the portal that needs no argument."""
    for rule in app.url_map.iter_rules():
        is_page = rule.endpoint.startswith("portal.") and "GET" in (rule.methods or ()) and not rule.arguments
        if is_page and rule.endpoint not in {"portal.live_stream", "portal.favicon"} and "." not in rule.rule:
            yield rule


def test_names_are_text_on_every_page(app: Flask, alice: Person, hostile_id: UUID):
    for rule in plain_pages(app):
        assert_inert(alice.get(rule.rule).text, rule.rule)
    assert_inert(alice.get("/leads?period=all").text, "/leads")
    assert_inert(alice.get(f"/leads/{hostile_id}").text, "the lead")
    revealed = alice.post(f"/leads/{hostile_id}/reveal", htmx=True).text
    assert_inert(revealed, "the person")
    assert "&lt;img src=x" in revealed


@pytest.mark.parametrize("htmx", [True, False])
def test_names_are_text_in_the_palette(alice: Person, hostile_id: UUID, htmx: bool):
    found = alice.post("/palette", {"find": "img src"}, htmx=htmx).text
    assert_inert(found, "palette")
    assert found.count("&lt;img src=x") >= 3
    assert_inert(alice.post("/palette", {"find": IMAGE}, htmx=htmx).text, "palette")


def test_the_mail_that_went_out_shows_them_as_text(alice: Person, hostile_id: UUID):
    page = alice.get("/mails").text
    link = page.split('href="/mails/')[1].split('"')[0]
    mail = alice.get(f"/mails/{link}").text
    assert_inert(mail, "mail")
    assert "&lt;img src=x" in mail


def test_what_was_searched_is_not_repeated(alice: Person):
    for path, name in (("/search", "find"), ("/palette", "find")):
        answer = alice.post(path, {name: IMAGE}, follow_redirects=True)
        assert_inert(answer.text, path)
