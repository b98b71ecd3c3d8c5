"""Every address of the portal, asked for by somebody whose it is not: it does not exist for them.

The addresses come from the application itself, so a new one is walked from the day it is there.
"""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from app.db import db, enter_tenant
from app.models.people import AuditEntry
from app.portal import visit
from tests.portal.people import Person
from tests.portal.things import SHARED, Things, filled

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
STREAMS = frozenset({"portal.live_stream"})
"""Answers that never end have tests of their own."""

OWN_DOOR = {"portal.home": "/welcome"}  # who knows no address yet is told what this is


def rules(app: Flask, face: str = "portal.") -> Iterator[tuple[Rule, str]]:
    """Every rule of a face that is not open to everybody, with each method that it takes."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(face) and rule.endpoint not in visit.OPEN:
            for method in sorted((rule.methods or set()) & METHODS):
                yield rule, method


def ids(rule: Rule) -> set[str]:
    """The arguments of a rule that name a thing; words to choose from name none."""
    return {name for name in rule.arguments if not re.search(rf"<any\([^)]*\):{name}>", rule.rule)}


def ask(person: Person, method: str, path: str, *, htmx: bool) -> int:
    send = person.get if method == "GET" else person.post
    answer = send(path, htmx=htmx, **({"method": method} if method not in {"GET", "POST"} else {}))
    answer.close()
    return answer.status_code


def refusals_of(person: Person) -> int:
    enter_tenant(person.actor.tenant_id)
    mine = (AuditEntry.actor_id == person.actor.principal_id) & AuditEntry.action.like("%.not\\_theirs", escape="\\")
    return db.session.scalar(select(func.count()).select_from(AuditEntry).where(mine)) or 0


def test_every_argument_of_an_address_is_known(app: Flask, things: Things):
    unknown = {name: rule.rule for rule, _ in rules(app) for name in ids(rule) - set(things)}
    assert not unknown, "tests/portal/things.py needs something for each of these"


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_another_tenants_admin_finds_nothing(app: Flask, things: Things, dan: Person, htmx: bool):
    wrong = [
        f"{method} {rule.rule}: {status}"
        for rule, method in rules(app)
        if ids(rule) and (status := ask(dan, method, filled(rule.rule, things), htmx=htmx)) != 404
    ]
    assert wrong == []


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_rivals_of_the_same_market_find_nothing_and_are_written_down(
    app: Flask,
    things: Things,
    rivals: list[Person],
    htmx: bool,
):
    wrong = []
    for person in rivals:
        for rule, method in rules(app):
            if not ids(rule):
                continue
            before = refusals_of(person)
            status = ask(person, method, filled(rule.rule, things), htmx=htmx)
            if status != 404 or refusals_of(person) != before + 1:
                wrong.append(
                    f"{person.actor.role}: {method} {rule.rule}: {status}, {refusals_of(person) - before} entries"
                )
    assert wrong == []


def test_an_admin_who_mistyped_an_address_is_not_written_down(alice: Person):
    assert alice.get(f"/contracts/{uuid4()}").status_code == 404
    assert refusals_of(alice) == 0


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_no_list_shows_another_tenant_anything(app: Flask, things: Things, dan: Person, htmx: bool):
    assert shown(app, dan, things, htmx=htmx) == []


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_no_list_shows_rivals_anything(app: Flask, things: Things, rivals: list[Person], htmx: bool):
    private = {name: value for name, value in things.items() if name not in SHARED}
    assert [found for person in rivals for found in shown(app, person, private, htmx=htmx)] == []


def shown(app: Flask, person: Person, known: Things, *, htmx: bool) -> list[str]:
    """Where a page, a part of one or a CSV without an argument names something that is not this person's."""
    found = []
    for rule, method in rules(app):
        if method != "GET" or rule.arguments or rule.endpoint in STREAMS:
            continue
        page = person.get(f"{rule.rule}?period=all", htmx=htmx).text
        found += [f"{person.email}: {rule.rule} shows {name}" for name, value in known.items() if str(value) in page]
    return found


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_without_a_session_every_address_leads_to_the_door(app: Flask, things: Things, htmx: bool):
    for rule, method in rules(app):
        path = filled(rule.rule, things)
        answer = app.test_client().open(path, method=method, headers={"HX-Request": "true"} if htmx else {})
        place = answer.headers.get("HX-Redirect") or answer.location
        assert answer.status_code in ({401, 303, 204} if htmx else {303}), f"{method} {path}"
        assert place.startswith(OWN_DOOR.get(rule.endpoint, "/login")), f"{method} {path}"
        assert not answer.data, f"{method} {path}"


def test_every_unsafe_address_wants_its_token(app: Flask, things: Things, alice: Person):
    unsafe = [(rule, method) for rule, method in rules(app) if method != "GET"]
    opened = [
        (rule, "POST")
        for rule in app.url_map.iter_rules()
        if rule.endpoint in visit.OPEN and "POST" in (rule.methods or set())
    ]
    for rule, method in unsafe + opened:
        path = filled(rule.rule, things | {"token": "x", "slug": "x"})  # type: ignore[dict-item]
        answer = alice.client.open(path, method=method, headers={"HX-Request": "true"})
        assert answer.status_code == 400, f"{method} {path}"
