"""The queues page: who will come for what is owed, and what a person may do about what is stuck.

Work is never moved here past its own rules: putting a job back or ringing only makes workers look sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.actor import Actor, Role
from app.gateways.job_watch import Away, FailedJob, QueueSeen
from app.gateways.kit import kit
from app.services import audit
from app.services.bells import QUEUES, ring_after_commit
from app.services.changes import NoSuchThing, Refused, only_staff

__all__ = ["QUEUES", "FailedJob", "Look", "QueueSeen", "look", "put_back", "ring"]


@dataclass(frozen=True, slots=True)
class Look:
    """The queues as Redis shows them, and those failed jobs that were the tenant's own."""

    queues: tuple[QueueSeen, ...]
    failed: tuple[FailedJob, ...]

    @property
    def unheard(self) -> tuple[str, ...]:
        """Queues that no worker listens to: their work waits for the sweeper."""
        return tuple(queue.name for queue in self.queues if not queue.workers)


def look(actor: Actor) -> Look | None:
    """How the queues stand, or None when Redis does not answer. Raises NotAllowed."""
    only_staff(actor)
    try:
        queues = kit().jobs.queues()
        failed = kit().jobs.failed() if any(queue.failed for queue in queues) else ()
    except Away:
        return None
    return Look(queues, tuple(job for job in failed if _concerns(actor, job)))


def put_back(actor: Actor, job_id: str, *, now: datetime) -> None:
    """Put a failed job on its queue again. Raises NotAllowed, NoSuchThing, Refused."""
    only_staff(actor)
    try:
        job = next((one for one in kit().jobs.failed() if one.id == job_id and _concerns(actor, one)), None)
        if job is None:
            raise NoSuchThing(job_id)
        done = kit().jobs.put_back(job)
    except Away as error:
        raise Refused(
            "Redis does not answer. What is owed stands in the tables and is worked off by the sweeper."
        ) from error
    if not done:
        raise NoSuchThing(job_id)
    audit.record(actor, "job.put_back", ("queue", None), now=now, after={"queue": job.queue, "error": job.error})


def ring(actor: Actor, queue: str, *, now: datetime) -> None:
    """Have the workers of a queue look for due work now. Raises NotAllowed, NoSuchThing."""
    only_staff(actor)
    if queue not in QUEUES:
        raise NoSuchThing(queue)
    ring_after_commit(queue, actor.tenant_id)
    audit.record(actor, "queue.rung", ("queue", None), now=now, after={"queue": queue})


def _concerns(actor: Actor, job: FailedJob) -> bool:
    """A job carries its tenant's id; whose that cannot be told is the superadmin's to see."""
    return job.tenant_id == actor.tenant_id or (job.tenant_id is None and actor.role is Role.SUPERADMIN)
