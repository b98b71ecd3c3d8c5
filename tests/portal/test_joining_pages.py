"""Applying, deciding, links and mail over HTTP: bad input, and what is not yours."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import event, func, select

from app import clock
from app.db import db, enter_tenant
from app.domain.offers import Mode
from app.domain.presets import direct
from app.models.applications import Application
from app.models.parties import Publisher
from app.models.people import Mail
from app.services import applications, book, catalogue
from app.services.catalogue import CampaignWish, OfferWish, VerticalWish
from app.transaction import commit, read_only
from tests.portal.people import token_on
from tests.support.applicant import FORM, applied, decided, newest_mail, newest_token

GOOD = "correct horse battery staple"


@pytest.fixture
def slug(world):
    with read_only():
        return book.current(world.tenant_id).tenant.slug


def counted(world, model):
    enter_tenant(world.tenant_id)
    with read_only():
        return db.session.scalar(select(func.count()).select_from(model))


def send(client, path, **fields):
    token = token_on(client.get(path).text)
    return client.post(path, data={"csrf_token": token} | fields)


def apply(client, slug, **changes):
    return send(client, f"/apply/{slug}", **(FORM | {"verticals": "mortgages"} | changes))


def decide(person, application_id, verdict="approve", **changes):
    form = {"verdict": verdict, "version": "1"} | changes
    form.setdefault("message", applications.template(verdict))
    return person.post(f"/applications/{application_id}/decide", form)


@pytest.mark.parametrize("path", ["/applications", "/mails", "/team", "/team/invite"])
def test_staff_have_every_page_of_joining(alice, path):
    assert alice.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/applications", "/mails"])
def test_buyers_and_publishers_have_no_queue_and_no_outbox(bob, cara, path):
    assert bob.get(path).status_code == cara.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/applications", "/mails", "/team", "/team/invite"])
def test_nobody_gets_in_without_signing_in(client, world, path):
    assert client.get(path).status_code == 303


def test_an_application_comes_in_and_says_what_happens_next(client, world, slug):
    answer = apply(client, slug)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/apply/{slug}/thanks")
    assert "This is what happens next." in client.get(answer.headers["Location"]).text
    assert counted(world, Application) == 1


def test_the_only_tenant_needs_no_name_and_an_unknown_one_is_not_there(client, world):
    assert client.get("/apply").status_code == 200
    assert client.get("/apply/nobody-here").status_code == 404


def test_faults_stand_beside_their_fields_and_what_was_typed_is_kept(client, world, slug):
    answer = apply(client, slug, email="nobody", company='<img src=x onerror="alert(1)">', verticals="unknown")
    assert answer.status_code == 422
    assert 'id="email-fault"' in answer.text
    assert 'id="verticals-fault"' in answer.text
    assert 'value="nobody"' in answer.text
    assert FORM["traffic"] in answer.text
    assert "&lt;img src=x" in answer.text
    assert "<img" not in answer.text
    assert counted(world, Application) == 0


def test_a_filled_trap_is_answered_alike_and_kept_nowhere(client, world, slug):
    assert apply(client, slug, leave_empty="http://spam.example").status_code == 303
    assert counted(world, Application) == counted(world, Mail) == 0


def test_half_a_dozen_applications_pass_and_a_flood_keeps_what_was_typed(client, world, slug):
    found = [apply(client, slug, email=f"n{number}@example.com") for number in range(13)]
    assert [one.status_code for one in found[:12]] == [303] * 12
    assert found[12].status_code == 429
    assert "Retry-After" in found[12].headers
    assert FORM["traffic"] in found[12].text


def test_an_application_without_the_forms_token_is_refused(client, world, slug):
    assert client.post(f"/apply/{slug}", data=FORM).status_code == 400


def test_an_admin_approves_and_goes_on_to_the_next(alice, world):
    first, second = applied(world, clock.now()), applied(world, clock.now(), company="Second Ltd")
    assert "all passed" in alice.get("/applications").text
    answer = decide(alice, first)
    assert answer.headers["Location"] == f"/applications/{second}"
    assert "approved" in alice.get(f"/applications/{first}").text
    assert newest_mail().kind == "application_approved"


def test_the_second_admin_is_told_who_was_faster(alice, world):
    application_id = applied(world, clock.now())
    decide(alice, application_id, "reject")
    answer = decide(alice, application_id)
    assert answer.status_code == 409
    assert "Alice was faster" in answer.text
    assert counted(world, Publisher) == 1


@pytest.mark.parametrize("form", [{"verdict": "burn"}, {"version": "x"}, {"version": ""}, {"version": "9" * 5000}])
def test_a_broken_decision_is_refused(alice, world, form):
    form = {"verdict": "reject", "version": "1", "message": "No"} | form
    application_id = applied(world, clock.now())
    assert alice.post(f"/applications/{application_id}/decide", form).status_code == 400
    chosen = f"{application_id}:{form['version']}"
    several = {"verdict": form["verdict"], "chosen": chosen, "sure": "1", "message": "No"}
    assert alice.post("/applications/decide", several).status_code == 400


def test_a_message_without_its_link_is_shown_again(alice, world):
    answer = decide(alice, applied(world, clock.now()), message="Welcome, without")
    assert answer.status_code == 422
    assert "Keep {link} in the message" in answer.text
    assert "Welcome, without" in answer.text


def test_ticked_applications_are_decided_together_after_a_look(alice, world):
    ids = [applied(world, clock.now(), company=f"Company {n}", email=f"n{n}@example.com") for n in range(2)]
    chosen = [f"{one}:1" for one in ids]
    look = alice.post("/applications/decide", {"verdict": "approve", "chosen": chosen})
    assert "Approve 2 applications" in look.text
    assert counted(world, Publisher) == 1
    sure = {"verdict": "approve", "chosen": chosen, "sure": "1", "message": applications.template("approve")}
    assert alice.post("/applications/decide", sure).status_code == 303
    assert counted(world, Publisher) == 3
    assert alice.post("/applications/decide", {"verdict": "approve"}).status_code == 422
    assert alice.post("/applications/decide", {"verdict": "approve", "chosen": "nonsense"}).status_code == 400


def test_the_queue_is_searched_by_company_and_address(alice, world):
    applied(world, clock.now())
    for text, is_there in (("BRIGHT", True), ("nia@", True), ("%", False), ("Fenwick", False)):
        assert ("Brightside Media" in alice.get(f"/applications?q={text}").text) is is_there
    assert alice.get("/applications?state=nonsense").status_code == 400
    assert alice.get("/applications?after=nonsense").status_code == 400


def test_an_application_is_nobody_elses(bob, cara, dan, world):
    application_id = applied(world, clock.now())
    for person in (bob, cara, dan):
        assert person.get(f"/applications/{application_id}").status_code == 404
        assert decide(person, application_id).status_code == 404
        sure = {"verdict": "reject", "chosen": f"{application_id}:1", "sure": "1", "message": "No"}
        assert person.post("/applications/decide", sure).status_code == 404
    enter_tenant(world.tenant_id)
    assert db.session.scalars(select(Application.status)).one() == "new"


def test_the_link_sets_a_password_and_shows_the_key_once(client, world):
    decided(world, applied(world, clock.now()), clock.now())
    path = f"/link/{newest_token()}"
    assert client.get(path).status_code == client.get(path).status_code == 200
    assert 'id="again-fault"' in send(client, path, new=GOOD, again="other").text
    assert 'id="new-fault"' in send(client, path, new="short", again="short").text
    token = token_on(client.get(path).text)
    answer = client.post(path, data={"csrf_token": token, "new": GOOD, "again": GOOD})
    key = re.search(r"pk_live_\w+", answer.text)[0]
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(path).status_code == 410
    assert key not in client.get(path).text
    assert send(client, "/login", email=FORM["email"], password=GOOD).status_code == 303


def test_the_first_call_on_the_welcome_page_is_of_a_sector_that_the_key_may_send(client, world, slug):
    now = clock.now()
    vertical_id = catalogue.add_vertical(world.admin, VerticalWish("debt-help", "Debt Help", 2800), now=now)
    offer_id = catalogue.add_offer(world.admin, OfferWish(vertical_id, "Debt Help", Mode.PRIORITY), now=now)
    catalogue.add_campaign(world.admin, CampaignWish(vertical_id, offer_id, "Debt", "GB", direct("debt-help")), now=now)
    commit()
    apply(client, slug, verticals="debt-help")
    enter_tenant(world.tenant_id)
    decided(world, db.session.scalars(select(Application.id)).one(), clock.now())
    page = send(client, f"/link/{newest_token()}", new=GOOD, again=GOOD).text
    assert set(re.findall(r"sector\W+(debt-help|mortgages)\b", unescape(page))) == {"debt-help"}


def without_tokens(page):
    """A form's token tells the second in which it was made."""
    return re.sub(r'(X-CSRFToken": "|csrf_token" value=")[^"]+', r"\1", page)


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000, "%00", "..%2f"])
def test_a_made_up_link_says_so(client, world, token):
    assert client.get(f"/link/{token}").status_code == 404


