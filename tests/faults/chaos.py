"""Breaking things on purpose: many deliveries owed, real worker processes killed, Redis emptied and killed."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import redis
from flask import Flask
from sqlalchemy import func, insert, select, update

from app import clock
from app.db import db, enter_tenant
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.contracts import DeliverySetup
from app.models.deliveries import Delivery, DeliveryAttempt
from app.models.leads import Lead
from app.models.sales import Sale
from app.services import intake
from app.services.sending import LEASE
from app.transaction import commit, rollback
from tests.support.databases import Database
from tests.support.live import Live
from tests.support.settings import environment
from tests.support.valkey import running
from tests.support.world import World, submission

CHUNK = 500


@dataclass
class Redis:
    """A Redis that can be killed and comes back empty, at the same address."""

    path: Path
    _servers: list[Any] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    def start(self) -> None:
        server = running(self.path)
        self._servers.append((server, server.__enter__()))

    def kill(self) -> None:
        """SIGKILL; nothing was kept on disk."""
        server, process = self._servers.pop()
        process.kill()
        server.__exit__(None, None, None)
        self.path.unlink(missing_ok=True)

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        if self._servers:
            self.kill()


@contextmanager
def redis_of_its_own() -> Iterator[Redis]:
    with tempfile.TemporaryDirectory(prefix="sw-", dir="/tmp") as folder:
        server = Redis(Path(folder) / "redis.sock")
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def processes(database: Database, redis_url: str, logs: Path) -> Iterator[Live]:
    """Room for worker processes; whatever is started in it ends with it."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    crew = Live("", inherited | environment(database.url, redis_url), logs)
    try:
        yield crew
    finally:
        crew.stop()


def start_worker(crew: Live, name: str) -> None:
    crew.start(name, "jobs.worker", "deliveries")


def owe(app: Flask, url: str, count: int, max_in_flight: int) -> World:
    """``count`` deliveries owed to one address: one lead sold in earnest, the others copied from its rows."""
    world = World(now=clock.now() - timedelta(minutes=5))
    world.contract(world.buyer(), 6000, url=url)
    intake.submit(world.access(world.now), submission(), now=world.now)
    enter_tenant(world.tenant_id)
    db.session.execute(update(DeliverySetup).values(max_in_flight=max_in_flight, timeout_ms=30_000))
    patterns = [dict(_first(model)) for model in (Lead, Sale, Delivery)]
    for start in range(0, count - 1, CHUNK):
        _copy(patterns, min(CHUNK, count - 1 - start), world.now)
        commit()
    return world


def _first(model: Any) -> Any:
    return db.session.execute(select(*model.__table__.c)).mappings().one()


def _copy(patterns: list[dict[str, Any]], count: int, now: datetime) -> None:
    leads, sales, deliveries = [], [], []
    lead, sale, delivery = patterns
    for _ in range(count):
        lead_id, sale_id = _new(now), _new(now)
        leads.append(lead | {"id": lead_id, "email_key": None, "phone_key": None})
        sales.append(sale | {"id": sale_id, "lead_id": lead_id, "cap_places": []})
        deliveries.append(delivery | {"id": _new(now), "lead_id": lead_id, "sale_id": sale_id})
    for model, made in ((Lead, leads), (Sale, sales), (Delivery, deliveries)):
        db.session.execute(insert(model.__table__), made)


def _new(now: datetime) -> UUID:
    return new_id(now, kit().rng)


def counts(model: Any) -> dict[str, int]:
    """How many rows stand in each state."""
    rollback()
    rows = db.session.execute(select(model.state, func.count()).group_by(model.state)).all()
    rollback()
    return {state: count for state, count in rows}  # noqa: C416 - rows, not pairs


def expire_leases(app: Flask, given_before: datetime) -> None:
    """Make a minute pass for whoever was killed: tests of the normal ring do not wait for it.

    Leases given later are left alone: whoever lives would else lose them as fast as it takes them.
    """
    past = clock.now() - timedelta(seconds=1)
    of_the_dead = (Delivery.state == "sending", Delivery.lease_until <= given_before + LEASE)
    db.session.execute(update(Delivery).where(*of_the_dead).values(lease_until=past))
    commit()


def wait_until_delivered(count: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (found := counts(Delivery)) != {"delivered": count}:
        assert time.monotonic() < deadline, f"after {seconds:g} s: {found}"
        time.sleep(0.2)


def audit(count: int, posted: dict[str, int]) -> None:
    """What must hold at the end: none lost, every post explained by an attempt, every duplicate by its id."""
    assert counts(Delivery) == {"delivered": count}
    assert counts(Sale) == {"sold": count}
    wanted = {f"DEL-{row.hex.upper()}" for row in db.session.scalars(select(Delivery.id))}
    assert set(posted) == wanted
    attempts = db.session.scalar(select(func.count()).select_from(DeliveryAttempt)) or 0
    cut = db.session.scalar(select(func.count()).where(DeliveryAttempt.outcome.is_(None))) or 0
    assert sum(posted.values()) <= attempts
    assert sum(posted.values()) - count <= cut
    rollback()
