"""Alice (admin), Bob (buyer), Cara (publisher) and Dan (admin of another tenant), each at a browser of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock
from app.domain.actor import Actor, Role
from app.services import sessions, users
from app.transaction import transaction

PASSWORD = "correct horse battery"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Person:
    """Somebody signed in."""

    client: FlaskClient
    actor: Actor
    email: str
    _token: str = field(default="", repr=False)

    def get(self, path: str, *, htmx: bool = False, **more: Any) -> TestResponse:
        """Open a page, or ask for a part as HTMX does."""
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.get(path, headers=headers | more.pop("headers", {}), **more)

    def post(self, path: str, data: dict[str, Any] | None = None, *, htmx: bool = False, **more: Any) -> TestResponse:
        """Send a form with the token that a page of theirs carried."""
        if not self._token:
            self._token = token_on(self.client.get("/account").text)
        headers = {"HX-Request": "true"} if htmx else {}
        form = {"csrf_token": self._token} | (data or {})
        return self.client.post(path, data=form, headers=headers | more.pop("headers", {}), **more)


def token_on(html: str) -> str:
    """The form token of a page."""
    found = TOKEN.search(html)
    assert found, html
    return found[1]


def add_user(tenant: Actor, role: Role, email: str, owner_id: UUID | None = None, now: datetime | None = None) -> Actor:
    """Somebody new, as an actor."""
    with transaction():
        user_id = users.add(
            tenant, role=role, email=email, name=email.partition("@")[0].title(), password=PASSWORD,
            owner_id=owner_id, now=now or clock.now(),
        )  # fmt: skip
    return Actor(tenant.tenant_id, role, user_id, owner_id)


def seat(app: Flask, actor: Actor, email: str) -> Person:
    """Put them at a browser with a living session; the sign-in form has tests of its own."""
    with transaction():
        token = sessions.begin(
            actor.tenant_id, actor.principal_id, ip="127.0.0.1", user_agent="Firefox/1 Linux", now=clock.now()
        )
    client = app.test_client()
    client.set_cookie("visit", token)
    return Person(client, actor, email)
