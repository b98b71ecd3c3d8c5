"""A company that applies: its answers, and a whole way from the application to the link."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.db import enter_tenant
from app.services import application_form, applications, book, mails
from app.services.application_form import Answers
from app.services.applications import Decision
from app.transaction import read_only, transaction
from tests.support.world import World

TOKEN = re.compile(r"/link/([\w-]{43})")
FORM = {
    "company": "Brightside Media",
    "website": "brightside.example.com",
    "contact_name": "Nia Okafor",
    "email": "nia@brightside.example.com",
    "phone": "+44 20 7946 0958",
    "country": "GB",
    "monthly_leads": "2,500",
    "traffic": "Our own comparison site; people tick a box that names who may call.",
    "terms": "yes",
}


def answers(**changes: str) -> Answers:
    """What it typed, tidied."""
    return application_form.read(FORM | changes, ["mortgages"], ["mortgages"])


def applied(world: World, now: datetime, **changes: str) -> UUID:
    """Its application to this world, made a minute ago."""
    with read_only():
        house = applications.house(_slug(world))
    assert house is not None
    with transaction():
        return applications.apply(house, answers(**changes), ip="203.0.113.9", now=now - timedelta(minutes=1))


def decided(world: World, application_id: UUID, now: datetime, verdict: Any = "approve", **changes: Any) -> None:
    """The admin's decision about what they saw first."""
    told: dict[str, Any] = {"version": 1, "message": applications.template(verdict)} | changes
    enter_tenant(world.tenant_id)
    with transaction():
        applications.decide(world.admin, application_id, Decision(verdict, **told), link_to=link_to, now=now)


def link_to(token: str) -> str:
    """An address as the portal would write it."""
    return f"http://127.0.0.1/link/{token}"


def newest_mail() -> mails.Owed:
    """The mail that was owed last."""
    with read_only():
        return mails.open_mailbox(1)[0]


def newest_token() -> str:
    """The token in it."""
    found = TOKEN.search(newest_mail().body)
    assert found, newest_mail().body
    return found[1]


def _slug(world: World) -> str:
    enter_tenant(world.tenant_id)
    with read_only():
        return book.current(world.tenant_id).tenant.slug
