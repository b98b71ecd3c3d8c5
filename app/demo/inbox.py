"""What waits for an admin on the first morning: two companies that apply, one change that the demo buyer asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from app.demo import cast
from app.demo.build import Built
from app.domain.actor import Actor, Role
from app.queries import contracts as contract_queries
from app.queries.contract_filter import ContractFilter
from app.services import applications, contract_changes, contract_edits, users
from app.services.application_form import Answers

APPLICANTS = (
    (
        timedelta(hours=5),
        Answers(
            company="Meridian Leads", website="https://meridian-leads.example.com", contact_name="Priya Shah",
            email="priya@meridian-leads.example.com", phone="+442079460123", country="GB",
            verticals=("mortgages", "life-insurance"), monthly_leads=4_000,
            traffic="Search campaigns to our own comparison pages. Consent text and time are kept with each enquiry.",
        ),
    ),
    (
        timedelta(days=1, hours=3),
        Answers(
            company="Fairmile Media", website="https://fairmile.example.org", contact_name="Tom Ellery",
            email="tom.ellery@mail.example.com", phone="+441614960188", country="GB",
            verticals=("debt-help", "claims-management"), monthly_leads=12_000,
            traffic="Paid social with lead forms of our own, and a newsletter with 80,000 confirmed readers.",
        ),
    ),
)  # fmt: skip
CALLER = "203.0.113.80"
ASKED_CONTRACT, ASKED_LIMIT = "Northgate Financial life insurance", 25_000


def fill(built: Built, now: datetime) -> None:
    """Put it in the inbox, with the clock of some hours ago."""
    for ago, answers in APPLICANTS:
        house = applications.house(None)
        if house is not None:
            applications.apply(house, answers, ip=CALLER, now=now - ago)
    _ask(_buyer(built), now - timedelta(hours=2))


def _buyer(built: Built) -> Actor:
    """The demo buyer's person, as the first argument of what they do."""
    person = next(one for one in cast.PEOPLE if one.role is Role.BUYER)
    found = users.by_email(person.email)
    principal = found.user_id if found else built.actor.principal_id
    return replace(built.actor, role=Role.BUYER, owner_id=built.demo_buyer_id, principal_id=principal, kind="user")


def _ask(buyer: Actor, at: datetime) -> None:
    """More of what already sells: buyers may not raise a cap by themselves."""
    contract_id = _contract(buyer, at)
    seen = contract_changes.seen(buyer, contract_id)
    caps = [cap | {"limit": ASKED_LIMIT} for cap in seen.terms["caps"]]
    contract_edits.edit(buyer, contract_id, {"caps": caps}, version=seen.version, now=at)


def _contract(buyer: Actor, at: datetime) -> UUID:
    found = contract_queries.listed(buyer, ContractFilter(), now=at)
    return next(row.id for row in found.rows if row.name == ASKED_CONTRACT)
