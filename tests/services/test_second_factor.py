"""A second factor is set up, counts once each time, is switched off, and is taken away by an admin."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pyotp
import pytest
from sqlalchemy import select, update

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.people import AuditEntry, Mail, User
from app.services import factor_codes, passwords, proof, second_factor, sessions, sign_in, users
from app.services.changes import NoSuchThing, NotAllowed, NotInPerson, Refused
from app.services.proof import SlowDown, WrongPassword
from app.services.second_factor import WrongCode
from app.services.sign_in import Browser, Gone, Opened, OwesCode
from app.transaction import read_only, transaction
from tests.support.settings import settings_for
from tests.support.world import NOON, World

GOOD = "correct horse battery staple"
STEP = timedelta(seconds=30)
HERE = Browser("127.0.0.1", "Firefox")


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "_HASHER", passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._nobody.cache_clear()


@pytest.fixture
def world(app):
    return World()


@pytest.fixture
def bob(world):
    return person(world, "bob@example.com", Role.BUYER, world.buyer())


def person(world, email, role, owner_id=None):
    with transaction():
        user_id = users.add(world.admin, role=role, email=email, name="Bob", password=GOOD, owner_id=owner_id, now=NOON)
    return Actor(world.tenant_id, role, user_id, owner_id)


def enrol(actor, now=NOON):
    """Set it up at ``now``: the secret, and the recovery codes."""
    second_factor.begin(actor, GOOD, now=now)
    with read_only():
        secret = second_factor.waiting(actor, now).secret
    with transaction():
        codes = second_factor.confirm(actor, pyotp.TOTP(secret).at(now), now=now)
    return secret, codes


def check(actor, code, now):
    with transaction():
        return factor_codes.check(actor.tenant_id, actor.principal_id, code, now=now)


def knock(password=GOOD, now=NOON):
    return sign_in.sign_in("bob@example.com", password, HERE, now=now)


def actions(actor):
    enter_tenant(actor.tenant_id)
    return list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == actor.principal_id)))


def test_it_is_on_only_after_its_first_code(bob):
    second_factor.begin(bob, GOOD, now=NOON)
    assert second_factor.standing(bob).since is None
    assert isinstance(knock(), Opened)
    enrol(bob)
    assert second_factor.standing(bob).since == NOON
    assert isinstance(knock(), OwesCode)


def test_a_code_counts_once_and_no_older_one_after_it(bob):
    secret, _ = enrol(bob)
    later = NOON + 10 * STEP
    codes = pyotp.TOTP(secret)
    assert check(bob, codes.at(later), later) == "code"
    assert check(bob, codes.at(later), later) is None
    assert check(bob, codes.at(later - STEP), later) is None
    assert check(bob, codes.at(later + STEP), later + STEP) == "code"


def test_the_code_that_switched_it_on_does_not_sign_in(bob):
    secret, _ = enrol(bob)
    assert check(bob, pyotp.TOTP(secret).at(NOON), NOON) is None


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(bob, steps, counts):
    secret, _ = enrol(bob)
    now = NOON + 10 * STEP
    assert (check(bob, pyotp.TOTP(secret).at(now + steps * STEP), now) == "code") is counts


def test_a_recovery_code_counts_once_however_it_is_typed(bob):
    _, codes = enrol(bob)
    assert len(set(codes)) == 10
    assert check(bob, codes[3].upper().replace("-", " "), NOON) == "recovery_code"
    assert check(bob, codes[3], NOON) is None
    assert second_factor.standing(bob).codes_left == 9


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "aaaa-aaaa-aaaa-aaaa", "x" * 5000])
def test_anything_else_is_no_code(bob, typed):
    enrol(bob)
    assert check(bob, typed, NOON + STEP) is None


def test_neither_secret_nor_codes_are_stored_readably(bob):
    secret, codes = enrol(bob)
    enter_tenant(bob.tenant_id)
    row = db.session.scalars(select(User).where(User.id == bob.principal_id)).one()
    assert secret.encode() not in row.totp_sealed
    assert not any(code.replace("-", "") in str(row.recovery_digests) for code in codes)


def test_a_secret_whose_key_is_gone_leaves_the_recovery_codes(bob):
    secret, codes = enrol(bob)
    with transaction():
        db.session.execute(
            update(User).where(User.id == bob.principal_id).values(totp_sealed=b"\x01\x03old" + bytes(40))
        )
    assert check(bob, pyotp.TOTP(secret).at(NOON + STEP), NOON + STEP) is None
    assert check(bob, codes[0], NOON + STEP) == "recovery_code"


def test_setting_up_ends_every_other_session(bob):
    with transaction():
        old = sessions.begin(bob.tenant_id, bob.principal_id, ip="::1", user_agent="", now=NOON)
    enrol(bob)
    assert sessions.visitor(old, NOON) is None


def test_a_picture_that_waited_too_long_is_worth_nothing(bob):
    second_factor.begin(bob, GOOD, now=NOON)
    with read_only():
        secret = second_factor.waiting(bob, NOON).secret
    late = NOON + second_factor.PATIENCE + STEP
    with pytest.raises(WrongCode), transaction():
        second_factor.confirm(bob, pyotp.TOTP(secret).at(late), now=late)
    assert second_factor.standing(bob).since is None


def test_beginning_wants_the_password_and_leaves_one_that_is_on_alone(bob):
    with pytest.raises(WrongPassword):
        second_factor.begin(bob, "wrong", now=NOON)
    secret, _ = enrol(bob)
    with pytest.raises(Refused):
        second_factor.begin(bob, GOOD, now=NOON)
    assert check(bob, pyotp.TOTP(secret).at(NOON + STEP), NOON + STEP) == "code"


def test_switching_off_wants_password_and_code_and_slows_guessing_down(bob):
    secret, _ = enrol(bob)
    now = NOON + 10 * STEP
    with pytest.raises(WrongPassword):
        second_factor.switch_off(bob, "wrong", pyotp.TOTP(secret).at(now), now=now)
    for _ in range(proof.FREE):
        with pytest.raises(WrongCode):
            second_factor.switch_off(bob, GOOD, "000000", now=now)
    with pytest.raises(SlowDown):
        second_factor.switch_off(bob, GOOD, pyotp.TOTP(secret).at(now), now=now)
    later = now + 2 * STEP
    second_factor.switch_off(bob, GOOD, pyotp.TOTP(secret).at(later), now=later)
    assert second_factor.standing(bob).since is None
    assert isinstance(knock(now=later), Opened)
    assert {"user.second_factor_on", "user.second_factor_off"} <= set(actions(bob))
    kinds = list(db.session.scalars(select(Mail.kind)))
    assert kinds == ["second_factor_on", "second_factor_off"]


def test_new_recovery_codes_end_the_old_ones(bob):
    secret, old = enrol(bob)
    now = NOON + 10 * STEP
    fresh = second_factor.fresh_codes(bob, GOOD, pyotp.TOTP(secret).at(now), now=now)
    assert check(bob, old[0], now) is None
    assert check(bob, fresh[0], now) == "recovery_code"


def test_an_admin_takes_it_away_and_every_session_with_it(world, bob):
    enrol(bob)
    with transaction():
        token = sessions.begin(bob.tenant_id, bob.principal_id, ip="::1", user_agent="", now=NOON)
        second_factor.reset(world.admin, bob.principal_id, now=NOON)
    assert sessions.visitor(token, NOON) is None
    assert isinstance(knock(), Opened)
    assert "user.second_factor_reset" in actions(bob)


def test_nobody_else_takes_it_away(world, bob):
    enrol(bob)
    rival, root = (
        person(world, "r@example.com", Role.BUYER, bob.owner_id),
        person(world, "s@example.com", Role.SUPERADMIN),
    )
    enrol(root)
    other = World()
    for actor, error in ((rival, NoSuchThing), (bob, NoSuchThing), (other.admin, NoSuchThing)):
        enter_tenant(actor.tenant_id)
        with pytest.raises(error), transaction():
            second_factor.reset(actor, bob.principal_id, now=NOON)
    enter_tenant(world.tenant_id)
    with pytest.raises(NotAllowed), transaction():
        second_factor.reset(world.admin, root.principal_id, now=NOON)


def test_an_admin_who_acts_as_somebody_touches_no_second_factor(world, bob):
    alice = Actor(world.tenant_id, Role.BUYER, world.admin.principal_id, bob.owner_id, acting_as=bob.principal_id)
    for do in (
        lambda: second_factor.begin(alice, GOOD, now=NOON),
        lambda: second_factor.confirm(alice, "1", now=NOON),
        lambda: second_factor.switch_off(alice, GOOD, "1", now=NOON),
        lambda: second_factor.fresh_codes(alice, GOOD, "1", now=NOON),
        lambda: users.change_password(alice, old=GOOD, new=GOOD + "!", now=NOON),
    ):
        with pytest.raises(NotInPerson):
            do()


def test_the_note_between_the_steps_opens_nothing_later_or_after_a_change(bob):
    secret, _ = enrol(bob)
    note, late = knock().note, NOON + sign_in.PATIENCE + STEP
    with pytest.raises(Gone):
        sign_in.second_step(note, pyotp.TOTP(secret).at(late), HERE, now=late)
    for bad in ("", "x", note[:-4] + "AAAA", "é"):
        with pytest.raises(Gone):
            sign_in.second_step(bad, "1", HERE, now=NOON)
    users.change_password(bob, old=GOOD, new=GOOD + " too", now=NOON)
    with pytest.raises(Gone):
        sign_in.second_step(note, pyotp.TOTP(secret).at(NOON + STEP), HERE, now=NOON + STEP)


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["code", "recovery_code"])
def test_of_many_uses_of_one_code_at_once_one_wins(postgres, redis_url, make_app, kind):
    app = make_app(settings_for(postgres.url, redis_url))
    with app.app_context():
        world = World()
        bob = person(world, "bob@example.com", Role.BUYER, world.buyer())
        secret, codes = enrol(bob)
        db.session.remove()
    now, crowd = NOON + 10 * STEP, 8
    code, start = pyotp.TOTP(secret).at(now) if kind == "code" else codes[0], Barrier(crowd)

    def use(_number):
        with app.app_context():
            enter_tenant(bob.tenant_id)
            start.wait()
            try:
                return check(bob, code, now)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(crowd) as pool:
        assert sorted(filter(None, pool.map(use, range(crowd)))) == [kind]


@pytest.mark.postgres
def test_different_recovery_codes_at_once_all_count(postgres, redis_url, make_app):
    app = make_app(settings_for(postgres.url, redis_url))
    with app.app_context():
        world = World()
        bob = person(world, "bob@example.com", Role.BUYER, world.buyer())
        _, codes = enrol(bob)
        db.session.remove()
    start = Barrier(5)

    def use(code):
        with app.app_context():
            enter_tenant(bob.tenant_id)
            start.wait()
            try:
                return check(bob, code, NOON)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(use, codes[:5])) == ["recovery_code"] * 5
    with app.app_context():
        enter_tenant(bob.tenant_id)
        assert second_factor.standing(bob).codes_left == 5
        db.session.remove()
