"""What the delivery tests share: a world whose buyers answer from a script, and what became of its deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from app.db import db, enter_tenant
from app.gateways.http_client import Answer, Failure, FailureKind, FakeClient
from app.gateways.job_queue import NullDoorbell
from app.gateways.kit import kit, using
from app.models.contracts import DeliverySetup
from app.models.deliveries import Delivery, DeliveryAttempt
from app.models.leads import Lead
from app.models.sales import Sale
from app.services import deliveries, intake, webhooks
from app.services.sending import Moment
from app.transaction import commit, rollback
from tests.support.world import NOON, World, submission

ACCEPTED = Answer(200, {"content-type": "application/json"}, b'{"status": "accepted", "reference": "NG-77"}')
REJECTED = Answer(200, {}, b'{"status": "rejected", "reason": "outside our criteria"}')
DUPLICATE = Answer(200, {}, b'{"status": "duplicate"}')
BROKEN = Answer(503, {"retry-after": "90"}, b"down for maintenance")
GARBLED = Answer(200, {}, b'{"status": "acc')
REFUSED = Failure(FailureKind.CONNECT_FAILED, "refused", request_sent=False, took=timedelta(0))
BLOCKED = Failure(FailureKind.BLOCKED_ADDRESS, "refused", request_sent=False, took=timedelta(0))
LOST = Failure(FailureKind.TIMEOUT, "no answer", request_sent=True, took=timedelta(seconds=10))


@contextmanager
def scripted() -> Iterator[tuple[FakeClient, NullDoorbell]]:
    """The process's kit with a scripted outside and a bell that reaches nobody; drains go by a clock of their own."""
    http, bell = FakeClient(), NullDoorbell()
    with using(replace(kit(), http=http, bell=bell)), pytest.MonkeyPatch.context() as patch:
        for module in (deliveries, webhooks):
            patch.setattr(module, "running", brisk)
        yield http, bell


def brisk(now: datetime) -> Moment:
    """A drain's clock on which each look takes a millisecond: a slow machine makes nothing due a second later on."""
    looks = count()
    return lambda: now + timedelta(milliseconds=next(looks))


def url(name: str) -> str:
    return f"https://{name}.example/leads"


def sold_lead(world: World, number: int = 1) -> Any:
    """A lead that found its buyer, delivery owed; its id."""
    outcome = intake.submit(world.access(), submission(number), now=NOON)
    enter_tenant(world.tenant_id)
    return outcome.lead_id


def two_buyers(world: World) -> None:
    """The first in line at first.example, the next at second.example."""
    world.contract(world.buyer("First"), 6000, url=url("first"), name="first")
    world.contract(world.buyer("Second"), 5000, url=url("second"), name="second")


def rows(model: Any, **columns: Any) -> list[Any]:
    """Fresh rows of a table, in the order of their making."""
    rollback()
    return list(db.session.scalars(select(model).filter_by(**columns).order_by(model.id)))


def one_delivery() -> Delivery:
    [found] = rows(Delivery)
    return found


def states() -> tuple[str, str, str]:
    """Of the one lead: its delivery, its sale, itself."""
    [delivery], [sale], [lead] = rows(Delivery), rows(Sale), rows(Lead)
    return delivery.state, sale.state, lead.state


def attempts() -> list[DeliveryAttempt]:
    return rows(DeliveryAttempt)


def set_up(**columns: Any) -> None:
    """Change every setup."""
    for row in rows(DeliverySetup):
        for name, value in columns.items():
            setattr(row, name, value)
    commit()
