"""Asking for a new password: the same answer for everybody, a mail for whoever is known.

The link itself is used in ``services.team``.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select

from app.db import db, enter_tenant
from app.domain.actor import Actor
from app.models.people import User
from app.models.tenants import Tenant
from app.services import audit, letters, links, mails, team, throttle, users
from app.services.links import Purpose
from app.services.team import LinkTo
from app.services.throttle import Gate
from app.transaction import read_only, transaction

FREE = 4
"""Mails to one address before further ones must wait; counted in the database for unknown addresses too."""


def ask(email: str, *, link_to: LinkTo, request_id: str = "", now: datetime) -> None:
    """Owe whoever signs in with that address a link; nobody is told whether there is such a person."""
    address = users.tidy(email)
    gate = Gate(hashlib.sha256(f"reset:{address}".encode()).hexdigest(), FREE)
    with transaction():
        wait = throttle.take((gate,), now)
    with read_only():
        candidate = users.by_email(address)
    if wait is None and candidate is not None:
        with transaction():
            _owe(candidate, link_to, request_id, now)
    enter_tenant(None)


def _owe(candidate: users.Candidate, link_to: LinkTo, request_id: str, now: datetime) -> None:
    tenant_id = candidate.tenant_id
    user = db.session.scalars(select(User).where(User.tenant_id == tenant_id, User.id == candidate.user_id)).one()
    if user.status == team.DISABLED:
        return
    never_came = user.status == team.INVITED
    purpose = links.last_purpose(tenant_id, user.id) if never_came else Purpose.RESET
    tenant = db.session.scalars(select(Tenant.name).where(Tenant.id == tenant_id)).one()
    link = link_to(links.make(tenant_id, user.id, purpose, now=now))
    words = {"name": user.name, "tenant": tenant, "link": link}
    mails.owe(
        tenant_id, Purpose.RESET.value, to=user.email, now=now,
        subject=letters.filled(letters.SUBJECTS["reset"], **words), body=letters.filled(letters.RESET, **words),
    )  # fmt: skip
    actor = Actor(tenant_id, candidate.role, user.id, user.owner_id, request_id=request_id)
    audit.record(actor, "user.reset_asked", ("user", user.id), now=now)
