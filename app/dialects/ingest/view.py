"""The order of things: authenticate, count, read, submit, answer."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, request

from app import clock
from app.adapters.ingest_terms import HEADER, PATH, PER_MINUTE
from app.dialects.ingest.reading import submission_of
from app.dialects.ingest.wording import answer_of
from app.log import get
from app.services import access as accesses
from app.services import idempotency, intake, key_usage, rehearsals, sandbox
from app.services.access import Access
from app.services.idempotency import Claim, Stored
from app.services.rehearsals import Stage
from app.services.submission import Submission
from app.transaction import read_only, rollback
from app.web import body, rate, replay
from app.web.context import caller_counted, caller_ip, request_id
from app.web.inside import STAGE
from app.web.problem import Problem
from app.web.replay import Answer

TRIALS_PER_HOUR = 200
"""Of one publisher's console: a trial leaves no lead behind, so nobody may ask it about a whole list of people."""

blueprint = Blueprint("ingest", __name__)


@blueprint.route(PATH, methods=["POST"], provide_automatic_options=False)
def ingest() -> Response:
    """One lead in, one verdict out."""
    now = clock.now()
    stage = request.environ.get(STAGE)
    if isinstance(stage, Stage):
        return _try_out(stage, now)
    secret = _offered_key()
    if secret == sandbox.KEY:
        return _rehearse(now)
    access = _open(secret, now)
    _count(access)
    _active(access)
    payload = _payload(access)
    claim = replay.claim_of(access.actor, f"POST {PATH}", payload)
    return _answered(access, submission_of(payload, request_id(), caller_ip()), claim, now).response()


def _offered_key() -> str | None:
    secret = request.headers.get(HEADER)
    if not secret and "Authorization" in request.headers:
        sentence = f"This endpoint takes the key in the header {HEADER}; Authorization is not accepted here."
        raise Problem(401, "wrong_header", sentence)
    return secret.strip() if secret else None


_REFUSALS = {
    "missing": f"The header {HEADER} is missing; send your key in it.",
    "unknown": f"The key in {HEADER} is not known; check that the whole of it was copied.",
    "revoked": f"The key in {HEADER} has been revoked; send with the one that took its place.",
}


def _open(secret: str | None, now: datetime) -> Access:
    try:
        with read_only():
            return accesses.by_key("ingest", secret, now)
    except accesses.Refused as refusal:
        raise _refused(refusal) from None


def _refused(refusal: accesses.Refused) -> Problem:
    return Problem(401, f"key_{refusal.code}", _REFUSALS[refusal.code])


def _active(access: Access) -> None:
    if access.publisher is None or access.publisher.status != "active":
        raise Problem(403, "publisher_paused", "Publisher account is paused; contact your account manager.")


def _count(access: Access) -> None:
    """Every request with a valid key counts, whatever its answer."""
    own = access.key.requests_per_minute or (access.publisher.requests_per_minute if access.publisher else None)
    rate.count(key_usage.counter(access.tenant.id, access.key.id), (own or PER_MINUTE, rate.MINUTE))


def _payload(access: Access) -> dict[str, object]:
    """The body; what cannot be parsed leaves only a line in the log, without a word of it."""
    try:
        return body.json_object()
    except Problem as problem:
        get().info("body_refused", status=problem.status, reason=problem.code, key_id=str(access.key.id))
        raise


def _answered(access: Access, submission: Submission, claim: Claim | None, now: datetime) -> Answer:
    """The first answer of this key again, or the answer to a new lead."""
    earlier = _first(access, claim)
    if earlier is not None:
        return earlier
    try:
        answer = answer_of(intake.submit(access, submission, now=now, claim=claim))
    except accesses.Refused as refusal:  # revoked since the request began
        raise _refused(refusal) from None
    except idempotency.Taken:
        rollback()
        return _first(access, claim) or _still_running()
    return replay.keep(access.actor, claim, answer) if claim else answer


def _first(access: Access, claim: Claim | None) -> Answer | None:
    return replay.first(access.actor, claim, lambda stored: _recovered(access, stored)) if claim else None


def _recovered(access: Access, stored: Stored) -> Answer | None:
    """The answer of a first that was killed between its commit and its answer: told from the stored lead."""
    if stored.lead_id is None:
        return None
    with read_only():
        outcome = intake.outcome_of(access, stored.lead_id)
    return answer_of(outcome) if outcome.settled else None


def _still_running() -> Answer:
    raise Problem(409, "request_in_progress", "A request with this Idempotency-Key is still running.")


def _rehearse(now: datetime) -> Response:
    """The public sandbox key: the same reading, checks and answers; nothing is kept, nobody is charged."""
    rate.count(f"sandbox:{caller_counted()}", (PER_MINUTE, rate.MINUTE))
    submission = submission_of(body.json_object(), request_id(), caller_ip())
    return answer_of(sandbox.rehearse(submission, now=now)).response()


def _try_out(stage: Stage, now: datetime) -> Response:
    """The portal's console: a person stands in for the key, the publisher's own rules judge, nothing is kept."""
    with read_only():
        access = rehearsals.access_of(stage.actor, stage.publisher_id)
    rate.count(
        f"console:{access.tenant.id}:{stage.publisher_id}", (PER_MINUTE, rate.MINUTE), (TRIALS_PER_HOUR, rate.HOUR)
    )
    _active(access)
    submission = submission_of(body.json_object(), request_id(), caller_ip())
    with read_only():
        stage.seen = rehearsals.rehearse(access, submission, now=now)
    return answer_of(stage.seen.outcome).response()
