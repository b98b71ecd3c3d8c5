"""What can be checked about an application by itself, so that an admin reads facts and not forms.

A check that does not pass refuses nothing: a person decides.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.adapters.contact import parse_email, parse_phone
from app.db import db
from app.models.applications import Application
from app.models.parties import Publisher
from app.models.people import User
from app.services.application_form import Answers, countries, host_of

_LEGAL = re.compile(r"\b(ltd|limited|llc|llp|inc|gmbh|plc|pty|bv|sa|co)\b\.?", re.IGNORECASE)
_MOST_COMPARED = 5000

Check = dict[str, Any]
"""{name, passed, sentence}"""


def of(tenant_id: UUID, answers: Answers) -> list[Check]:
    """Every check, in the order in which they are shown."""
    return [_domain(answers), _kind(answers), *_known(tenant_id, answers), _phone(answers), _place(answers)]


def _domain(answers: Answers) -> Check:
    host, domain = host_of(answers.website), answers.email.rpartition("@")[2]
    same = host == domain or host.endswith("." + domain) or domain.endswith("." + host)
    said = "The e-mail address is at the website's domain." if same else f"The e-mail is at {domain}, not {host}."
    return _check("domain", said, passed=same)


def _kind(answers: Answers) -> Check:
    facts = parse_email(answers.email)
    if facts is None or facts.disposable:
        return _check("mailbox", "The e-mail address is one that lives for minutes.", passed=False)
    if facts.free:
        return _check("mailbox", "The e-mail address is at a free provider.", passed=False)
    return _check("mailbox", "The e-mail address is at no free or throw-away provider.", passed=True)


def _known(tenant_id: UUID, answers: Answers) -> list[Check]:
    """Whether the company or the address is here already, as a publisher, a user or an applicant."""
    names = db.session.scalars(
        select(Publisher.name).where(Publisher.tenant_id == tenant_id).limit(_MOST_COMPARED)
    ).all()
    applied = db.session.scalars(
        select(Application.company)
        .where(Application.tenant_id == tenant_id, Application.status.in_(("new", "asked")))
        .limit(_MOST_COMPARED)
    ).all()
    plain = _plain(answers.company)
    return [
        _company(plain in map(_plain, names), plain in map(_plain, applied)),
        _address(tenant_id, answers.email),
    ]


def _company(is_publisher: bool, has_applied: bool) -> Check:  # noqa: FBT001 - two facts, named at the one call
    if is_publisher:
        return _check("company", "A publisher of this name is here already.", passed=False)
    if has_applied:
        return _check("company", "A company of this name has an open application.", passed=False)
    return _check("company", "No publisher and no open application has this name.", passed=True)


def _address(tenant_id: UUID, email: str) -> Check:
    user = select(func.count()).where(User.tenant_id == tenant_id, User.email == email)
    before = select(func.count()).where(Application.tenant_id == tenant_id, Application.email == email)
    if db.session.scalar(user):
        return _check("address", "Somebody signs in with this e-mail address already.", passed=False)
    if count := db.session.scalar(before):
        times = "once" if count == 1 else f"{count} times"
        return _check("address", f"This e-mail address has applied {times} before.", passed=False)
    return _check("address", "The e-mail address is new here.", passed=True)


def _phone(answers: Answers) -> Check:
    facts = parse_phone(answers.phone, answers.country)
    valid = facts is not None and facts.valid
    said = (
        "The telephone number is in a range that is given out."
        if valid
        else "The telephone number is in no range that is given out."
    )
    return _check("phone", said, passed=valid)


def _place(answers: Answers) -> Check:
    facts = parse_phone(answers.phone, answers.country)
    there = facts.country if facts else ""
    names = dict(countries())
    if not there:
        return _check("country", "No country can be told from the telephone number.", passed=False)
    if there == answers.country:
        return _check("country", "Telephone number and country agree.", passed=True)
    said = f"The telephone number is of {names.get(there, there)}, the company of {names[answers.country]}."
    return _check("country", said, passed=False)


def _plain(company: str) -> str:
    """A company's name as it is compared: no legal form, no signs, small letters."""
    return re.sub(r"\W+", "", _LEGAL.sub("", company.casefold()))


def _check(name: str, sentence: str, *, passed: bool) -> Check:
    return {"name": name, "passed": passed, "sentence": sentence}
