"""Looking at the workers' queues in Redis: how long they are, who listens, what failed there. It moves nothing but
a failed job that a person puts back. What is owed stands in the tables; here is only who will come for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, cast
from uuid import UUID

from redis import Redis
from rq import Queue
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from rq.worker_registration import WORKERS_BY_QUEUE_KEY

from app.gateways.job_queue import QUEUES
from app.gateways.redis_links import AWAY, Rest

MOST_FAILED = 50
TRACE = "Traceback (most recent call last):\n"
_CLASS = re.compile(r"(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)(?::|$)", re.ASCII)


class Away(Exception):
    """Redis does not answer."""


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker that lives: its name's first characters, when it last gave a sign, and what it does."""

    name: str
    seen_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class QueueSeen:
    """One queue: jobs that wait on it, jobs that failed, and who listens."""

    name: str
    waiting: int
    failed: int
    workers: tuple[WorkerSeen, ...]


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that ended badly. ``error``: the class of what was raised and no word more, which may name a person."""

    id: str
    queue: str
    tenant_id: UUID | None
    ended_at: datetime | None
    error: str


class JobWatch(Protocol):
    """What services need of it."""

    def queues(self) -> tuple[QueueSeen, ...]:
        """Every queue of ours. Raises Away."""

    def failed(self) -> tuple[FailedJob, ...]:
        """The newest failed jobs of every tenant. Raises Away."""

    def put_back(self, job: FailedJob) -> bool:
        """Put a failed job on its queue again; False when somebody has done so already. Raises Away."""


class RedisWatch:
    """The real one; while Redis is away it is asked once a second."""

    def __init__(self, client: Redis, rest: Rest | None = None) -> None:
        self._client = client
        self._rest = rest or Rest()

    def queues(self) -> tuple[QueueSeen, ...]:
        """Three round trips, whatever is in them."""
        return cast("tuple[QueueSeen, ...]", self._asked(self._queues))

    def failed(self) -> tuple[FailedJob, ...]:
        """Up to ``MOST_FAILED`` of each queue, newest first."""
        return cast("tuple[FailedJob, ...]", self._asked(self._failed))

    def put_back(self, job: FailedJob) -> bool:
        """Once: RQ takes it from the failed ones before it enqueues it."""
        return bool(self._asked(lambda: self._put_back(job)))

    def _asked(self, ask: Any) -> Any:
        if not self._rest.is_over():
            raise Away
        try:
            answer = ask()
        except AWAY as error:
            self._rest.begin()
            raise Away from error
        self._rest.end()
        return answer

    def _queues(self) -> tuple[QueueSeen, ...]:
        with self._client.pipeline(transaction=False) as pipe:
            for name in QUEUES:
                pipe.llen(Queue(name, connection=self._client).key)
                pipe.zcard(FailedJobRegistry(name, connection=self._client).key)
                pipe.smembers(WORKERS_BY_QUEUE_KEY % name)
            answers = pipe.execute()
        found = zip(QUEUES, answers[::3], answers[1::3], answers[2::3], strict=True)
        return tuple(
            QueueSeen(name, int(waiting), int(failed), self._workers(sorted(keys)))
            for name, waiting, failed, keys in found
        )

    def _workers(self, keys: Sequence[bytes]) -> tuple[WorkerSeen, ...]:
        """Those whose own key lives; a killed one stays in the set for a while."""
        with self._client.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.hmget(key.decode(), ["last_heartbeat", "state"])
            answers = pipe.execute()
        return tuple(
            WorkerSeen(key.decode().rpartition(":")[2][:8], _moment(beat), (state or b"").decode())
            for key, (beat, state) in zip(keys, answers, strict=True)
            if beat
        )

    def _failed(self) -> tuple[FailedJob, ...]:
        found = [job for name in QUEUES for job in self._failed_on(name)]
        return tuple(sorted(found, key=lambda job: job.ended_at or datetime.min.replace(tzinfo=UTC), reverse=True))

    def _failed_on(self, name: str) -> list[FailedJob]:
        registry = FailedJobRegistry(name, connection=self._client, serializer=JSONSerializer)
        newest = cast("list[bytes]", self._client.zrevrange(registry.key, 0, MOST_FAILED - 1))
        ids = [job_id.decode() for job_id in newest]
        jobs = Job.fetch_many(ids, connection=self._client, serializer=JSONSerializer)
        return [_failed_job(name, job) for job in jobs if job is not None]

    def _put_back(self, job: FailedJob) -> bool:
        registry = FailedJobRegistry(job.queue, connection=self._client, serializer=JSONSerializer)
        try:
            registry.requeue(job.id)
        except (InvalidJobOperation, NoSuchJobError):
            return False
        return True


class NullWatch:
    """Sees what it is told to see; None: Redis is away. For tests and for processes that need none."""

    def __init__(self, seen: tuple[QueueSeen, ...] | None = (), jobs: tuple[FailedJob, ...] = ()) -> None:
        self.seen = seen
        self.jobs = list(jobs)

    def queues(self) -> tuple[QueueSeen, ...]:
        """What it was told."""
        if self.seen is None:
            raise Away
        return self.seen

    def failed(self) -> tuple[FailedJob, ...]:
        """What it was told, without those put back."""
        return tuple(self.jobs)

    def put_back(self, job: FailedJob) -> bool:
        """Forget it."""
        if job not in self.jobs:
            return False
        self.jobs.remove(job)
        return True


def _failed_job(queue: str, job: Job) -> FailedJob:
    result = job.latest_result()
    return FailedJob(job.id, queue, _tenant(job), job.ended_at, error_class((result and result.exc_string) or ""))


def error_class(trace: str) -> str:
    """The class that a trace ends with: the line below its frames, up to the colon. The rest may hold anything."""
    _, begins, frames = trace.rpartition(TRACE)
    below = [line for line in frames.splitlines() if line and not line[0].isspace()]
    found = _CLASS.match(below[0]) if begins and below else None
    return found[1] if found else "unknown"


def _tenant(job: Job) -> UUID | None:
    """Whose work it was: the only argument that our jobs have."""
    try:
        return UUID(str(job.args[0]))
    except (ValueError, IndexError, TypeError):
        return None


def _moment(text: bytes | None) -> datetime | None:
    """RQ's time of day, always UTC."""
    try:
        return datetime.fromisoformat((text or b"").decode()).replace(tzinfo=UTC)
    except ValueError:
        return None
