"""Where somebody is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.models.people import UserSession


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One open session. ``user_agent`` is what the browser said of itself when it signed in."""

    id: UUID
    ip: str
    user_agent: str
    created_at: datetime
    seen_at: datetime

    @property
    def browser(self) -> str:
        """Browser and system in two words, as far as they can be read; "a browser" otherwise."""
        name = next((word for mark, word in BROWSERS if mark in self.user_agent), "A browser")
        system = next((word for mark, word in SYSTEMS if mark in self.user_agent), "")
        return f"{name} on {system}" if system else name


BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Mac OS", "macOS"), ("Windows", "Windows"),
    ("Linux", "Linux"),
)  # fmt: skip


def of_person(actor: Actor, now: datetime) -> tuple[SessionRow, ...]:
    """The actor's own open sessions, the last used first."""
    rows = db.session.execute(
        select(UserSession.id, UserSession.ip, UserSession.user_agent, UserSession.created_at, UserSession.seen_at)
        .where(
            UserSession.tenant_id == actor.tenant_id,
            UserSession.user_id == actor.principal_id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > now,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
        .limit(50)
    )
    return tuple(SessionRow(*row) for row in rows)
