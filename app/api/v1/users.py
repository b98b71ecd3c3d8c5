"""People: admins see everybody of the tenant, companies their own; inviting them, switching them off and on."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api import outcomes, paging
from app.api.endpoint import Call, Listed, Nothing, Operation, Page, Wire
from app.api.envelope import invalid
from app.api.not_yours import NotYours
from app.domain.actor import Role
from app.queries import team as queries
from app.queries.team import UserRow
from app.services import book as books
from app.services import site, team, users
from app.services.application_form import Faulty
from app.services.team import Invitation

ROLES = {"admin": Role.ADMIN, "buyer": Role.BUYER, "partner": Role.PUBLISHER}
_WIRE_FIELDS = {"place": "ownerId"}


class NewUser(Wire):
    """Whom to invite. Companies invite their own people, whatever stands in role and ownerId."""

    email: str = Field(max_length=254)
    name: str = Field(min_length=1, max_length=80)
    role: Literal["admin", "buyer", "partner"]
    owner_id: UUID | None = Field(default=None, description="The buyer or publisher they belong to; none for admins.")


class User(Wire):
    """Somebody who may sign in, or may once they have used their invitation."""

    id: UUID
    name: str
    email: str
    role: str
    status: str = Field(description="invited, active or disabled.")
    company: str | None
    seen_at: datetime | None
    created_at: datetime


def listed(call: Call[Nothing]) -> Listed:
    """Everybody that the caller may see, by name."""
    return paging.whole(queries.listed(call.actor), call.query, lambda row: row.id, _user)


def invite(call: Call[NewUser]) -> User:
    """Add somebody and send them the link to a password."""
    wish = call.body
    wanted = Invitation(ROLES[wish.role], wish.owner_id, wish.email, wish.name)
    inviter = books.current(call.actor.tenant_id).tenant.name
    try:
        user_id = outcomes.of(
            "user", None, lambda: team.invite(call.actor, wanted, inviter, link_to=site.link_to, now=call.now)
        )
    except Faulty as faulty:
        raise invalid(tuple((_WIRE_FIELDS.get(name, name), said) for name, said in faulty.faults.items())) from None
    except users.EmailTaken:
        raise invalid((("email", "Somebody signs in with this address already."),)) from None
    return _shown(call, user_id)


def disable(call: Call[Nothing]) -> User:
    """Shut somebody out at once: every session of theirs ends."""
    user_id: UUID = call.params["id"]
    outcomes.of("user", user_id, lambda: team.disable(call.actor, user_id, now=call.now))
    return _shown(call, user_id)


def enable(call: Call[Nothing]) -> User:
    """Let somebody in again, with the password they had."""
    user_id: UUID = call.params["id"]
    outcomes.of("user", user_id, lambda: team.enable(call.actor, user_id, now=call.now))
    return _shown(call, user_id)


def _shown(call: Call[NewUser] | Call[Nothing], user_id: UUID) -> User:
    row = queries.one(call.actor, user_id)
    if row is None:
        raise NotYours("user", user_id)
    return _user(row)


def _user(row: UserRow) -> User:
    return User(
        id=row.id, name=row.name, email=row.email, role="partner" if row.role == Role.PUBLISHER else row.role,
        status=row.status, company=row.company, seen_at=row.seen_at, created_at=row.created_at,
    )  # fmt: skip


_ONE = "/users/<uuid:id>"
OPERATIONS = (
    Operation("GET", "/users", "listUsers", "List people", listed, User, query=Page, is_list=True),
    Operation("POST", "/users", "inviteUser", "Invite somebody", invite, User, body=NewUser, status=201),
    Operation("POST", f"{_ONE}/disable", "disableUser", "Shut somebody out", disable, User),
    Operation("POST", f"{_ONE}/enable", "enableUser", "Let somebody in again", enable, User),
)  # fmt: skip
"""Every operation of this resource."""
