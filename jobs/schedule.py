"""``python -m jobs.schedule``: the sweeper. Each second it looks in the tables for what is due, and rings.

It makes good every ring that was lost: Redis away or emptied, a worker killed, a lease run out, a retry whose time
has come. Where nobody can hear the bell it does the work itself. Each queue has a thread, so that a slow receiver
of one kind holds up no other kind. Two sweepers at once are harmless.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import Flask

from app import clock
from app.db import db, enter_tenant
from app.factory import create_app
from app.log import get, place_of
from app.services import bells, housekeeping, idempotency, links, mails, retention, sending, tenants
from app.transaction import read_only, transaction
from jobs import runner
from jobs.work import KINDS, Kind

PERIOD = 1.0
OWN_BUDGET = timedelta(seconds=3)
"""How long the sweeper works on one tenant when it does the work itself; then the next has a turn."""

HOUSEKEEPING = 3600.0


def main() -> int:
    """Sweep until SIGTERM or SIGINT."""
    app = create_app()
    runner.use(app)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: sending.stop())
    threads = [threading.Thread(target=_keep_sweeping, args=(app, kind), name=kind.queue) for kind in KINDS.values()]
    threads.append(threading.Thread(target=_keep_posting, args=(app,), name="mails"))
    threads.append(threading.Thread(target=_keep_house, args=(app,), name="housekeeping"))
    for thread in threads:
        thread.start()
    while not sending.wait_for_stop(HOUSEKEEPING):
        pass
    for thread in threads:
        thread.join()
    return 0


def sweep(kind: Kind) -> int:
    """Look through every tenant once, in an application's context; how many had something due."""
    found = 0
    for tenant in _tenants():
        if sending.is_stopping():
            break
        if _is_due(kind, tenant):
            found += 1
            if not bells.ring(kind.queue, tenant):
                runner.run(kind.queue, tenant, lambda tenant_, now: kind.drain(tenant_, now, OWN_BUDGET))
    return found


def post_mails() -> int:
    """Send every tenant's owed mail; how many tenants had some. Mail is rare: no worker waits for it."""
    found = 0
    for tenant in _tenants():
        enter_tenant(tenant)
        if not sending.is_stopping() and mails.due(tenant, clock.now()):
            found += 1
            runner.run("mails", tenant, mails.drain)
    enter_tenant(None)
    return found


def keep_house() -> int:
    """Delete what has run out; how many rows."""
    gone = 0
    for tenant in _tenants():
        enter_tenant(tenant)
        with transaction():
            gone += idempotency.forget_expired(tenant, now=clock.now())
            gone += housekeeping.forget_old(tenant, clock.now())
            gone += links.forget_old(tenant, clock.now())
        gone += retention.forget(tenant, clock.now())
    enter_tenant(None)
    return gone


def _tenants() -> list[UUID]:
    enter_tenant(None)
    with read_only():
        return tenants.all_ids()


def _is_due(kind: Kind, tenant: UUID) -> bool:
    enter_tenant(tenant)
    try:
        return kind.due(tenant, clock.now())
    finally:
        enter_tenant(None)


def _keep_sweeping(app: Flask, kind: Kind) -> None:
    while not sending.is_stopping():
        began = clock.tick()
        _guarded(app, lambda: sweep(kind))
        sending.wait_for_stop(max(0.0, PERIOD - (clock.tick() - began)))


def _keep_posting(app: Flask) -> None:
    while not sending.is_stopping():
        _guarded(app, post_mails)
        sending.wait_for_stop(PERIOD)


def _keep_house(app: Flask) -> None:
    while not sending.is_stopping():
        _guarded(app, keep_house)
        sending.wait_for_stop(HOUSEKEEPING)


def _guarded(app: Flask, work: Callable[[], int]) -> None:
    """Whatever fails, the database included, is tried again in the next round."""
    try:
        with app.app_context():
            try:
                work()
            finally:
                db.session.remove()
    except Exception as error:  # noqa: BLE001 - the sweeper must not end
        get().error("sweep_failed", error_class=type(error).__name__, error_place=place_of(error))


if __name__ == "__main__":
    sys.exit(main())
