"""A session that ends brings the page back after sign-in, with nothing lost; and nobody else ever sees it."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.people import KeptForm, UserSession
from app.models.webhooks import Endpoint
from app.portal import kept, visit
from app.services import housekeeping, kept_forms
from app.services.kept_forms import MOST, Author, Sent
from app.transaction import read_only, transaction
from tests.portal.people import PASSWORD, Person, add_user, seat, token_on
from tests.support.world import World

TYPED = {"url": "https://typed.example/hooks?a=1&b=2", "events": ["lead.rejected"]}


def expire(person: Person) -> None:
    """Let their sessions lie for a week."""
    enter_tenant(person.actor.tenant_id)
    mine = UserSession.user_id == person.actor.principal_id
    with transaction():
        db.session.execute(update(UserSession).where(mine).values(seen_at=clock.now() - timedelta(days=8)))


def send(person: Person, path: str = "/webhooks/new", page: str = "/webhooks/new", **more: object) -> TestResponse:
    """Open a page as they do, let the session end, and send its form."""
    person.get("/account")
    person.post("/preferences")
    expire(person)
    headers = {"Referer": f"http://localhost{page}", "HX-Current-URL": f"http://localhost{page}"}
    return person.post(path, dict(TYPED), headers=headers, **more)


def next_of(answer: TestResponse) -> str:
    """Where the sign-in page will lead to."""
    place = answer.headers.get("HX-Redirect") or answer.location or ""
    assert place.startswith("/login?"), place
    return parse_qs(urlsplit(place).query)["next"][0]


def sign_in(person: Person, place: str, email: str = "") -> TestResponse:
    """Through the sign-in form; the answer that leads on."""
    token = token_on(person.client.get("/login", query_string={"next": place}).text)
    form = {"csrf_token": token, "email": email or person.email, "password": PASSWORD, "next": place}
    person._token = ""
    return person.client.post("/login", data=form)


def rows(tenant_id: UUID) -> list[KeptForm]:
    enter_tenant(tenant_id)
    with read_only():
        return list(db.session.scalars(select(KeptForm)))


def test_a_page_comes_back_with_its_filters(alice: Person):
    expire(alice)
    answer = alice.get("/leads?state=rejected&period=all")
    assert next_of(answer) == "/leads?state=rejected&period=all"
    assert sign_in(alice, next_of(answer)).location == "/leads?state=rejected&period=all"


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_comes_back_filled_in_and_is_sent_only_by_its_author(cara: Person, world: World, htmx: bool):
    answer = send(cara, htmx=htmx)
    assert answer.status_code == (401 if htmx else 303)
    place = next_of(answer)
    assert re.fullmatch(r"/webhooks/new\?kept=[0-9a-f-]{36}", place)
    assert "typed" not in place
    page = cara.get(sign_in(cara, place).location)
    assert "Your session had ended" in page.text
    assert 'value="https://typed.example/hooks?a=1&amp;b=2"' in page.text
    assert re.search(r'<input[^>]*value="lead.rejected"[^>]* checked', page.text)
    enter_tenant(world.tenant_id)
    with read_only():
        assert db.session.scalar(select(Endpoint.id)) is None


def test_sent_again_it_is_done_once_and_kept_no_longer(cara: Person, world: World):
    place = next_of(send(cara))
    page = cara.get(sign_in(cara, place).location).text
    assert rows(world.tenant_id)
    refused = cara.post("/webhooks/new", {"url": "nonsense"})
    assert refused.status_code == 422
    assert rows(world.tenant_id)
    cara._token = token_on(page)
    assert cara.post("/webhooks/new", dict(TYPED)).status_code < 400
    assert not rows(world.tenant_id)
    assert "Your session had ended" not in cara.get(place).text


def test_what_is_kept_is_sealed_and_without_the_token(cara: Person, world: World):
    send(cara)
    [row] = rows(world.tenant_id)
    assert b"typed.example" not in row.sealed
    with read_only():
        sent = kept_forms.read(Author(row.tenant_id, row.user_id), row.id, now=clock.now())
    assert sent is not None
    assert {name for name, _ in sent.fields} == {"url", "events"}


def test_nobody_else_sees_it(app: Flask, cara: Person, world: World, alice: Person, dan: Person):
    place = next_of(send(cara))
    colleague = seat(
        app, add_user(world.admin, Role.PUBLISHER, "carl@example.com", world.publisher_id), "carl@example.com"
    )
    [row] = rows(world.tenant_id)
    for person in (alice, dan, colleague):
        page = person.get(place)
        assert "typed.example" not in page.text
        assert "session had ended" not in page.text
        assert person.get(f"/kept/{row.id}").status_code == 404
    other = sign_in(cara, place, email="carl@example.com")  # at the same browser
    assert "typed.example" not in cara.get(other.location).text


def test_a_form_from_another_site_is_not_kept(cara: Person, world: World):
    cara.get("/account")
    expire(cara)
    answer = cara.client.post("/webhooks/new", data=TYPED, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 303
    assert not rows(world.tenant_id)


def test_after_signing_out_nothing_is_kept(cara: Person, world: World):
    cara.get("/account")
    token = cara._token or token_on(cara.get("/account").text)
    cara.post("/logout")
    cara.client.post("/webhooks/new", data={**TYPED, "csrf_token": token}, headers={"Origin": "http://localhost"})
    assert not rows(world.tenant_id)


def test_a_form_of_a_session_before_comes_back_in_another_tab(cara: Person):
    cara.get("/account")
    headers = {"Origin": "http://localhost", "Referer": "http://localhost/webhooks/new"}
    answer = cara.client.post("/webhooks/new", data={**TYPED, "csrf_token": "of another session"}, headers=headers)
    assert answer.status_code == 303
    assert "typed.example" in cara.get(answer.location).text


def test_a_page_that_is_not_known_or_gone_shows_what_was_sent(cara: Person):
    for page in ("/", f"/webhooks/{UUID(int=1)}"):
        place = next_of(send(cara, page=page))
        answer = cara.get(sign_in(cara, place).location)
        assert "typed.example" in answer.text
        assert 'action="/webhooks/new"' in answer.text


def test_an_hour_later_it_is_gone(cara: Person, world: World, monkeypatch: pytest.MonkeyPatch):
    place = next_of(send(cara))
    [row] = rows(world.tenant_id)
    later = clock.now() + kept_forms.LIFE
    with read_only():
        assert kept_forms.read(Author(row.tenant_id, row.user_id), row.id, now=later) is None
    with transaction():
        housekeeping.forget_old(world.tenant_id, later)
    assert not rows(world.tenant_id)
    assert cara.get(sign_in(cara, place).location).status_code == 200


def test_only_the_newest_few_are_kept(cara: Person, world: World):
    author = Author(world.tenant_id, cara.actor.principal_id)
    for number in range(MOST + 3):
        with transaction():
            sent = Sent("/x", (("n", str(number)),))
            newest = kept_forms.keep(author, sent, now=clock.now() + timedelta(seconds=number))
    assert len(rows(world.tenant_id)) == MOST
    assert newest in {row.id for row in rows(world.tenant_id)}


def test_no_form_with_a_password_is_ever_kept(app: Flask):
    """Every endpoint whose form has a password field is open, or is named as never kept."""
    views = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    secret = re.compile(r"type='password'|type=\"password\"")
    assert app.jinja_loader is not None
    for name in app.jinja_env.list_templates(filter_func=lambda one: not one.startswith("macros/")):
        source = app.jinja_loader.get_source(app.jinja_env, name)[0]
        for form in re.findall(r"<form\b.*?</form>", source, re.DOTALL):
            if secret.search(form):
                posts = {f"portal.{end}" for end in re.findall(r"url_for\('portal\.(\w+)'", form)} & views
                assert posts <= visit.OPEN | kept.NEVER, (name, posts)


def test_a_secret_of_ones_own_is_not_kept(bob: Person):
    token = bob.client.get("/webhooks/new")
    expire(bob)
    form = TYPED | {"secret": "my-own-secret-of-thirty-two-chars", "csrf_token": token_on(token.text)}
    answer = bob.client.post("/webhooks/new", data=form, headers={"Referer": "http://localhost/webhooks/new"})
    back = sign_in(bob, next_of(answer)).location
    page = bob.client.get(back).text
    assert "typed.example" in page
    assert "my-own-secret" not in page
