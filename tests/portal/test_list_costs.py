"""What a page costs does not grow with what stands on it: every page of the portal without an argument, with 3 and 60.

A new page is found by its rule. Pages that are no lists may cost more than six statements; they are named here.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.applications import Application
from app.portal import visit
from app.services import audit, endpoints, intake, mails, outbox, parties, saved_views
from app.transaction import transaction
from tests.portal.people import Person, add_user
from tests.support.world import World, submission

MOST = 6
NO_LISTS = frozenset(
    {"portal.overview", "portal.overview_now", "portal.own_home", "portal.start", "portal.start_steps"}
)
"""Pages that answer many questions at once."""
LISTS = (
    "/leads?period=all&state=sold&state=rejected&sort=-price", "/leads?period=all&columns=who,buyer,margin",
    "/deliveries?state=failed", "/live/rows",
)  # fmt: skip


def pages(app: Flask) -> Iterator[str]:
    """Every address of the portal that takes no argument and answers with a page."""
    rules: Iterator[Rule] = app.url_map.iter_rules()
    for rule in rules:
        is_page = rule.endpoint.startswith("portal.") and rule.endpoint not in visit.OPEN | NO_LISTS
        if is_page and not rule.arguments and "GET" in (rule.methods or ()) and "stream" not in rule.rule:
            yield rule.rule


@pytest.fixture
def crowd(world: World, northgate: UUID, alice: Person, bob: Person, cara: Person) -> Iterator[object]:
    """Puts of everything so many into the market, by their numbers."""
    with transaction():
        endpoints.register(cara.actor, url="http://127.0.0.1:9/hooks", events=["lead.rejected"], now=world.now)

    def fill(numbers: range) -> None:
        enter_tenant(world.tenant_id)
        for number in numbers:
            one_more(world, northgate, number, (alice, bob, cara))
        outbox.fan_out(world.tenant_id, clock.now())
        enter_tenant(world.tenant_id)

    return fill


def one_more(world: World, northgate: UUID, number: int, people: tuple[Person, ...]) -> None:
    """A company, a person, a contract, a view and a mail more; two leads, of which one is refused."""
    now = world.now + timedelta(seconds=number)
    if number % 10 == 0:
        world.contract(northgate, 6300 + number, name=f"By post {number}", url="http://127.0.0.1:9/post")
    buyer_id = world.buyer(f"Buyer {number}")
    world.contract(buyer_id, 10, name=f"Contract {number}")
    for values in ({}, {"phone": "12"}):
        intake.submit(world.access(now), submission(number, **values), now=now)
    enter_tenant(world.tenant_id)
    with transaction():
        parties.add_publisher(world.admin, f"Publisher {number}", now=now)
        audit.record(world.admin, "lead.revealed", ("lead", None), now=now)
        mails.owe(world.tenant_id, "reset", to=f"p{number}@example.com", subject="Hello", body="text", now=now)
        for person in people if number < saved_views.MOST else ():
            saved_views.save(person.actor, "leads", f"View {number}", f"score={number}", now=now)
    for role, owner in ((Role.BUYER, northgate), (Role.PUBLISHER, world.publisher_id), (Role.ADMIN, None)):
        add_user(world.admin, role, f"{role.value}{number}@example.com", owner, now)
    world._row(
        Application, company=f"Company {number}", website="https://eve.example", contact_name="Eve", country="GB",
        email=f"eve{number}@example.com", phone="+447712300000", verticals=["mortgages"], monthly_leads=100,
        traffic="search", ip="::1",
    )  # fmt: skip
    world.touch()


def costs(app: Flask, people: tuple[Person, ...], statements: list[str]) -> dict[tuple[str, str], int]:
    """Statements of each page for each person who may open it; the second time, when what is kept is kept."""
    found = {}
    for person in people:
        for path in (*pages(app), *LISTS):
            answers = [person.get(path, htmx=path.startswith("/live/"))]
            statements.clear()
            answers.append(person.get(path, htmx=path.startswith("/live/")))
            if answers[-1].status_code == 200:
                _ = answers[-1].data
                found[person.email, path] = len(statements)
            db.session.rollback()
    return found


@pytest.mark.timeout(600)  # a crowd takes its time to come in
def test_every_list_costs_six_statements_at_most_whatever_its_length(
    app: Flask, crowd, alice: Person, bob: Person, cara: Person, statements: list[str]
):
    people = (alice, bob, cara)
    crowd(range(3))
    few = costs(app, people, statements)
    crowd(range(3, 60))
    many = costs(app, people, statements)
    assert len(few) > 30
    assert {page: cost for page, cost in many.items() if cost > MOST} == {}
    grown = {page: (few[page], cost) for page, cost in many.items() if cost > few.get(page, MOST)}
    assert {page: costs for page, costs in grown.items() if not page[1].endswith(".csv")} == {}  # files come in batches
