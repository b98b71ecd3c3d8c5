"""Whether the parts that a process leans on are there: database, Redis, workers."""

from __future__ import annotations

from typing import cast

from redis import Redis
from rq.worker_registration import WORKERS_BY_QUEUE_KEY
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.db import db
from app.gateways.job_queue import QUEUES
from app.gateways.redis_links import AWAY
from app.transaction import read_only

OK = "ok"
AWAY_NOW = "unreachable"
MISSING = "missing"


def parts(redis: Redis) -> dict[str, str]:
    """Each part by name: ``ok``, ``unreachable``, or ``missing`` for a queue that no worker listens to."""
    return {"database": _database(), "redis": _redis(redis)} | {
        f"workers.{queue}": _workers(redis, queue) for queue in QUEUES
    }


def _database() -> str:
    try:
        with read_only():
            db.session.execute(text("select 1"))
    except SQLAlchemyError:
        return AWAY_NOW
    return OK


def _redis(redis: Redis) -> str:
    try:
        redis.ping()
    except AWAY:
        return AWAY_NOW
    return OK


def _workers(redis: Redis, queue: str) -> str:
    """Whether a worker listens. A killed one stays in the set, but its own key goes within half a minute."""
    try:
        listening = cast("set[bytes]", redis.smembers(WORKERS_BY_QUEUE_KEY % queue))
        return OK if listening and redis.exists(*listening) else MISSING
    except AWAY:
        return AWAY_NOW
