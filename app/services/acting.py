"""Acting as somebody: an admin looks at the portal as a buyer's or publisher's user, for an hour at most.

The session stays the admin's; every act is written down under the admin with the other's id beside it. Beginning and
ending give the session a new token, so that a form of the one view is never sent in the other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from app.db import db
from app.domain.actor import STAFF, Actor, Role
from app.models.people import User, UserSession
from app.services import audit, sessions
from app.services.changes import NoSuchThing, Refused, in_person
from app.services.sessions import Visitor

LONGEST = timedelta(minutes=60)


def begin(visitor: Visitor, actor: Actor, user_id: UUID, *, now: datetime) -> str:
    """The session's new token; from the next request on it is that person's view. Raises NoSuchThing, Refused."""
    in_person(actor)
    if not actor.is_admin:
        raise NoSuchThing(str(user_id))
    user = db.session.scalars(select(User).where(User.tenant_id == actor.tenant_id, User.id == user_id)).one_or_none()
    if user is None:
        raise NoSuchThing(str(user_id))
    if Role(user.role) in STAFF:
        raise Refused("Nobody acts as another admin.")
    if user.status != "active":
        raise Refused(f"{user.name} cannot sign in, so nobody can act as them.")
    until = now + LONGEST
    token = sessions.renew(visitor, acting_as=user_id, acting_until=until)
    audit.record(actor, "user.acting_began", ("user", user_id), now=now, after={"until": until.isoformat()})
    return token


def end(visitor: Visitor, actor: Actor, why: str, *, now: datetime) -> str | None:
    """Back to the admin's own view: the session's new token; None when it had ended already.

    ``why``: stopped, signed_out, time, or gone where the person can no longer sign in.
    """
    ended = db.session.scalars(
        update(UserSession)
        .where(
            UserSession.tenant_id == visitor.tenant_id,
            UserSession.id == visitor.session_id,
            UserSession.acting_as == actor.acting_as,
        )
        .values(acting_as=None, acting_until=None)
        .returning(UserSession.id)
        .execution_options(synchronize_session=False)
    ).first()
    if ended is None:
        return None
    audit.record(actor, "user.acting_ended", ("user", actor.acting_as), now=now, after={"why": why})
    return sessions.renew(visitor)
