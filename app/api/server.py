"""Serving declared operations: authenticate, count, validate, run in one transaction, render, keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from flask import Blueprint, Flask, Response, request
from pydantic import ValidationError

from app import clock
from app.api import envelope
from app.api.auth import authenticated
from app.api.endpoint import Call, Nothing, Operation, Wire
from app.api.not_yours import NotYours, write_down
from app.domain.actor import Actor
from app.services import idempotency
from app.services.idempotency import Claim, Stored
from app.transaction import read_only, transaction
from app.web import body, replay
from app.web.problem import Problem
from app.web.replay import Answer

PREFIX = "/api/v1"
_SAID = {
    "missing": "Required.",
    "extra_forbidden": "There is no such field here.",
    "string_type": "Must be text, in quotation marks.",
    "list_type": "Must be a list.",
    "int_type": "Must be a whole number.",
    "int_parsing": "Must be a whole number.",
    "greater_than_equal": "Must be at least {ge}.",
    "less_than_equal": "Must be at most {le}.",
    "string_too_long": "Must have at most {max_length} characters.",
    "too_long": "Must have at most {max_length} entries.",
    "literal_error": "Must be {expected}.",
}
"""What is said of a value that a declaration refuses, by Pydantic's name of the fault."""


def mount(app: Flask, operations: Sequence[Operation]) -> None:
    """A route for each operation, under its declared method and no other."""
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    for operation in operations:
        blueprint.add_url_rule(
            operation.path,
            endpoint=operation.name,
            view_func=_view(operation),
            methods=[operation.method],
            provide_automatic_options=False,
        )
    app.register_blueprint(blueprint)


def _view(operation: Operation) -> Callable[..., Response]:
    def serve(**params: Any) -> Response:
        now = clock.now()
        actor = authenticated(operation, now)
        call = Call(actor, _body(operation), _query(operation), params, now)
        try:
            return (_changed if operation.changes else _read)(operation, call).response()
        except NotYours as refusal:
            write_down(actor, refusal, operation.name, now)
            raise envelope.missing() from None

    return serve


def _read(operation: Operation, call: Call[Any]) -> Answer:
    with transaction() if operation.is_noted else read_only():
        return _answer(operation, call)


def _changed(operation: Operation, call: Call[Any]) -> Answer:
    """Run a mutation once for its Idempotency-Key; the key, the change and the answer are one transaction."""
    claim = _claim(operation, call)
    if claim is None:
        with transaction():
            return _answer(operation, call)
    earlier = _first(call.actor, claim)
    if earlier is not None:
        return earlier
    try:
        with transaction():
            idempotency.claim(call.actor.tenant_id, claim, lead_id=None, now=call.now)
            answer = _answer(operation, call)
            idempotency.keep(call.actor, claim, answer.status, answer.body, call.now)
            return answer
    except idempotency.Taken:
        return _first(call.actor, claim) or _lost()


def _answer(operation: Operation, call: Call[Any]) -> Answer:
    return Answer(operation.status, envelope.success(operation.run(call)))


def _claim(operation: Operation, call: Call[Any]) -> Claim | None:
    """The body's and the path's values are the payload; the same key on another path is another request."""
    payload = {"path": request.path, "body": call.body.model_dump(mode="json")}
    return replay.claim_of(call.actor, f"{operation.method} {PREFIX}{operation.path}", payload)


def _first(actor: Actor, claim: Claim) -> Answer | None:
    return replay.first(actor, claim, _never)


def _never(_stored: Stored) -> Answer | None:
    """Key, change and answer are one transaction here: there is no row without its answer."""
    return None


def _lost() -> NoReturn:
    raise Problem(409, "request_in_progress", "A request with this Idempotency-Key is still running.")


def _body(operation: Operation) -> Wire:
    if operation.body is Nothing:
        return Nothing()
    return _validated(operation.body, body.json_object())


def _query(operation: Operation) -> Wire:
    return _validated(operation.query, request.args.to_dict())


def _validated(model: type[Wire], values: dict[str, Any]) -> Wire:
    """The values as the model; raises Problem 422 with every fault, named as it was sent."""
    try:
        return model.model_validate(values, by_name=False)
    except ValidationError as error:
        faults = tuple((_field(fault["loc"]), _message(fault)) for fault in error.errors(include_input=False))
        raise envelope.invalid(faults) from None


def _field(place: tuple[int | str, ...]) -> str:
    return ".".join(map(str, place)) or "body"


def _message(fault: Any) -> str:
    """What to put right, in our words; Pydantic's sentence where we have none."""
    ours = _SAID.get(fault["type"])
    return ours.format(**fault.get("ctx", {})) if ours else f"{fault['msg']}."
