"""The doorbell: tells the workers that a tenant has work of a kind. It carries nothing and loses nothing.

The work itself stands in the tables. A ring puts one RQ job with the tenant's id on a queue; its function drains
what is due. A ring that is lost (Redis away, emptied, killed) is made good by the sweeper, so nothing here retries,
schedules, or promises that a job runs once. RQ's own Retry, scheduler, unique jobs and dependencies are not used.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol
from uuid import UUID

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from app import log
from app.gateways.redis_links import AWAY, Rest, redis_client

ROUTING = "routing"
DELIVERIES = "deliveries"
WEBHOOKS = "webhooks"
QUEUES = (ROUTING, DELIVERIES, WEBHOOKS)

JOB_SECONDS = 120  # a drain bounds itself well below; this only ends one that hangs
FAILURE_SECONDS = 86_400
HUSH_MILLISECONDS = 1000

MOST_WAITING = 1000
"""Jobs on a queue beyond which a ring makes no more: no worker takes them, and a job a second would fill Redis."""

__all__ = ["DELIVERIES", "QUEUES", "ROUTING", "WEBHOOKS", "Bell", "Doorbell", "NullDoorbell", "redis_client"]


class Bell(Protocol):
    """What services and jobs need of it."""

    def ring(self, queue: str, tenant_id: UUID) -> bool:
        """Say that there is work; whether a worker will hear it. After commit, never inside a transaction."""

    def answered(self, queue: str, tenant_id: UUID) -> None:
        """The job's first act, before it claims: from here on a ring makes a new job again."""


class Doorbell:
    """Rings through RQ; of the rings for one tenant and queue within a second one makes a job.

    That loses none: a ring that makes no job found a job that had not begun to claim, which will see its work.
    """

    def __init__(self, client: Redis, rest: Rest | None = None) -> None:
        self._client = client
        self._queues = {
            name: Queue(name, connection=client, serializer=JSONSerializer, default_timeout=JOB_SECONDS)
            for name in QUEUES
        }
        self._lock = threading.Lock()
        self._rest = rest or Rest()
        self.failures = 0

    def ring(self, queue: str, tenant_id: UUID) -> bool:
        """Put one job on the queue unless one waits already; False, never an error, when nobody will hear it."""
        return self._tried(lambda: self._ring(queue, tenant_id), queue)

    def answered(self, queue: str, tenant_id: UUID) -> None:
        """Let the next ring through; without Redis the hush ends by itself within a second."""
        self._tried(lambda: self._client.delete(_bell(queue, tenant_id)), queue)

    def _ring(self, queue: str, tenant_id: UUID) -> bool:
        jobs = self._queues[queue]
        if not self._client.set(_bell(queue, tenant_id), b"1", nx=True, px=HUSH_MILLISECONDS):
            return True
        try:
            if jobs.count >= MOST_WAITING:
                return False
            jobs.enqueue(f"jobs.{queue}.drain", args=(str(tenant_id),), result_ttl=0, failure_ttl=FAILURE_SECONDS)
        except AWAY:
            with suppress(*AWAY):
                self._client.delete(_bell(queue, tenant_id))
            raise
        return True

    def _tried(self, act: Callable[[], object], queue: str) -> bool:
        if not self._rest.is_over():
            return self._not_heard()
        try:
            heard = act() is not False
        except AWAY as error:
            self._rest.begin()
            log.get().info("doorbell not heard", queue=queue, error_class=type(error).__name__)
            return self._not_heard()
        self._rest.end()
        return heard or self._not_heard()

    def _not_heard(self) -> bool:
        with self._lock:
            self.failures += 1
        return False


class NullDoorbell:
    """Records rings and reaches nobody; for tests."""

    def __init__(self) -> None:
        self.rings: list[tuple[str, UUID]] = []
        self.answers: list[tuple[str, UUID]] = []
        self.failures = 0

    def ring(self, queue: str, tenant_id: UUID) -> bool:
        """Record it; an unknown queue is an error here too."""
        if queue not in QUEUES:
            raise KeyError(queue)
        self.rings.append((queue, tenant_id))
        return True

    def answered(self, queue: str, tenant_id: UUID) -> None:
        """Record it."""
        self.answers.append((queue, tenant_id))


def _bell(queue: str, tenant_id: UUID) -> str:
    return f"bell:{queue}:{tenant_id}"
