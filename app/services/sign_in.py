"""Signing in: throttle, password, the second factor of those who have one, session, each in a transaction of its own.

Commits between stages, because hashing takes tens of milliseconds and nobody else's write may wait
for it (one writer at a time on SQLite).

Between the two steps there is no session: the browser holds a sealed note of whose password was right and when, which
opens nothing but the second step.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.db import enter_tenant
from app.domain.actor import Actor
from app.gateways.kit import kit
from app.gateways.secret_box import CannotOpen
from app.services import audit, factor_codes, passwords, proof, sessions, throttle, users
from app.transaction import read_only, transaction

PATIENCE = timedelta(minutes=10)
"""From the password to the code."""


class Refused(Exception):
    """No such person, or not their password, or not their code: nobody is told which."""


class Gone(Exception):
    """The first step is over: too long ago, or the account has changed since."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody is in; ``token`` goes into their cookie."""

    token: str


@dataclass(frozen=True, slots=True)
class OwesCode:
    """The password was right, a code is missing; ``note`` is sealed and brings them through the second step."""

    note: str


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in from."""

    ip: str
    user_agent: str
    request_id: str = ""


def sign_in(email: str, password: str, browser: Browser, *, now: datetime) -> Opened | OwesCode:
    """The first step. Raises Refused or SlowDown; both take the same time for anybody."""
    gates = throttle.gates(users.tidy(email), browser.ip)
    proof.take(*gates, now=now)
    with read_only():
        candidate = users.by_email(email)
    known = candidate.password_hash if candidate else None
    if not passwords.matches(known, password) or candidate is None or not candidate.active:
        enter_tenant(None)
        raise Refused
    with transaction():
        if not users.is_unchanged(candidate):
            raise Refused
        throttle.give_back(*gates)
        if candidate.has_factor:
            return OwesCode(_note(candidate, email, now))
        return _welcome(candidate, browser, "", now)


def second_step(note: str, code: str, browser: Browser, *, now: datetime) -> Opened:
    """The second step. Raises Gone, Refused or SlowDown; wrong codes are counted for the account and the network."""
    email, candidate = _candidate(note, now)
    gates = (proof.gate("code", candidate.user_id), throttle.gates(email, browser.ip)[1])
    proof.take(*gates, now=now)
    with transaction():
        if not users.is_unchanged(candidate):
            raise Gone
        how = factor_codes.check(candidate.tenant_id, candidate.user_id, code, now=now)
        if how is not None:
            throttle.give_back(*gates)
            return _welcome(candidate, browser, how, now)
        audit.record(_actor(candidate, browser), "user.code_refused", ("user", candidate.user_id), now=now)
    enter_tenant(None)
    raise Refused


def is_open(note: str, now: datetime) -> bool:
    """Whether a note still brings its holder through the second step."""
    try:
        _candidate(note, now)
    except Gone:
        return False
    finally:
        enter_tenant(None)
    return True


def _welcome(candidate: users.Candidate, browser: Browser, how: str, now: datetime) -> Opened:
    token = sessions.begin(
        candidate.tenant_id, candidate.user_id, ip=browser.ip, user_agent=browser.user_agent, now=now
    )
    after = {"second_factor": how} if how else None
    audit.record(_actor(candidate, browser), "user.signed_in", ("user", candidate.user_id), now=now, after=after)
    return Opened(token)


def _actor(candidate: users.Candidate, browser: Browser) -> Actor:
    return Actor(candidate.tenant_id, candidate.role, candidate.user_id, request_id=browser.request_id)


def _note(candidate: users.Candidate, email: str, now: datetime) -> str:
    told = {
        "email": users.tidy(email), "user": str(candidate.user_id), "at": now.isoformat(), "mark": _mark(candidate)
    }  # fmt: skip
    return base64.urlsafe_b64encode(kit().secrets.seal(json.dumps(told).encode(), *_PLACE)).decode()


def _candidate(note: str, now: datetime) -> tuple[str, users.Candidate]:
    """Whose note it is, as they are now; a new password, or a factor switched off, has ended it."""
    try:
        told = json.loads(kit().secrets.open(base64.urlsafe_b64decode(note), *_PLACE))
    except (CannotOpen, ValueError):
        raise Gone from None
    with read_only():
        candidate = users.by_email(told["email"])
    is_late = now - datetime.fromisoformat(told["at"]) > PATIENCE
    if is_late or candidate is None or candidate.user_id != UUID(told["user"]):
        raise Gone
    if not (candidate.active and candidate.has_factor) or told["mark"] != _mark(candidate):
        raise Gone
    return told["email"], candidate


def _mark(candidate: users.Candidate) -> str:
    return hashlib.sha256(candidate.password_hash.encode()).hexdigest()[:16]


_PLACE = ("sign_in", "second_step")