def test_forgotten_passwords_are_answered_alike(client, alice, world):
    known, unknown = (send(client, "/forgot", email=email) for email in ("alice@example.com", "nobody@example.com"))
    assert without_tokens(known.text).replace("alice@", "nobody@") == without_tokens(unknown.text)
    assert counted(world, Mail) == 1
    assert send(client, "/forgot", email="nonsense").status_code == 422


def test_a_mail_is_read_by_staff_without_its_link(alice, bob, dan, world):
    decided(world, applied(world, clock.now()), clock.now())
    mail_id, token = newest_mail().id, newest_token()
    page = alice.get(f"/mails/{mail_id}").text
    assert token not in page
    assert "/link/…" in page
    assert bob.get(f"/mails/{mail_id}").status_code == dan.get(f"/mails/{mail_id}").status_code == 404
    assert dan.post(f"/mails/{mail_id}/again").status_code == 404
    assert alice.post(f"/mails/{mail_id}/again").status_code == 422


def test_the_open_mailbox_is_the_demos_alone(client, world):
    assert client.get("/demo/mail").status_code == 404


@pytest.mark.parametrize("path", ["/applications", "/applications?state=all&q=media", "/team", "/mails"])
def test_a_list_costs_six_statements_at_most_whatever_its_length(alice, world, path):
    for number in range(6):
        applied(world, clock.now(), company=f"Media {number}", email=f"n{number}@example.com")
    alice.get(path)
    statements = []
    listen = (db.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    event.listen(*listen)
    try:
        assert alice.get(path).status_code == 200
    finally:
        event.remove(*listen)
    reads = [
        one for one in statements if one.lstrip().upper().startswith(("SELECT", "WITH")) and "set_config" not in one
    ]
    assert len(reads) <= 6, reads
