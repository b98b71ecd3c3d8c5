"""What became of a lead, in the dialect's answers; and every refusal in its one shape.

200 ``{"ok", "lead_id", "status", "reason"}``; everything else ``{"detail", "request_id"}``, with ``errors`` on
422 and the first lead's ``lead_id`` on 409.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from app.adapters.ingest_terms import THEIR_NAMES
from app.adapters.ingest_words import plainly, word_of
from app.domain.ids import lead_public
from app.domain.reasons import CONSENT_IN_FUTURE, DUPLICATE, SCHEMA_VALIDATION_FAILED
from app.domain.states import LeadState, SaleState
from app.services.outcomes import Outcome
from app.web.context import request_id
from app.web.problem import Faults, Problem
from app.web.replay import Answer

STATUSES = {
    LeadState.RECEIVED: "queued",
    LeadState.QUEUED: "queued",
    LeadState.HELD: "queued",
    LeadState.LISTED: "accepted",
    LeadState.SOLD: "accepted",
    LeadState.UNSOLD: "rejected",
    LeadState.REJECTED: "rejected",
}
IN_FUTURE = "Lies in the future; send the time at which the person agreed, in UTC."


def answer_of(outcome: Outcome) -> Answer:
    """The answer to a submission that became a lead."""
    problem = _problem_of(outcome)
    if problem is not None:
        return Answer(problem.status, orjson.dumps(_body(problem)))
    status = _status_of(outcome)
    reason = word_of(outcome.reason) if outcome.reason and status == "rejected" else None
    body = {"ok": True, "lead_id": lead_public(outcome.lead_id), "status": status, "reason": reason}
    return Answer(200, orjson.dumps(body))


def shape(problem: Problem) -> Response:
    """Any refusal on this dialect's path."""
    return Response(orjson.dumps(_body(problem)), problem.status, mimetype="application/json")


def _status_of(outcome: Outcome) -> str:
    """Queued while no buyer has it and one still may: the time was up, or a buyer's answer was lost."""
    states = {sale.state for sale in outcome.sales}
    if states == {SaleState.UNKNOWN} or (not outcome.settled and SaleState.SOLD not in states):
        return "queued"
    return STATUSES[outcome.state]


def _problem_of(outcome: Outcome) -> Problem | None:
    """The refusals that this dialect answers with a 4xx of their own."""
    if outcome.reason == DUPLICATE.code:
        return _duplicate(outcome)
    if outcome.reason == SCHEMA_VALIDATION_FAILED.code:
        return invalid(outcome.problems)
    if outcome.reason == CONSENT_IN_FUTURE.code:
        return invalid((("consent_at", IN_FUTURE),))
    return None


def _duplicate(outcome: Outcome) -> Problem:
    first = outcome.first_lead_id
    details = {"lead_id": lead_public(first)} if first else {}
    sentence = (
        "You sent this person before: the same e-mail or phone is on a lead within the duplicate window; "
        "do not send it again."
    )
    return Problem(409, DUPLICATE.code, sentence, details=details)


def invalid(problems: Faults) -> Problem:
    """422 with every fault, under the dialect's own field names."""
    faults = tuple((THEIR_NAMES.get(name, name), plainly(name, message)) for name, message in problems)
    return Problem(422, SCHEMA_VALIDATION_FAILED.code, _sentence(faults), faults=faults)


def _sentence(faults: Faults) -> str:
    if len(faults) == 1:
        field, message = faults[0]
        return f"{field}: {message}"
    names = ", ".join(dict.fromkeys(field for field, _ in faults))
    return f"{len(faults)} fields need correcting: {names}."


def _body(problem: Problem) -> dict[str, Any]:
    body: dict[str, Any] = {"detail": problem.sentence, "request_id": request_id(), **problem.details}
    if problem.status == 422:  # noqa: PLR2004 - the one status that has errors beside it
        faults = problem.faults or (("body", problem.sentence),)
        body["errors"] = [{"field": field, "message": message} for field, message in faults]
    return body
