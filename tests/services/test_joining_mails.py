"""Mail that is owed: written with its change, sent once, tried again, never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.gateways import kit as kits
from app.gateways.mailer import Letter, NotSent
from app.models.people import Mail
from app.services import mails
from app.services.changes import NoSuchThing, NotAllowed, Refused
from app.transaction import rollback, transaction
from tests.support.world import NOON, World


@dataclass
class Relay:
    """A mailer that remembers, and refuses as often as it is told."""

    refusals: list[NotSent] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    leaves: bool = True

    def send(self, letter: Letter) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.letters.append(letter)


@pytest.fixture
def world(app):
    return World()


@pytest.fixture
def relay():
    made = Relay()
    with kits.using(replace(kits.kit(), mailer=made)):
        yield made


def owe(world, **changes):
    words = {"to": "new@example.com", "subject": "Hello", "body": "Follow /link/abc"} | changes
    with transaction():
        return mails.owe(world.tenant_id, "test", **words, now=NOON)


def state(mail_id):
    db.session.expire_all()
    mail = db.session.scalars(select(Mail).where(Mail.id == mail_id)).one()
    found = mail.state, mail.attempt, mail.error
    rollback()
    return found


def test_a_mail_goes_out_once_and_stays_to_be_read(world, relay):
    mail_id = owe(world)
    assert mails.due(world.tenant_id, NOON)
    assert mails.drain(world.tenant_id, NOON) == 1
    assert mails.drain(world.tenant_id, NOON) == 0
    assert not mails.due(world.tenant_id, NOON)
    [letter] = relay.letters
    assert (letter.to, letter.subject, letter.body) == ("new@example.com", "Hello", "Follow /link/abc")
    assert state(mail_id) == ("sent", 1, None)
    assert mails.read(world.admin, mail_id).body == "Follow /link/abc"


def test_its_text_lies_sealed_in_the_database(world):
    mail_id = owe(world)
    sealed = db.session.scalars(select(Mail.body_sealed).where(Mail.id == mail_id)).one()
    assert b"/link/abc" not in sealed


def test_a_subject_cannot_smuggle_a_header_in(world, relay):
    owe(world, subject="Hello\r\nBcc: all@example.com")
    mails.drain(world.tenant_id, NOON)
    assert relay.letters[0].subject == "Hello Bcc: all@example.com"


def test_a_rolled_back_change_owes_nothing(world):
    mails.owe(world.tenant_id, "test", to="a@example.com", subject="x", body="y", now=NOON)
    rollback()
    assert not mails.due(world.tenant_id, NOON)


def test_a_refused_mail_is_tried_again_under_the_same_id(world, relay):
    relay.refusals.append(NotSent("SMTPConnectError: 421"))
    mail_id = owe(world)
    assert mails.drain(world.tenant_id, NOON) == 0
    assert state(mail_id) == ("pending", 1, "SMTPConnectError: 421")
    assert not mails.due(world.tenant_id, NOON + timedelta(seconds=59))
    assert mails.drain(world.tenant_id, NOON + timedelta(minutes=1)) == 1
    assert relay.letters[0].message_id == f"<{mail_id}@switchyard>"


def test_a_mail_fails_when_its_tries_are_used_up_and_can_be_sent_again(world, relay):
    mail_id = owe(world)
    relay.refusals = [NotSent("timeout")] * (len(mails.RETRIES) + 1)
    now = NOON
    for wait in (timedelta(0), *mails.RETRIES):
        now += wait
        mails.drain(world.tenant_id, now)
    assert state(mail_id)[0] == "failed"
    with transaction():
        mails.send_again(world.admin, mail_id, now=now)
    assert mails.drain(world.tenant_id, now) == 1
    with pytest.raises(Refused), transaction():
        mails.send_again(world.admin, mail_id, now=now)


def test_a_recipient_who_does_not_exist_is_not_tried_again(world, relay):
    relay.refusals.append(NotSent("recipient_refused: 550", for_good=True))
    mail_id = owe(world)
    mails.drain(world.tenant_id, NOON)
    assert state(mail_id)[0] == "failed"


def test_without_a_relay_mail_is_kept(world):
    mail_id = owe(world)
    assert mails.drain(world.tenant_id, NOON) == 1
    assert state(mail_id)[0] == "kept"


def test_a_text_that_cannot_be_opened_holds_up_no_other(world, relay):
    lost = owe(world)
    with transaction():
        db.session.execute(update(Mail).where(Mail.id == lost).values(body_sealed=b"\x01rubbish"))
    owe(world)
    assert mails.drain(world.tenant_id, NOON) == 1
    assert state(lost)[0] == "failed"


def test_of_two_drains_at_once_one_sends(app, world, relay):
    owe(world)

    def drain(_number):
        with app.app_context():
            enter_tenant(world.tenant_id)
            try:
                return mails.drain(world.tenant_id, NOON)
            finally:
                db.session.remove()

    rollback()
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(drain, range(4))) == 1
    assert len(relay.letters) == 1


def test_a_mail_is_read_by_staff_of_its_tenant_alone(world):
    mail_id = owe(world)
    with pytest.raises(NotAllowed):
        mails.read(Actor(world.tenant_id, Role.BUYER, world.publisher_id, world.publisher_id), mail_id)
    stranger = World()
    with pytest.raises(NoSuchThing):
        mails.read(stranger.admin, mail_id)
