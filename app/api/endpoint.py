"""One declaration a route: who may call it, what it takes, what it gives.

Requests are validated by these declarations, the role table and the OpenAPI document come out of them: they
cannot disagree. How a declaration is served is ``server``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.domain.actor import EVERYBODY, Actor, Role

WIRE_ROLES: Mapping[Role, str] = {Role.PUBLISHER: "partner"}
"""Where the wire says it otherwise."""

B = TypeVar("B")


class Wire(BaseModel):
    """A body or reply: camelCase outside, ours inside; unknown keys are refused by name."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )


class Nothing(Wire):
    """For operations without a body or without query parameters."""


class Page(Wire):
    """Where a list begins and how long a page is."""

    limit: int = Field(default=50, ge=1, le=100, description="Most entries of a page.")
    cursor: str | None = Field(default=None, max_length=200, description="nextCursor of the page before.")


@dataclass(frozen=True, slots=True)
class Call(Generic[B]):
    """One authenticated, validated request. ``params`` are the path's, ``query`` the declared query model."""

    actor: Actor
    body: B
    query: Any
    params: Mapping[str, Any]
    now: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of entries, and the cursor of the next one."""

    entries: tuple[BaseModel, ...]
    limit: int
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """A route. ``path`` is Flask's, below ``/api/v1``; ``status`` is that of success, 204 gives no body.

    ``is_noted``: a reading that the audit log keeps, so its transaction may write.
    """

    method: str
    path: str
    name: str
    summary: str
    run: Callable[[Call[Any]], BaseModel | Listed | None]
    reply: type[BaseModel] | None
    roles: frozenset[Role] = EVERYBODY
    body: type[Wire] = Nothing
    query: type[Wire] = Nothing
    status: int = 200
    is_list: bool = False
    is_noted: bool = False
    description: str = field(default="", repr=False)

    @property
    def changes(self) -> bool:
        """Whether it is a mutation: one transaction, and an Idempotency-Key is honoured."""
        return self.method != "GET"

    @property
    def wire_roles(self) -> tuple[str, ...]:
        """The roles in the words of the wire, sorted."""
        return tuple(sorted(WIRE_ROLES.get(role, str(role)) for role in self.roles))
