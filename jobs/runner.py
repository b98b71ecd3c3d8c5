"""Running one piece of work for one tenant: context, fence, log. No work is done here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from flask import Flask

from app import clock
from app.db import db, enter_tenant
from app.factory import create_app
from app.log import get, place_of
from app.services import bells
from app.transaction import rollback
from jobs.pool import Pool

Work = Callable[[UUID, datetime], int]

_APPS: list[Flask] = []
_POOLS: list[Pool] = []


def use(app: Flask, pool: Pool | None = None) -> None:
    """Make ``app`` the application of this process; the worker does that before its first job.

    With a pool, jobs hand their tenants to its threads; without one they do the work themselves.
    """
    _APPS[:] = [app]
    _POOLS[:] = [pool] if pool else []


def application() -> Flask:
    """The application of this process, made from the environment when nobody made one."""
    if not _APPS:
        use(create_app())
    return _APPS[0]


def answer(queue: str, tenant_id: str, work: Work) -> None:
    """A job: silence the bell, then see to it that what is due is worked off.

    In that order: a ring that comes while the tenant is served makes a new job, and so another look.
    """
    tenant = UUID(tenant_id)
    with application().app_context():
        bells.answered(queue, tenant)
    if _POOLS:
        _POOLS[0].hand(tenant, lambda: _serve(queue, tenant, work))
    else:
        _serve(queue, tenant, work)


def _serve(queue: str, tenant: UUID, work: Work) -> None:
    with application().app_context():
        run(queue, tenant, work)


def run(queue: str, tenant: UUID, work: Work) -> bool:
    """Do the work behind the tenant's fence; whether it ended well.

    Nothing is raised: RQ would keep the words of an exception in Redis, and they may name a person. What failed
    is still due, and the sweeper rings again.
    """
    started = clock.tick()
    enter_tenant(tenant)
    try:
        with structlog.contextvars.bound_contextvars(queue=queue, tenant_id=str(tenant)):
            count = work(tenant, clock.now())
            if count:
                get().info("drained", count=count, took_ms=round((clock.tick() - started) * 1000))
    except Exception as error:  # noqa: BLE001 - the work stays due
        rollback()
        get().error("drain_failed", queue=queue, error_class=type(error).__name__, error_place=place_of(error))
        return False
    else:
        return True
    finally:
        db.session.remove()
        enter_tenant(None)
