"""Logs go when the operator chose so, and never what is owed or what the books need."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.db import db, enter_tenant
from app.models.deliveries import Delivery, DeliveryAttempt
from app.models.leads import Lead
from app.models.sales import LedgerEntry, Sale
from app.models.webhooks import Event, Message, MessageAttempt
from app.services import deliveries, endpoints, intake, outbox, retention, tenant_settings, webhooks
from app.services.catalogue_edits import mark
from app.services.tenant_settings import KEEP_DELIVERIES, KEEP_MESSAGES
from app.transaction import commit, transaction
from jobs import schedule
from tests.support.world import NOON, World, submission

OLD = NOON + timedelta(days=31)
LOGS = (Delivery, DeliveryAttempt, Message, MessageAttempt, Event)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def keep(world: World, **days: int) -> None:
    enter_tenant(world.tenant_id)
    with transaction():
        seen = mark(tenant_settings.current(world.admin))
        tenant_settings.change(world.admin, days, seen, now=NOON)


def end(world: World, table: str, state: str) -> None:
    enter_tenant(world.tenant_id)
    db.session.execute(text(f"update {table} set state = :state"), {"state": state})
    commit()


@pytest.fixture
def world(app: Flask) -> World:
    """Two leads: one on its way to a buyer that nobody answers for, one refused and told."""
    made = World()
    made.contract(made.buyer(), 9900, url="http://127.0.0.1:9/post")
    with transaction():
        endpoints.register(made.admin, url="http://127.0.0.1:9/hooks", events=["lead.rejected"], now=NOON)
    intake.submit(made.access(), submission(1), now=NOON)
    intake.submit(made.access(), submission(2, phone="12"), now=NOON)
    deliveries.drain(made.tenant_id, NOON)
    outbox.fan_out(made.tenant_id, NOON)
    webhooks.drain(made.tenant_id, NOON)
    enter_tenant(made.tenant_id)
    return made


def test_without_a_choice_everything_is_kept(world: World) -> None:
    before = [count(model) for model in LOGS]
    assert all(before)
    end(world, "deliveries", "delivered")
    end(world, "messages", "delivered")
    assert retention.forget(world.tenant_id, NOON + timedelta(days=4000)) == 0
    assert [count(model) for model in LOGS] == before


def test_what_is_still_owed_stays_however_old(world: World) -> None:
    keep(world, **{KEEP_DELIVERIES: 30, KEEP_MESSAGES: 30})
    retention.forget(world.tenant_id, NOON + timedelta(days=4000))
    assert (count(Delivery), count(Message)) == (1, 1)
    end(world, "deliveries", "unknown")
    retention.forget(world.tenant_id, NOON + timedelta(days=4000))
    assert count(Delivery) == 1


def test_what_is_over_goes_with_its_tries_after_the_chosen_days(world: World) -> None:
    keep(world, **{KEEP_DELIVERIES: 30})
    end(world, "deliveries", "delivered")
    assert retention.forget(world.tenant_id, OLD - timedelta(days=2)) == 0
    assert retention.forget(world.tenant_id, OLD) == 1
    assert (count(Delivery), count(DeliveryAttempt)) == (0, 0)
    assert count(Message) == 1


def test_messages_take_their_events_with_them_and_leave_leads_and_books(world: World) -> None:
    keep(world, **{KEEP_MESSAGES: 30})
    end(world, "messages", "failed")
    assert retention.forget(world.tenant_id, OLD) >= 2
    assert (count(Message), count(MessageAttempt), count(Event)) == (0, 0, 0)
    assert (count(Lead), count(Sale)) == (2, 1)
    assert count(LedgerEntry)


def test_an_event_that_was_not_told_yet_is_kept(world: World) -> None:
    keep(world, **{KEEP_MESSAGES: 30})
    intake.submit(world.access(), submission(3, phone="12"), now=NOON)
    retention.forget(world.tenant_id, OLD)
    enter_tenant(world.tenant_id)
    assert db.session.scalars(select(Event.fanned_out_at)).all().count(None) >= 1


def test_a_round_is_bounded_and_the_next_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    for number in range(5):
        intake.submit(world.access(), submission(10 + number), now=NOON)
    keep(world, **{KEEP_DELIVERIES: 30})
    end(world, "deliveries", "declined")
    assert [retention.forget(world.tenant_id, OLD, batches=4) for _ in range(3)] == [4, 2, 0]


def test_another_tenants_logs_are_not_touched(world: World) -> None:
    keep(world, **{KEEP_DELIVERIES: 30})
    end(world, "deliveries", "delivered")
    other: UUID = World().tenant_id
    enter_tenant(other)
    assert retention.forget(other, OLD) == 0
    enter_tenant(world.tenant_id)
    assert count(Delivery) == 1


def test_the_hourly_housekeeping_does_it(app: Flask, world: World) -> None:
    keep(world, **{KEEP_DELIVERIES: 30})
    end(world, "deliveries", "delivered")
    db.session.execute(text("update deliveries set created_at = :old"), {"old": "2020-01-01 00:00:00+00:00"})
    commit()
    assert schedule.keep_house() >= 1
    enter_tenant(world.tenant_id)
    assert count(Delivery) == 0


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_what_somebody_revives_at_this_moment_is_kept(world: World) -> None:
    keep(world, **{KEEP_DELIVERIES: 30})
    end(world, "deliveries", "failed")
    with db.engine.connect() as other:
        other.execute(text("select set_config('app.tenant_id', :tenant, true)"), {"tenant": str(world.tenant_id)})
        other.execute(text("update deliveries set state = 'pending'"))
        assert retention.forget(world.tenant_id, OLD) == 0
        other.rollback()
    assert retention.forget(world.tenant_id, OLD) == 1
