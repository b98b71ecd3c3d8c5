"""Idempotency-Key over HTTP: find the first answer, wait for one that runs, keep ours.

What is promised: the same bytes and status again, marked ``Idempotency-Replayed: true``; 409 while the first
runs on; 422 for another payload. The rows are ``services.idempotency``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from flask import Response, request

from app import clock
from app.domain.actor import Actor
from app.services import idempotency
from app.services.idempotency import Claim, Stored
from app.transaction import read_only, transaction
from app.web.problem import Problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
WAIT_SECONDS = 5.0
GONE_AFTER = timedelta(seconds=30)
"""After so long the first is asked after in the tables: it was killed, or what it waits for is settled there."""

_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished JSON answer."""

    status: int
    body: bytes
    replayed: bool = False

    def response(self) -> Response:
        """For Flask."""
        response = Response(self.body, self.status, mimetype="application/json")
        if self.replayed:
            response.headers[REPLAYED] = "true"
        return response


Recover = Callable[[Stored], Answer | None]
"""Makes the answer of a first that was killed before it gave one; None while its work is not done."""


def claim_of(actor: Actor, route: str, payload: Any) -> Claim | None:
    """The claim of this request's key, if it brought one; raises Problem 422 for a key that is none."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _VISIBLE.fullmatch(key):
        message = "Must be 1 to 255 visible ASCII characters, without spaces."
        raise Problem(422, "invalid_idempotency_key", f"{HEADER}: {message}", faults=((HEADER, message),))
    canonical = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
    return Claim(actor.principal_id, route, key, hashlib.sha256(canonical).digest())


def first(actor: Actor, claim: Claim, recover: Recover) -> Answer | None:
    """The first request's answer, or None when this one is the first; waits up to 5 s for one that runs.

    Raises Problem 409 when it runs on, 422 when the key came with another payload.
    """
    until = clock.tick() + WAIT_SECONDS
    for pause in _pauses():
        stored = _stored(actor, claim)
        if stored is None:
            return None
        if stored.status is not None and stored.body is not None:
            return Answer(stored.status, stored.body, replayed=True)
        is_late = clock.tick() + pause > until
        if is_late or clock.now() - stored.since > GONE_AFTER:
            answer = recover(stored)
            if answer is not None:
                return _replayed(keep(actor, claim, answer))
        if is_late:
            break
        clock.pause(pause)
    raise Problem(
        409,
        "request_in_progress",
        f"A request with this {HEADER} is still running; ask again in a moment with the same key.",
        headers={"Retry-After": "2"},
    )


def keep(actor: Actor, claim: Claim, answer: Answer) -> Answer:
    """Store our answer; the one that comes back was first and is the one to give."""
    with transaction():
        stored = idempotency.keep(actor, claim, answer.status, answer.body, clock.now())
    return Answer(stored.status or answer.status, stored.body or answer.body)


def _replayed(answer: Answer) -> Answer:
    return Answer(answer.status, answer.body, replayed=True)


def _stored(actor: Actor, claim: Claim) -> Stored | None:
    try:
        with read_only():
            return idempotency.first_answer(actor, claim, clock.now())
    except idempotency.PayloadDiffers:
        message = "Was used before with another body; give every new request its own key."
        raise Problem(422, "idempotency_key_reused", f"{HEADER}: {message}", faults=((HEADER, message),)) from None


def _pauses() -> Iterator[float]:
    """Seconds between two looks: quick at first, then four times a second."""
    pause = 0.02
    while True:
        yield pause
        pause = min(pause * 1.5, 0.25)
