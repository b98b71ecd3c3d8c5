"""Whoever signs in is let in by what stands at that moment, not by what stood when their password was compared."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select, update

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.people import User, UserSession
from app.services import passwords, proof, second_factor, sign_in, users
from app.services.sign_in import Browser, Gone, OwesCode, Refused
from app.transaction import read_only, transaction
from tests.support.world import NOON, World

GOOD = "correct horse battery staple"
LATER = NOON + timedelta(seconds=30)
HERE = Browser("127.0.0.1", "Firefox")


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "_HASHER", passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def alice(app):
    world = World()
    with transaction():
        user_id = users.add(
            world.admin, role=Role.ADMIN, email="alice@example.com", name="Alice", password=GOOD, now=NOON
        )
    return Actor(world.tenant_id, Role.ADMIN, user_id)


def set_another_password(alice):
    with transaction():
        mine = update(User).where(User.id == alice.principal_id)
        db.session.execute(mine.values(password_hash=passwords.hashed("another horse battery staple")))


def sessions_of(alice):
    enter_tenant(alice.tenant_id)
    with read_only():
        return db.session.scalar(select(func.count()).where(UserSession.user_id == alice.principal_id))


def test_a_password_that_ends_while_it_is_compared_lets_nobody_in(alice, monkeypatch):
    def compared(stored, given, real=passwords.matches):
        answer = real(stored, given)
        set_another_password(alice)
        return answer

    monkeypatch.setattr(passwords, "matches", compared)
    with pytest.raises(Refused):
        sign_in.sign_in("alice@example.com", GOOD, HERE, now=NOON)
    assert sessions_of(alice) == 0


def test_a_password_that_ends_while_the_code_is_counted_lets_nobody_in(alice, monkeypatch):
    second_factor.begin(alice, GOOD, now=NOON)
    with read_only():
        secret = second_factor.waiting(alice, NOON).secret
    with transaction():
        second_factor.confirm(alice, pyotp.TOTP(secret).at(NOON), now=NOON)
    step = sign_in.sign_in("alice@example.com", GOOD, HERE, now=LATER)
    assert isinstance(step, OwesCode)
    monkeypatch.setattr(proof, "take", lambda *_gates, now: set_another_password(alice))
    with pytest.raises(Gone):
        sign_in.second_step(step.note, pyotp.TOTP(secret).at(LATER), HERE, now=LATER)
    assert sessions_of(alice) == 0
