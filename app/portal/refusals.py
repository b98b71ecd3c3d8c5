"""What is another's: the page does not exist for whoever asks, and that they asked is in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from app import clock
from app.domain.actor import Role
from app.portal import faults, visit
from app.portal.blueprint import portal
from app.services import audit
from app.transaction import transaction
from app.web.problem import Problem

NOT_FOUND = 404
NOTED = "refusal_noted"
F = TypeVar("F", bound=Callable[..., ResponseReturnValue])


class NotYours(Exception):
    """Somebody asked for what is another's, or for what is not there: they are told the same."""

    def __init__(self, kind: str, subject_id: UUID | None) -> None:
        super().__init__(kind)
        self.subject = (kind, subject_id)


def not_yours(kind: str, subject_id: UUID | None) -> NoReturn:
    """404, written down as ``<kind>.not_theirs`` once the view's own transaction is over."""
    raise NotYours(kind, subject_id)


def only(*roles: Role) -> Callable[[F], F]:
    """As ``visit.only``, and whoever else tries is written down."""

    def decorate(view: F) -> F:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if visit.visitor().role not in roles:
                not_yours("page", next((value for value in kwargs.values() if isinstance(value, UUID)), None))
            return view(*args, **kwargs)

        checked.roles = frozenset(roles)  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate


@portal.errorhandler(NotYours)
def _refused(refusal: NotYours) -> Response:
    _write_down(*refusal.subject)
    return faults.error_page(Problem(404, "not_found", faults.HINTS[404]))


@portal.after_request
def _nothing_slips_by(response: Response) -> Response:
    """Whoever said that something is not there: a service, a query, a view. All of it is written down."""
    is_refusal = response.status_code == NOT_FOUND and request.endpoint not in visit.OPEN
    if is_refusal and visit.current() is not None and NOTED not in request.environ:
        _write_down(*_asked_for())
    return response


def _write_down(kind: str, subject_id: UUID | None) -> None:
    """An admin who mistyped an address looked for nobody's secrets."""
    actor = visit.actor()
    request.environ[NOTED] = True
    if not actor.is_admin:
        with transaction():
            audit.record(
                actor, f"{kind}.not_theirs", (kind, subject_id), now=clock.now(), after={"asked": request.endpoint}
            )


def _asked_for() -> tuple[str, UUID | None]:
    """What the address names last: its kind by the argument's name, and its id."""
    named = [(name, value) for name, value in (request.view_args or {}).items() if isinstance(value, UUID)]
    return (named[-1][0].removesuffix("_id"), named[-1][1]) if named else ("page", None)
