"""``python -m jobs.worker <queue>``: an RQ worker on one queue, in this process, that outlives its Redis.

One queue, because a worker on several loses jobs for ever when it is killed between two of its steps. In process,
because a fork costs more than a drain. A random name, because a fixed one is refused after a crash. Redis going
away, read-only or full ends RQ's loop; ours then starts it again. A job only hands its tenant to one of a few
threads (``jobs.pool``), so that tenants are served side by side.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import SimpleWorker, worker_registration
from rq.serializers import JSONSerializer

from app import clock
from app.factory import create_app, settings_of
from app.log import get, place_of
from app.services import sending
from app.services.bells import QUEUES
from jobs import runner
from jobs.pool import Pool

WORKER_SECONDS = 20
"""RQ listens for 15 s less than this at a time, and tells that it lives each time."""

ALIVE_SECONDS = 30
MAINTENANCE_SECONDS = 60
LEAST_PAUSE, MOST_PAUSE = 0.5, 5.0


class Worker(SimpleWorker):
    """RQ's in-process worker, with three habits of our own.

    It registers anew with every sign of life, for Redis may have been emptied. It waits seconds, not minutes, for
    a Redis that is away. It takes no commands over Redis: whoever reaches Redis could stop our work.
    """

    max_connection_wait_time = 2.0

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Say that we live, and that we listen."""
        super().heartbeat(timeout or ALIVE_SECONDS, pipeline)
        if pipeline is None:
            worker_registration.register(self)

    def subscribe(self) -> None:
        """No commands."""

    def unsubscribe(self) -> None:
        """No commands."""

    def handle_warm_shutdown_request(self) -> None:
        """SIGTERM: the drains that run claim no more and settle what they sent."""
        sending.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Work until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m jobs.worker", description="Work off one queue.")
    parser.add_argument("queue", choices=QUEUES)
    queue: str = parser.parse_args(arguments).queue
    app, pool = create_app(), Pool()
    runner.use(app, pool)
    _listen_for_the_end()
    redis = Redis.from_url(settings_of(app).redis_url, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))
    pause = LEAST_PAUSE
    while not sending.is_stopping():
        began = clock.tick()
        _work(queue, redis)
        _listen_for_the_end()
        pause = LEAST_PAUSE if clock.tick() - began > MOST_PAUSE else min(pause * 2, MOST_PAUSE)
        if not sending.wait_for_stop(pause):
            get().info("worker_starts_again", queue=queue)
    if not pool.finish():
        get().warning("worker_left_work", queue=queue)
    return 0


def _work(queue: str, redis: Redis) -> None:
    """One life of RQ's loop."""
    try:
        worker = Worker(
            [queue],
            connection=redis,
            serializer=JSONSerializer,
            worker_ttl=WORKER_SECONDS,
            maintenance_interval=MAINTENANCE_SECONDS,
            log_job_description=False,
        )
        worker.work(logging_level="CRITICAL")
    except Exception as error:  # noqa: BLE001 - whatever Redis did, the worker comes back
        get().warning("worker_fell", queue=queue, error_class=type(error).__name__, error_place=place_of(error))


def _listen_for_the_end() -> None:
    """RQ installs handlers of its own while it runs; these hold before and after."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: sending.stop())


if __name__ == "__main__":
    sys.exit(main())
