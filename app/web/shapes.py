"""Which face owns a path, and how it words an error there.

An API never answers with an HTML page, a stack trace or a piece of the request. The longest prefix that
matches decides; a face hangs its shape in with ``own``.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.log import get, place_of
from app.web.problem import Problem

Shape = Callable[[Problem], Response]
_KEY = "switchyard_shapes"

_SENTENCES = {
    400: ("bad_request", "The request could not be read."),
    403: ("forbidden", "This is not yours to do."),
    404: ("not_found", "There is nothing at this address; check its path."),
    405: ("method_not_allowed", "This address does not take that method."),
    408: ("request_timeout", "The request took too long to arrive."),
    413: ("body_too_large", "The request body is too large."),
    415: ("unsupported_media_type", "The request body has a content type that is not taken here."),
    429: ("rate_limited", "Too many requests; slow down and try again."),
    500: ("internal_error", "Something went wrong on our side. Try again, and tell us the request id if it stays."),
    503: ("unavailable", "The service is not available just now. Try again in a moment."),
}


def own(app: Flask, prefix: str, shape: Shape) -> None:
    """Errors on paths that begin with ``prefix`` are rendered by ``shape``."""
    app.extensions.setdefault(_KEY, {})[prefix] = shape


def shape_of(path: str) -> Shape:
    """The shape of the longest prefix that matches whole segments of the path."""
    shapes: dict[str, Shape] = current_app.extensions.get(_KEY, {})
    fitting = [prefix for prefix in shapes if _under(path, prefix)]
    return shapes[max(fitting, key=len)] if fitting else plain


def _under(path: str, prefix: str) -> bool:
    base = prefix.rstrip("/")
    return path == base or path.startswith(base + "/")


def plain(problem: Problem) -> Response:
    """One line of text, for paths that nobody owns."""
    return Response(problem.sentence + "\n", problem.status, mimetype="text/plain")


def render(problem: Problem) -> Response:
    """The problem in the words of whoever owns the path."""
    response = shape_of(request.path)(problem)
    response.headers.update(problem.headers)
    return response


def from_http(error: HTTPException) -> Problem:
    """Werkzeug's refusals in our words; its own descriptions may repeat the request."""
    status = error.code or 500
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"
    code, sentence = _SENTENCES.get(status, (phrase.lower().replace(" ", "_"), f"{phrase}."))
    allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    if not allowed:
        return Problem(status, code, sentence)
    return Problem(status, code, f"{sentence.removesuffix('.')}; use {allowed}.", headers={"Allow": allowed})


def internal(error: Exception) -> Problem:
    """An error nobody foresaw: the log gets its class and place, the caller a sentence and the request id.

    A database that is away or has no connection left is 503: nothing was done, and trying again will do it.
    """
    get().error("request_failed", error_class=type(error).__name__, error_place=place_of(error))
    status = 503 if isinstance(error, OperationalError | PoolTimeout) else 500
    code, sentence = _SENTENCES[status]
    return Problem(status, code, sentence)


def handle(app: Flask) -> None:
    """Catch everything that a view may raise."""
    app.register_error_handler(Problem, render)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, lambda error: render(internal(error)))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:  # abort(response): a view made its own answer
        return error
    return render(from_http(error))
