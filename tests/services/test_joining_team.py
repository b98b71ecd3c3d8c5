"""Colleagues are invited, switched off and on; forgotten passwords are asked for and tell nobody anything."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.people import AuditEntry, Mail, User
from app.services import links, password_reset, passwords, sessions, team, users
from app.services.application_form import Faulty
from app.services.changes import NoSuchThing, NotAllowed, Refused
from app.services.links import Gone
from app.services.team import Invitation
from app.transaction import read_only, transaction
from tests.support.applicant import link_to, newest_mail, newest_token
from tests.support.world import NOON, World

GOOD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "_HASHER", passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._nobody.cache_clear()


@pytest.fixture
def world(app):
    return World()


def invite(world, role=Role.ADMIN, owner_id=None, email="ben@example.com", actor=None, name="Ben"):
    enter_tenant(world.tenant_id)
    with transaction():
        return team.invite(
            actor or world.admin, Invitation(role, owner_id, email, name), "Alice", link_to=link_to, now=NOON
        )


def accept(token, password=GOOD, now=NOON):
    with read_only():
        link = links.look(token, now)
    with transaction():
        return team.let_in(link, password, now=now)


def member(world, role=Role.BUYER, email="bob@example.com", owner_id=None):
    enter_tenant(world.tenant_id)
    with transaction():
        user_id = users.add(world.admin, role=role, email=email, name="Bob", password=GOOD, owner_id=owner_id, now=NOON)
    return Actor(world.tenant_id, role, user_id, owner_id)


def user(world, user_id):
    enter_tenant(world.tenant_id)
    with read_only():
        return db.session.execute(select(User.role, User.status, User.owner_id).where(User.id == user_id)).one()


def mails(world):
    enter_tenant(world.tenant_id)
    with read_only():
        return db.session.scalar(select(func.count()).select_from(Mail))


def test_an_invited_colleague_chooses_a_password_and_comes_in(world):
    user_id = invite(world)
    assert "Alice invites you to World" in newest_mail().body
    assert user(world, user_id).status == "invited"
    assert accept(newest_token()).api_key is None
    assert user(world, user_id).status == "active"


def test_a_buyer_invites_into_its_own_company_whatever_it_asks_for(world):
    buyer = world.buyer()
    bob = member(world, owner_id=buyer)
    user_id = invite(world, Role.SUPERADMIN, world.publisher_id, actor=bob)
    assert tuple(user(world, user_id)) == ("buyer", "invited", buyer)


@pytest.mark.parametrize("role", [Role.SUPERADMIN, Role.SYSTEM])
def test_an_admin_makes_nobody_mightier_than_itself(world, role):
    with pytest.raises(NotAllowed):
        invite(world, role)


def test_a_company_of_another_tenant_is_no_company(world):
    buyer = world.buyer()
    for owner in (World().publisher_id, uuid4(), None, buyer):
        with pytest.raises(Faulty) as faulty:
            invite(world, Role.PUBLISHER, owner)
        assert set(faulty.value.faults) == {"place"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("name", " "),
        ("name", "x" * 81),
        ("name", "Ben,\n\nyour account is closed"),
        ("name", "Win at https://evil.example"),
        ("name", "www.evil.example"),
    ],
)
def test_a_faulty_invitation_names_its_field(world, field, value):
    with pytest.raises(Faulty) as faulty:
        invite(world, **{field: value})
    assert set(faulty.value.faults) == {field}


def test_an_address_signs_in_once_over_all_tenants(world):
    invite(world, email="Ben@Example.com ")
    with pytest.raises(users.EmailTaken):
        invite(World(), email="ben@example.com")


def test_a_new_link_ends_the_old_one(world):
    user_id = invite(world)
    old = newest_token()
    enter_tenant(world.tenant_id)
    with transaction():
        team.invite_again(world.admin, user_id, "Alice", link_to=link_to, now=NOON + timedelta(days=1))
    new = newest_token()
    with pytest.raises(Gone) as gone:
        accept(old, now=NOON + timedelta(days=1))
    assert gone.value.why == "expired"
    accept(new, now=NOON + timedelta(days=1))
    with pytest.raises(Refused), transaction():
        team.invite_again(world.admin, user_id, "Alice", link_to=link_to, now=NOON)


def test_switching_somebody_off_ends_every_session_and_link_of_theirs(world):
    bob = member(world, owner_id=world.buyer())
    with transaction():
        token = sessions.begin(world.tenant_id, bob.principal_id, ip="::1", user_agent="", now=NOON)
        reset = links.make(world.tenant_id, bob.principal_id, links.Purpose.RESET, now=NOON)
    with transaction():
        team.disable(world.admin, bob.principal_id, now=NOON)
    assert sessions.visitor(token, NOON) is None
    assert not users.by_email("bob@example.com").active
    with pytest.raises(Gone):
        accept(reset)


def test_switching_on_gives_back_what_they_were(world):
    invited, bob = invite(world), member(world, owner_id=world.buyer())
    with transaction():
        links.make(world.tenant_id, bob.principal_id, links.Purpose.RESET, now=NOON)
    for user_id, status in ((invited, "invited"), (bob.principal_id, "active")):
        with transaction():
            team.disable(world.admin, user_id, now=NOON)
        with transaction():
            team.enable(world.admin, user_id, now=NOON)
        assert user(world, user_id).status == status


def test_nobody_switches_off_themselves_strangers_or_superadmins(world):
    bob = member(world, owner_id=world.buyer())
    boss = member(world, Role.SUPERADMIN, "boss@example.com")
    cara = member(world, Role.PUBLISHER, "cara@example.com", world.publisher_id)
    stranger = World()
    for actor, target, fault in (
        (bob, bob, Refused), (bob, cara, NoSuchThing), (bob, boss, NoSuchThing), (world.admin, boss, NotAllowed),
        (stranger.admin, bob, NoSuchThing),
    ):  # fmt: skip
        enter_tenant(actor.tenant_id)
        with pytest.raises(fault), transaction():
            team.disable(actor, target.principal_id, now=NOON)


def test_a_forgotten_password_is_set_anew_by_a_mail(world):
    bob = member(world, owner_id=world.buyer())
    password_reset.ask(" BOB@example.com", link_to=link_to, now=NOON)
    accept(newest_token(), "an entirely new password")
    candidate = users.by_email("bob@example.com")
    assert passwords.matches(candidate.password_hash, "an entirely new password")
    enter_tenant(world.tenant_id)
    actions = set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == bob.principal_id)))
    assert {"user.reset_asked", "user.reset_accepted"} <= actions


def test_a_reset_link_lives_an_hour(world):
    member(world, owner_id=world.buyer())
    password_reset.ask("bob@example.com", link_to=link_to, now=NOON)
    with pytest.raises(Gone):
        accept(newest_token(), now=NOON + timedelta(hours=1))


def test_an_unknown_or_disabled_person_gets_no_mail_and_no_error(world):
    bob = member(world, owner_id=world.buyer())
    with transaction():
        team.disable(world.admin, bob.principal_id, now=NOON)
    for email in ("bob@example.com", "nobody@example.com", "", "x" * 300):
        password_reset.ask(email, link_to=link_to, now=NOON)
    assert mails(world) == 0


def test_one_address_is_sent_a_few_mails_and_no_more_for_a_while(world):
    member(world, owner_id=world.buyer())
    for second in range(8):
        password_reset.ask("bob@example.com", link_to=link_to, now=NOON + timedelta(seconds=second / 10))
    assert mails(world) == password_reset.FREE
    password_reset.ask("bob@example.com", link_to=link_to, now=NOON + timedelta(hours=2))
    assert mails(world) == password_reset.FREE + 1


def test_whoever_never_came_is_sent_the_first_link_again(world):
    invite(world)
    first = newest_token()
    password_reset.ask("ben@example.com", link_to=link_to, now=NOON + timedelta(days=30))
    assert newest_token() != first
    assert accept(newest_token(), now=NOON + timedelta(days=30)).purpose == "invitation"


def test_reset_links_are_forgotten_a_month_after_they_ended_and_first_links_stay(world):
    member(world, owner_id=world.buyer())
    invite(world)
    password_reset.ask("bob@example.com", link_to=link_to, now=NOON + timedelta(minutes=1))
    token = newest_token()
    for days, gone in ((29, 0), (31, 1), (31, 0)):
        enter_tenant(world.tenant_id)
        with transaction():
            assert links.forget_old(world.tenant_id, NOON + timedelta(days=days)) == gone
    with pytest.raises(Gone) as unknown:
        accept(token)
    assert unknown.value.why == "unknown"


def test_a_link_that_was_opened_before_somebody_was_switched_off_lets_nobody_in(world):
    bob = member(world, owner_id=world.buyer())
    password_reset.ask("bob@example.com", link_to=link_to, now=NOON)
    with read_only():
        link = links.look(newest_token(), NOON)
    with transaction():
        team.disable(world.admin, bob.principal_id, now=NOON)
    with pytest.raises(Gone), transaction():
        team.let_in(link, "another good password", now=NOON)
    assert user(world, bob.principal_id).status == "disabled"


def test_a_company_cannot_mail_the_whole_world_through_invitations(world):
    bob = member(world, owner_id=world.buyer())
    for number in range(team.INVITED_A_DAY - 1):  # bob himself came today
        invite(world, email=f"b{number}@example.com", actor=bob)
    with pytest.raises(Faulty, match="tomorrow"):
        invite(world, email="more@example.com", actor=bob)
    invite(world, email="more@example.com")


def test_one_person_is_not_sent_link_after_link(world):
    bob = member(world, owner_id=world.buyer())
    user_id = invite(world, actor=bob)
    sent = mails(world)

    def again(now):
        with transaction():
            team.invite_again(bob, user_id, "Bob", link_to=link_to, now=now)

    for second in range(team.FREE_MAILS):
        again(NOON + timedelta(seconds=second / 10))
    with pytest.raises(Refused, match="Wait"):
        again(NOON + timedelta(seconds=1))
    assert mails(world) == sent + team.FREE_MAILS
    again(NOON + timedelta(hours=2))
