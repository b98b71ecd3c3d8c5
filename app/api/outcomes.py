"""A service's refusals as the API tells them: what is another's, what may not be, what cannot be done now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from app.api.not_yours import NotYours
from app.services.changes import NoSuchThing, NotAllowed, Refused
from app.web.problem import Problem

T = TypeVar("T")


def of(kind: str, subject_id: UUID | None, work: Callable[[], T]) -> T:
    """What ``work`` answers. Raises NotYours for what the caller does not have, Problem for every other refusal."""
    try:
        return work()
    except NoSuchThing:
        raise NotYours(kind, subject_id) from None
    except NotAllowed:
        raise Problem(403, "forbidden", "This is not for keys of your role.") from None
    except Refused as refused:
        raise Problem(409, "refused", str(refused)) from None
