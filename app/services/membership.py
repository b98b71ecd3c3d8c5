"""What admins do about other people's access: another role, sessions ended from outside.

Inviting, switching off and on is ``services.team``; a person's own password and sessions are their own business.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.db import db
from app.domain.actor import Actor, Role
from app.services import audit, sessions, team
from app.services.changes import NoSuchThing, NotAllowed, Refused, only_staff

CHANGEABLE = (Role.ADMIN, Role.SUPERADMIN)
"""Roles that turn into one another. A company's person sees that company alone; elsewhere they are invited anew."""


def roles_for(actor: Actor, role: Role) -> tuple[Role, ...]:
    """The roles that this actor may give somebody who has ``role``, the present one among them; else none."""
    return CHANGEABLE if actor.role is Role.SUPERADMIN and role in CHANGEABLE else ()


def set_role(actor: Actor, user_id: UUID, role: Role, *, now: datetime) -> bool:
    """Make an admin a superadmin or the other way round; holds from their next request on.

    Raises NoSuchThing, NotAllowed for anybody but superadmins, Refused for oneself and for other roles.
    """
    only_staff(actor)
    user = team.theirs(actor, user_id)
    if actor.role is not Role.SUPERADMIN:
        raise NotAllowed
    if user_id == actor.principal_id:
        raise Refused("You cannot change your own role; another superadmin must.")
    if role not in roles_for(actor, Role(user.role)):
        raise Refused("Admins and superadmins change places; people of a buyer or publisher are invited anew.")
    before = user.role
    if before == role:
        return False
    user.role = role.value
    db.session.flush()
    audit.record(actor, "user.role_changed", ("user", user_id), now=now, before={"role": before}, after={"role": role})
    return True


def end_session(actor: Actor, user_id: UUID, session_id: UUID, *, now: datetime) -> None:
    """End one session of somebody's at once. Raises NoSuchThing, NotAllowed."""
    only_staff(actor)
    team.theirs(actor, user_id)
    if not sessions.end(replace(actor, principal_id=user_id), session_id, now):
        raise NoSuchThing(str(session_id))
    audit.record(actor, "user.session_ended", ("user", user_id), now=now)


def end_sessions(actor: Actor, user_id: UUID, *, now: datetime) -> int:
    """End every session of somebody's at once; how many there were. Raises NoSuchThing, NotAllowed."""
    only_staff(actor)
    team.theirs(actor, user_id)
    ended = sessions.end_all(actor, user_id, now=now)
    if ended:
        audit.record(actor, "user.sessions_ended", ("user", user_id), now=now, after={"count": ended})
    return ended
