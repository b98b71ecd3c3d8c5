"""Companies taken on by hand, changed afterwards; the access of other people."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.catalogue import Source
from app.models.parties import Buyer, Publisher
from app.models.people import AuditEntry, User, UserSession
from app.services import access, book, links, membership, parties, partners, passwords, sessions, team, users
from app.services.catalogue_edits import Stale, mark
from app.services.changes import NoSuchThing, NotAllowed, Refused
from app.services.contract_faults import Faulty
from app.services.parties import BuyerWish, PublisherWish
from app.services.partners import FirstPerson
from app.transaction import read_only, transaction
from tests.support.applicant import link_to, newest_token
from tests.support.world import NOON, World

GOOD = "correct horse battery staple"
FIRST = FirstPerson("Ada", "ada@example.com")


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "_HASHER", passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._nobody.cache_clear()


@pytest.fixture
def world(app):
    return World()


def take_on(world, wish=None, lines=("mortgages",), first=FIRST, actor=None):
    enter_tenant(world.tenant_id)
    with transaction():
        return partners.take_on_publisher(
            actor or world.admin, wish or PublisherWish("Lakeview"), lines, first, "Alice", link_to=link_to, now=NOON
        )


def row(world, model, row_id):
    enter_tenant(world.tenant_id)
    with read_only():
        return db.session.scalars(
            select(model).where(model.id == row_id).execution_options(populate_existing=True)
        ).one()


def audited(world, action):
    enter_tenant(world.tenant_id)
    with read_only():
        return list(
            db.session.execute(
                select(AuditEntry.before, AuditEntry.after)
                .where(AuditEntry.action == action)
                .order_by(AuditEntry.at, AuditEntry.id)
            )
        )


def somebody(world, role=Role.ADMIN, email="ben@example.com", owner_id=None):
    enter_tenant(world.tenant_id)
    with transaction():
        user_id = users.add(world.admin, role=role, email=email, name="Ben", password=GOOD, owner_id=owner_id, now=NOON)
    return Actor(world.tenant_id, role, user_id, owner_id)


def test_a_publisher_taken_on_by_hand_can_send_at_once_with_the_key_of_its_link(world):
    publisher_id = take_on(world, PublisherWish("  Lakeview ", 30))
    made = row(world, Publisher, publisher_id)
    assert (made.name, made.requests_per_minute, made.status) == ("Lakeview", 30, "active")
    enter_tenant(world.tenant_id)
    with read_only():
        [source] = db.session.scalars(select(Source).where(Source.publisher_id == publisher_id))
        assert source.campaign_id == world.campaign_id
    with read_only():
        link = links.look(newest_token(), NOON)
    with transaction():
        let_in = team.let_in(link, GOOD, now=NOON)
    assert access.by_key("ingest", let_in.api_key, NOON).actor.owner_id == publisher_id


def test_a_publisher_may_begin_without_people_and_without_entries(world):
    publisher_id = take_on(world, lines=(), first=FirstPerson())
    enter_tenant(world.tenant_id)
    with read_only():
        assert not list(db.session.scalars(select(Source).where(Source.publisher_id == publisher_id)))
        assert not list(db.session.scalars(select(User).where(User.owner_id == publisher_id)))


def test_every_fault_of_company_and_person_is_told_at_once_and_nothing_is_made(world):
    with pytest.raises(Faulty) as told:
        take_on(world, PublisherWish(" ", 0), first=FirstPerson("", "nobody"))
    assert set(dict(told.value.faults)) == {"name", "requests_per_minute", "person", "email"}
    wish = BuyerWish("X" * 200, "Mars/Olympus", -1, -1)
    with pytest.raises(Faulty) as told, transaction():
        partners.take_on_buyer(world.admin, wish, FirstPerson("Ada", ""), "Alice", link_to=link_to, now=NOON)
    assert set(dict(told.value.faults)) == {"name", "zone", "credit_limit", "person_window_days", "email"}


def test_an_address_that_somebody_signs_in_with_undoes_the_whole(world):
    somebody(world, email=FIRST.email)
    with pytest.raises(Faulty) as told:
        take_on(world)
    assert set(dict(told.value.faults)) == {"email"}
    enter_tenant(world.tenant_id)
    with read_only():
        assert "Lakeview" not in set(db.session.scalars(select(Publisher.name)))


def test_a_buyers_first_person_gets_a_link_and_no_key(world):
    enter_tenant(world.tenant_id)
    with transaction():
        wish = BuyerWish("Northgate", "Europe/London", 50_000)
        buyer_id = partners.take_on_buyer(world.admin, wish, FIRST, "Alice", link_to=link_to, now=NOON)
    with read_only():
        link = links.look(newest_token(), NOON)
    with transaction():
        let_in = team.let_in(link, GOOD, now=NOON)
    assert let_in.api_key is None
    assert row(world, Buyer, buyer_id).credit_limit_minor == 50_000


def test_only_staff_takes_companies_on_and_changes_them(world):
    buyer = Actor(world.tenant_id, Role.BUYER, uuid4(), world.buyer())
    with pytest.raises(NotAllowed):
        take_on(world, actor=buyer)
    for change in (
        lambda: parties.change_publisher(buyer, world.publisher_id, PublisherWish("Mine"), "", now=NOON),
        lambda: parties.change_buyer(buyer, buyer.owner_id, BuyerWish("Mine", "UTC"), "", now=NOON),
        lambda: partners.take_on_buyer(buyer, BuyerWish("M", "UTC"), FIRST, "Me", link_to=link_to, now=NOON),
    ):
        with pytest.raises(NotAllowed), transaction():
            change()


def test_a_new_limit_holds_from_the_next_request_and_stands_in_the_log(world):
    enter_tenant(world.tenant_id)
    seen, wish = mark(PublisherWish("QuickQuotes").terms()), PublisherWish("QuickQuotes", 7)
    with transaction():
        assert parties.change_publisher(world.admin, world.publisher_id, wish, seen, now=NOON)
    assert book.current(world.tenant_id).publishers[world.publisher_id].requests_per_minute == 7
    assert audited(world, "publisher.changed") == [({"requests_per_minute": 120}, {"requests_per_minute": 7})]
    with transaction():
        assert not parties.change_publisher(world.admin, world.publisher_id, wish, seen, now=NOON)
    with pytest.raises(Faulty), transaction():
        parties.change_publisher(world.admin, world.publisher_id, PublisherWish("QuickQuotes", 0), seen, now=NOON)


def test_of_two_who_edit_a_publisher_the_second_is_told_and_nothing_is_written(world):
    enter_tenant(world.tenant_id)
    seen = mark(PublisherWish("QuickQuotes").terms())
    with transaction():
        parties.change_publisher(world.admin, world.publisher_id, PublisherWish("QuickQuotes", 7), seen, now=NOON)
    with pytest.raises(Stale) as told, transaction():
        parties.change_publisher(world.admin, world.publisher_id, PublisherWish("Quick Quotes"), seen, now=NOON)
    assert told.value.current == {"name": "QuickQuotes", "requests_per_minute": 7}
    assert row(world, Publisher, world.publisher_id).name == "QuickQuotes"


def test_a_stranger_tenants_party_is_no_such_thing(world):
    other = World()
    enter_tenant(other.tenant_id)
    with pytest.raises(NoSuchThing), transaction():
        parties.change_publisher(other.admin, world.publisher_id, PublisherWish("Mine"), "", now=NOON)


def test_a_buyer_is_renamed_and_its_credit_follows_its_own_rule(world):
    buyer_id = world.buyer("Northgate", credit_limit_minor=1000)
    stored = row(world, Buyer, buyer_id)
    seen = mark(BuyerWish(stored.name, stored.zone, 1000, stored.person_window_days).terms())
    with transaction():
        assert parties.change_buyer(world.admin, buyer_id, BuyerWish("North", "UTC", 900, 60), seen, now=NOON)
    made = row(world, Buyer, buyer_id)
    assert (made.name, made.zone, made.credit_limit_minor, made.person_window_days) == ("North", "UTC", 900, 60)
    assert [set(after) for _, after in audited(world, "buyer.changed")] == [set(BuyerWish("", "").terms())]
    with pytest.raises(Faulty) as told, transaction():
        parties.change_buyer(world.admin, buyer_id, BuyerWish("North", "UTC", -1), seen, now=NOON)
    assert set(dict(told.value.faults)) == {"credit_limit"}
    with pytest.raises(Stale), transaction():
        parties.change_buyer(world.admin, buyer_id, BuyerWish("South", "UTC", 900, 60), seen, now=NOON)
    assert row(world, Buyer, buyer_id).name == "North"


def test_a_superadmin_makes_admins_superadmins_and_back_but_not_itself(world):
    chief, ben = somebody(world, Role.SUPERADMIN, "chief@example.com"), somebody(world)
    with transaction():
        assert membership.set_role(chief, ben.principal_id, Role.SUPERADMIN, now=NOON)
    assert row(world, User, ben.principal_id).role == "superadmin"
    assert audited(world, "user.role_changed") == [({"role": "admin"}, {"role": "superadmin"})]
    with pytest.raises(Refused), transaction():
        membership.set_role(chief, chief.principal_id, Role.ADMIN, now=NOON)
    for role in (Role.BUYER, Role.SYSTEM):
        with pytest.raises(Refused), transaction():
            membership.set_role(chief, ben.principal_id, role, now=NOON)


def test_nobody_else_changes_roles(world):
    chief, ben = somebody(world, Role.SUPERADMIN, "chief@example.com"), somebody(world)
    bob = somebody(world, Role.BUYER, "bob@example.com", world.buyer())
    enter_tenant(world.tenant_id)
    for actor, who in ((ben, chief), (world.admin, ben), (bob, ben)):
        with pytest.raises(NotAllowed), transaction():
            membership.set_role(actor, who.principal_id, Role.ADMIN, now=NOON)
    with pytest.raises(Refused), transaction():
        membership.set_role(chief, bob.principal_id, Role.ADMIN, now=NOON)
    assert membership.roles_for(chief, Role.BUYER) == ()


def test_an_admin_ends_one_session_or_all_of_somebody(world):
    ben, now = somebody(world), NOON
    enter_tenant(world.tenant_id)
    with transaction():
        tokens = [
            sessions.begin(world.tenant_id, ben.principal_id, ip="127.0.0.1", user_agent="Firefox", now=now)
            for _ in range(3)
        ]
    with read_only():
        one = db.session.scalars(select(UserSession.id).order_by(UserSession.id)).first()
    with transaction():
        membership.end_session(world.admin, ben.principal_id, one, now=now)
    with pytest.raises(NoSuchThing), transaction():
        membership.end_session(world.admin, ben.principal_id, one, now=now)
    enter_tenant(world.tenant_id)
    with transaction():
        assert membership.end_sessions(world.admin, ben.principal_id, now=now) == 2
        assert membership.end_sessions(world.admin, ben.principal_id, now=now) == 0
    with read_only():
        assert not any(sessions.visitor(token, now + timedelta(seconds=1)) for token in tokens)
    assert audited(world, "user.sessions_ended") == [(None, {"count": 2})]
