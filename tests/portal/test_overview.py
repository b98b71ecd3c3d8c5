"""The admins' first page: what it says of the day, and that every number leads to exactly its rows."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app import clock
from app.db import db, enter_tenant
from app.gateways.job_watch import NullWatch
from app.gateways.kit import kit, using
from app.portal import overview_words
from app.services import intake, sessions
from app.transaction import transaction
from tests.portal.people import Person
from tests.support.world import World, submission


def figure(page: str, word: str) -> tuple[str, str, str]:
    """Value, comparison and address of one of the numbers on top."""
    found = re.search(
        rf'<a class="figure[^"]*" href="([^"]*)"><strong class="number">([^<]*)</strong> <span>{word}</span>'
        r'<small class="quiet">([^<]*)</small>',
        page,
    )
    assert found, page
    return found[2], found[3], html.unescape(found[1])


def rows(page: str) -> int:
    return len(re.findall(r'class="row-link"', page))


def change(world: World, statement: str, **values: object) -> None:
    enter_tenant(world.tenant_id)
    with transaction():
        db.session.execute(text(statement), values)


def test_admins_begin_with_the_overview(alice: Person):
    assert alice.get("/").location == "/overview"


def test_numbers_lead_to_exactly_their_rows(alice: Person, lead_id: UUID, rejected_id: UUID):
    page = alice.get("/overview").text
    for word, value, count in (("leads", "2", 2), ("sold", "50 %", 1), ("revenue", "£62", 1), ("margin", "£24", 1)):
        shown, _, url = figure(page, word)
        assert shown == value
        assert rows(alice.get(url).text) == count, word


def test_a_reason_leads_to_its_leads(alice: Person, rejected_id: UUID):
    page = alice.get("/overview").text
    [url] = re.findall(r'href="([^"]*reason=duplicate[^"]*)"', page)
    listed = alice.get(html.unescape(url)).text
    assert rows(listed) == 1
    assert str(rejected_id) in listed


def test_without_a_week_before_nothing_is_claimed(alice: Person, lead_id: UUID):
    page = alice.get("/overview").text
    assert "there is nothing to compare with" in page
    assert "normal" not in page


def test_a_day_like_the_week_before_is_called_normal(alice: Person, world: World, northgate: UUID):
    for back in (timedelta(0), timedelta(days=7)):
        for number in range(12):
            at = clock.now() - back - timedelta(minutes=30 - number)
            intake.submit(
                world.access(), submission(number + 100 * back.days, email=f"a{number}b{back.days}@example.com"), now=at
            )
    page = alice.get("/overview").text
    assert re.search(r"<h1>\w+ \d+ \w+ · normal</h1>", page), page
    assert "much as last" in page
    assert figure(page, "leads")[1].startswith("as last ")


def test_late_deliveries_are_counted_and_named(alice: Person, world: World, delivery_id: UUID):
    old = (clock.now() - timedelta(minutes=10)).isoformat(" ")
    change(world, "update deliveries set created_at = :old, next_at = :old", old=old)
    page = alice.get("/overview").text
    shown, _, url = figure(page, "late delivery")
    assert shown == "1"
    assert rows(alice.get(url).text) == 1
    assert "1 delivery is late" in page


def test_a_lost_answer_needs_somebody(alice: Person, world: World, delivery_id: UUID):
    assert "whose answer was lost" not in alice.get("/overview").text
    change(world, "update deliveries set state = 'unknown', attempt = 3")
    assert "1 delivery whose answer was lost" in alice.get("/overview").text


def test_every_alert_leads_to_a_page_that_opens(app: object, alice: Person):
    for page, chosen in overview_words._PAGES.values():
        with alice.client.application.test_request_context():
            url = overview_words.url_for(f"portal.{page}", **dict(chosen))
        assert alice.get(url).status_code == 200, url


def test_a_new_operation_is_told_what_to_do_first(alice: Person):
    page = alice.get("/overview").text
    assert "Write a contract" in page
    assert "Receive a lead" in page
    assert "The moment a publisher posts a lead it stands here." in page


def test_a_page_that_looks_again_gets_its_part_alone(alice: Person, lead_id: UUID):
    part = alice.get("/overview/now", htmx=True).text
    assert part.lstrip().startswith('<div id="now"')
    assert "<html" not in part
    assert "<html" in alice.get("/overview/now").text


def test_looking_again_keeps_no_session_alive(alice: Person, monkeypatch: pytest.MonkeyPatch):
    touched: list[object] = []
    monkeypatch.setattr(sessions, "is_stale", lambda *_: True)
    monkeypatch.setattr(sessions, "touch", lambda *given: touched.append(given))
    for path in ("/overview/now", "/queues/now"):
        alice.get(path, htmx=True)
    assert not touched
    alice.get("/overview")
    assert touched


def test_the_overview_is_the_admins_own(bob: Person, cara: Person, dan: Person, lead_id: UUID):
    for path in ("/overview", "/overview/now", "/queues", "/queues/now"):
        for person in (bob, cara):
            assert person.get(path).status_code == 404
    page = dan.get("/overview").text
    assert str(lead_id) not in page
    assert figure(page, "leads")[0] == "0"


def test_it_costs_as_many_statements_with_one_lead_as_with_many(
    alice: Person, world: World, northgate: UUID, statements: list[str]
):
    costs = []
    alice.get("/overview")  # whatever is only done once is done
    for round_ in range(2):
        for number in range(1 + 20 * round_):
            intake.submit(world.access(), submission(1000 * round_ + number), now=world.now + timedelta(seconds=number))
        statements.clear()
        alice.get("/overview")
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert costs[0] <= 12, statements  # one of them finds the session


def test_without_redis_the_strip_says_so(alice: Person, lead_id: UUID):
    with using(replace(kit(), jobs=NullWatch(None))):
        assert "Redis does not answer" in alice.get("/overview").text


def test_every_cap_that_fills_up_is_there_the_later_ones_folded_away(alice: Person, world: World, northgate: UUID):
    for number in range(10):
        world.cap("buyer", world.buyer(f"Buyer {number}"), "total", 10)
    enter_tenant(world.tenant_id)
    with transaction():
        caps = db.session.execute(text("select id from caps order by id")).scalars().all()
        for cap_id in caps:
            db.session.execute(
                text(
                    "insert into cap_usage (tenant_id, id, window_start, used) "
                    "select tenant_id, id, '1970-01-01 00:00:00.000000', 9 from caps where id = :id"
                ),
                {"id": cap_id},
            )
    page = alice.get("/overview").text
    assert figure(page, "buyers near a cap")[:2] == ("10", "none full")
    assert "2 more caps over 80 %" in page
    assert page.count("90 % taken") == 10
