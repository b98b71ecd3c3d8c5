"""Structured logs: one JSON object a line, with request, lead and sale ids and never a person.

Only the keys in ALLOWED leave the process. A key that is not on the list is dropped, so that a
careless ``log.info("…", email=…)`` cannot leak.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset({
    "event", "level", "timestamp", "request_id", "tenant_id", "lead_id", "sale_id", "delivery_id", "message_id",
    "endpoint_id", "contract_id", "buyer_id", "publisher_id", "source_id", "user_id", "key_id", "queue", "worker",
    "method", "route", "status", "took_ms", "reason", "outcome", "attempt", "error_class", "error_place", "count",
    "state", "kind", "fault", "port", "version", "database", "seconds", "action",
})  # fmt: skip


def _only_allowed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED}


def configure(level: str) -> None:
    """Send every log of ours to stderr as JSON; other libraries only from WARNING up."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format='{"level":"%(levelname)s","event":"%(name)s"}')
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def get() -> Any:
    """The logger; bind ids with ``structlog.contextvars`` at the entry points."""
    return structlog.get_logger()


def place_of(error: BaseException) -> str:
    """Where an error was raised, ``file:line``; its message may hold a person and is never logged."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
