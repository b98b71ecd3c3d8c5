"""A company applies, an admin decides once, a link is used once: on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.applications import Application
from app.models.catalogue import Source
from app.models.parties import ApiKey, Publisher
from app.models.people import AuditEntry, Mail, User
from app.services import access, applications, links, passwords, sessions, team, users
from app.services.application_form import Faulty
from app.services.applications import AlreadyDecided
from app.services.changes import NoSuchThing, NotAllowed, Refused
from app.services.links import Gone
from app.transaction import read_only, rollback, transaction
from tests.support.applicant import answers, applied, decided, newest_mail, newest_token
from tests.support.world import NOON, World

GOOD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "_HASHER", passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._nobody.cache_clear()


@pytest.fixture
def world(app):
    return World()


def count(world, model, *conditions):
    enter_tenant(world.tenant_id)
    with read_only():
        return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def use(token, now=NOON, password=GOOD):
    with read_only():
        link = links.look(token, now)
    with transaction():
        return team.let_in(link, password, now=now)


def at_once(app, world, work, times=4):
    """The same thing done by several at the same moment; what each got, or what it raised."""
    rollback()

    def one(_number):
        with app.app_context():
            enter_tenant(world.tenant_id)
            try:
                return work()
            except (AlreadyDecided, Gone) as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company", ""), ("company", "x" * 121), ("company", "a\x00b"),
        ("contact_name", "Win at WWW.example.com"), ("website", "not a site"),
        ("website", "http://user:pw@example.com"), ("website", "javascript:alert(1)"), ("website", "http://[::1"),
        ("website", "http://example.com:99999"), ("website", "http://localhost"), ("email", "nobody"),
        ("email", "a@b@c.example"), ("phone", "12"), ("phone", "x" * 500), ("country", "XX"), ("country", ""),
        ("monthly_leads", "many"), ("monthly_leads", "0"), ("monthly_leads", "9" * 5000),
        ("monthly_leads", "000000000001" + "9" * 30), ("monthly_leads", "²"),
        ("traffic", "short"), ("traffic", "x" * 2001), ("terms", ""),
    ],
)  # fmt: skip
def test_every_fault_stands_beside_its_field(field, value):
    with pytest.raises(Faulty) as faulty:
        answers(**{field: value})
    assert field in faulty.value.faults


def test_an_application_is_kept_with_its_checks_and_confirmed(world):
    applied(world, NOON)
    row = db.session.scalars(select(Application)).one()
    assert row.website == "https://brightside.example.com"
    assert [check["name"] for check in row.checks if not check["passed"]] == []
    assert "Brightside Media" in newest_mail().body


def test_checks_tell_what_a_person_should_look_at(world):
    applied(world, NOON, company="Quickquotes Ltd", email="joe@gmail.com", phone="+1 202 555 0143")
    checks = {check["name"]: check["passed"] for check in db.session.scalars(select(Application)).one().checks}
    assert checks == {
        "domain": False, "mailbox": False, "company": False, "address": True, "phone": True, "country": False,
    }  # fmt: skip


def test_a_known_address_is_answered_like_a_new_one_and_marked(world):
    applied(world, NOON)
    applied(world, NOON + timedelta(hours=1))
    checks = {
        check["name"]: check
        for check in db.session.scalars(select(Application).order_by(Application.id)).all()[1].checks
    }
    assert checks["address"]["sentence"] == "This e-mail address has applied once before."
    assert not checks["company"]["passed"]


def test_nobody_is_flooded_with_confirmations(world):
    for minute in range(5):
        applied(world, NOON + timedelta(minutes=minute), company=f"Company {minute}")
    assert count(world, Application) == 5
    assert count(world, Mail) == applications.CONFIRMED_A_DAY


def test_approving_makes_a_publisher_who_has_no_key_yet(world):
    decided(world, applied(world, NOON), NOON)
    publisher = db.session.scalars(select(Publisher).where(Publisher.name == "Brightside Media")).one()
    assert count(world, Source, Source.publisher_id == publisher.id, Source.campaign_id == world.campaign_id) == 1
    assert count(world, ApiKey, ApiKey.owner_id == publisher.id) == 0
    user = db.session.scalars(select(User).where(User.email == "nia@brightside.example.com")).one()
    assert (user.status, user.owner_id, user.role) == ("invited", publisher.id, "publisher")
    assert count(world, AuditEntry, AuditEntry.action == "application.approved") == 1


def test_the_link_sets_the_password_and_shows_a_key_that_works(world):
    decided(world, applied(world, NOON), NOON)
    let_in = use(newest_token())
    assert let_in.email == "nia@brightside.example.com"
    opened = access.by_key("ingest", let_in.api_key, NOON)
    assert opened.publisher.name == "Brightside Media"
    candidate = users.by_email(let_in.email)
    assert candidate.active
    assert passwords.matches(candidate.password_hash, GOOD)


def test_a_link_works_once(world):
    decided(world, applied(world, NOON), NOON)
    token = newest_token()
    use(token)
    with pytest.raises(Gone) as gone:
        use(token, password="another good password")
    assert gone.value.why == "used"


def test_of_two_uses_at_once_one_wins_and_makes_one_key(app, world):
    decided(world, applied(world, NOON), NOON)
    token = newest_token()
    found = at_once(app, world, lambda: use(token))
    assert sum(not isinstance(one, Gone) for one in found) == 1
    assert count(world, ApiKey, ApiKey.name == "First key") == 1


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"), lambda t: t + "x", lambda _t: ""]
)
def test_a_changed_token_opens_nothing(world, change):
    decided(world, applied(world, NOON), NOON)
    with pytest.raises(Gone) as gone:
        use(change(newest_token()))
    assert gone.value.why == "unknown"


def test_a_link_runs_out(world):
    decided(world, applied(world, NOON), NOON)
    token = newest_token()
    with pytest.raises(Gone) as gone:
        use(token, NOON + timedelta(days=7))
    assert gone.value.why == "expired"


def test_a_weak_password_leaves_the_link_as_it_is(world):
    decided(world, applied(world, NOON), NOON)
    token = newest_token()
    with pytest.raises(users.WeakPassword):
        use(token, password="short")
    assert use(token).api_key


def test_nobody_signs_in_before_the_password_is_set(world):
    decided(world, applied(world, NOON), NOON)
    assert not users.by_email("nia@brightside.example.com").active


def test_of_two_admins_one_decides(app, world):
    application_id = applied(world, NOON)
    found = at_once(app, world, lambda: decided(world, application_id, NOON))
    assert sum(isinstance(one, AlreadyDecided) for one in found) == 3
    assert count(world, Publisher, Publisher.name == "Brightside Media") == 1


def test_a_decision_about_what_has_changed_since_is_refused(world):
    application_id = applied(world, NOON)
    decided(world, application_id, NOON, "ask", message="Which sites?")
    with pytest.raises(AlreadyDecided):
        decided(world, application_id, NOON)
    decided(world, application_id, NOON, version=2)
    with pytest.raises(AlreadyDecided):
        decided(world, application_id, NOON, "reject", version=3)


def test_a_question_is_asked_before_it_is_sent(world):
    with pytest.raises(Refused, match="your question"):
        decided(world, applied(world, NOON), NOON, "ask")


def test_rejecting_makes_nothing_but_a_mail(world):
    decided(world, applied(world, NOON), NOON, "reject", message="Dear {name}, no. {tenant}")
    assert newest_mail().body == "Dear Nia Okafor, no. World"
    assert count(world, Publisher) == 1


def test_an_approval_keeps_its_link_and_is_refused_whole_for_a_known_address(world):
    with pytest.raises(Refused, match="Keep"):
        decided(world, applied(world, NOON), NOON, message="Welcome")
    decided(world, applied(world, NOON), NOON)
    again = applied(world, NOON, company="Brightside Two")
    with pytest.raises(Refused, match="signs in"):
        decided(world, again, NOON)
    assert count(world, Publisher, Publisher.name == "Brightside Two") == 0
    assert count(world, Application, Application.id == again, Application.status == "new") == 1


def test_what_an_applicant_typed_is_never_read_as_a_place_in_the_text(world):
    decided(world, applied(world, NOON, company="{link} & {tenant}"), NOON)
    assert "{link} & {tenant} may send us leads" in newest_mail().body


def test_only_staff_of_the_tenant_decides(world):
    application_id = applied(world, NOON)
    told = applications.Decision("reject", 1, "No")
    buyer = Actor(world.tenant_id, Role.BUYER, world.publisher_id, world.publisher_id)
    with pytest.raises(NotAllowed), transaction():
        applications.decide(buyer, application_id, told, link_to=str, now=NOON)
    stranger = World()
    with pytest.raises(NoSuchThing), transaction():
        applications.decide(stranger.admin, application_id, told, link_to=str, now=NOON)


def test_sessions_end_when_a_link_sets_a_new_password(world):
    decided(world, applied(world, NOON), NOON)
    use(newest_token())
    candidate = users.by_email("nia@brightside.example.com")
    with transaction():
        token = sessions.begin(candidate.tenant_id, candidate.user_id, ip="::1", user_agent="", now=NOON)
        reset = links.make(candidate.tenant_id, candidate.user_id, links.Purpose.RESET, now=NOON)
    assert use(reset).api_key is None
    assert sessions.visitor(token, NOON) is None
