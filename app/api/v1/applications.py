"""Companies that ask to become publishers: the queue, and deciding on one of them, once."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api import outcomes, paging
from app.api.endpoint import Call, Listed, Nothing, Operation, Page, Wire
from app.api.not_yours import NotYours
from app.domain.actor import STAFF
from app.queries import applications as queries
from app.queries.applications import ApplicationRow
from app.services import applications as services
from app.services import site
from app.services.applications import AlreadyDecided, Decision, Verdict
from app.web.problem import Problem


class ApplicationsWanted(Page):
    """Which applications: those that wait, unless another state is asked for."""

    state: Literal["open", "new", "asked", "approved", "rejected", "all"] = "open"
    search: str | None = Field(default=None, max_length=120, description="Part of a company's name or e-mail address.")


class Approval(Wire):
    """What was seen, and the mail's text; without one the usual text goes out."""

    version: int = Field(description="The version that the decision is about: of two people one decides.")
    message: str | None = Field(
        default=None, max_length=services.LONGEST_MESSAGE, description="Holds {link}, which becomes the one-time link."
    )


class Rejection(Wire):
    """What was seen, and the mail's text; without one the usual text goes out."""

    version: int
    message: str | None = Field(default=None, max_length=services.LONGEST_MESSAGE)


class Check(Wire):
    """One automatic check."""

    name: str
    passed: bool
    sentence: str


class Application(Wire):
    """One company's application."""

    id: UUID
    version: int
    status: str
    company: str
    website: str
    contact_name: str
    email: str
    phone: str
    country: str
    verticals: list[str]
    monthly_leads: int
    traffic: str
    checks: list[Check]
    partner_id: UUID | None
    decided_by: str | None
    decided_at: datetime | None
    created_at: datetime


def listed(call: Call[Nothing]) -> Listed:
    """What waits, the longest waiting first; what is decided, newest first."""
    wanted: ApplicationsWanted = call.query
    found = queries.listed(call.actor, wanted.state, wanted.search or "", paging.place(wanted.cursor), wanted.limit)
    return paging.listed(found, wanted.limit, _application)


def one(call: Call[Nothing]) -> Application:
    """One application."""
    return _shown(call, call.params["id"])


def approve(call: Call[Approval]) -> Application:
    """Make the publisher, its sources and a user, and send the link to password and key."""
    return _decide(call, "approve", call.body.version, call.body.message)


def reject(call: Call[Rejection]) -> Application:
    """Take it from the queue and send the words."""
    return _decide(call, "reject", call.body.version, call.body.message)


def _decide(call: Call[Approval] | Call[Rejection], verdict: Verdict, version: int, message: str | None) -> Application:
    application_id: UUID = call.params["id"]
    decision = Decision(verdict, version, message or services.template(verdict))
    try:
        outcomes.of(
            "application", application_id,
            lambda: services.decide(call.actor, application_id, decision, link_to=site.link_to, now=call.now),
        )  # fmt: skip
    except AlreadyDecided:
        sentence = "Somebody decided on this application, or asked, since it was read; read it again."
        raise Problem(409, "already_decided", sentence) from None
    return _shown(call, application_id)


def _shown(call: Call[Approval] | Call[Rejection] | Call[Nothing], application_id: UUID) -> Application:
    row = queries.one(call.actor, application_id)
    if row is None:
        raise NotYours("application", application_id)
    return _application(row)


def _application(row: ApplicationRow) -> Application:
    return Application(
        id=row.id, version=row.version, status=row.status, company=row.company, website=row.website,
        contact_name=row.contact_name, email=row.email, phone=row.phone, country=row.country,
        verticals=list(row.verticals), monthly_leads=row.monthly_leads, traffic=row.traffic,
        checks=[Check(name=one["name"], passed=one["passed"], sentence=one["sentence"]) for one in row.checks],
        partner_id=row.publisher_id, decided_by=row.decided_by, decided_at=row.decided_at, created_at=row.created_at,
    )  # fmt: skip


_ONE = "/applications/<uuid:id>"
OPERATIONS = (
    Operation(
        "GET", "/applications", "listApplications", "List applications", listed, Application, roles=STAFF,
        query=ApplicationsWanted, is_list=True,
    ),
    Operation("GET", _ONE, "getApplication", "Show an application", one, Application, roles=STAFF),
    Operation(
        "POST", f"{_ONE}/approve", "approveApplication", "Approve an application", approve, Application, roles=STAFF,
        body=Approval,
    ),
    Operation(
        "POST", f"{_ONE}/reject", "rejectApplication", "Reject an application", reject, Application, roles=STAFF,
        body=Rejection,
    ),
)  # fmt: skip
"""Every operation of this resource."""
