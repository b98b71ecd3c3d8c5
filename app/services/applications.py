"""Companies that ask to become publishers: their applications come in, and are decided once.

Deciding is a conditional UPDATE on the version that the admin looked at: of two admins one decides, the other is
told. Approving makes everything a publisher needs but the key, which is made when its link is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select, update

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.applications import Application
from app.models.tenants import Tenant
from app.services import (
    application_checks,
    audit,
    book,
    catalogue,
    letters,
    links,
    mails,
    parties,
    partners,
    team,
    users,
)
from app.services.application_form import Answers
from app.services.changes import NoSuchThing, Refused, only_staff
from app.services.links import Purpose
from app.services.team import Invitation, LinkTo

OPEN = ("new", "asked")
BECOMES = {"approve": "approved", "ask": "asked", "reject": "rejected"}
LONGEST_MESSAGE = 4000
CONFIRMED_A_DAY = 3
"""Mails that confirm an application to one address; anybody may type anybody's address."""

FRONT_DOOR = "front_door"
"""The choice of a tenant that makes it the one at /apply where there are several."""

Verdict = Literal["approve", "ask", "reject"]


class AlreadyDecided(Exception):
    """Somebody else decided, or asked, since the page was loaded; nothing was done."""


@dataclass(frozen=True, slots=True)
class House:
    """Whom one applies to, and for what: (key, name) of each line of business."""

    tenant_id: UUID
    slug: str
    name: str
    verticals: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with an application that was seen at ``version``; ``message`` is the mail's text."""

    verdict: Verdict
    version: int
    message: str


def house(slug: str | None) -> House | None:
    """The tenant of that short name; without one the tenant with the front door, or else the oldest."""
    active = select(Tenant.id, Tenant.slug, Tenant.choices).where(Tenant.status == "active")
    tenants = db.session.execute(active.order_by(Tenant.created_at, Tenant.id)).all()
    if slug is not None:
        found = [one for one in tenants if one.slug == slug]
    else:
        found = [one for one in tenants if one.choices.get(FRONT_DOOR)] or list(tenants)
    if not found:
        return None
    enter_tenant(found[0].id)
    facts = book.current(found[0].id)
    open_keys = {campaign.vertical.key for campaign in facts.campaigns.values() if partners.takes_leads(campaign)}
    offered = sorted(
        ((one.key, one.name) for one in facts.verticals.values() if one.key in open_keys), key=lambda pair: pair[1]
    )
    return House(found[0].id, found[0].slug, facts.tenant.name, tuple(offered))


def verticals_of(actor: Actor) -> dict[str, str]:
    """The names of the tenant's lines of business by key."""
    return {one.key: one.name for one in book.current(actor.tenant_id).verticals.values()}


def open_front_door(actor: Actor, *, now: datetime) -> None:
    """Make the actor's tenant the one at /apply."""
    only_staff(actor)
    tenant = db.session.scalars(select(Tenant).where(Tenant.id == actor.tenant_id)).one()
    if not tenant.choices.get(FRONT_DOOR):
        tenant.choices = tenant.choices | {FRONT_DOOR: True}
        audit.record(actor, "tenant.front_door_opened", ("tenant", tenant.id), now=now)


def apply(at: House, answers: Answers, *, ip: str, now: datetime) -> UUID:
    """Take an application in, with its checks, and owe its sender a word; the same for a known address."""
    application_id = new_id(now, kit().rng)
    checks = application_checks.of(at.tenant_id, answers)
    confirms = _recent(at.tenant_id, answers.email, now) < CONFIRMED_A_DAY
    db.session.add(
        Application(
            tenant_id=at.tenant_id, id=application_id, company=answers.company, website=answers.website,
            contact_name=answers.contact_name, email=answers.email, phone=answers.phone, country=answers.country,
            verticals=list(answers.verticals), monthly_leads=answers.monthly_leads, traffic=answers.traffic,
            checks=checks, ip=ip, created_at=now,
        )
    )  # fmt: skip
    db.session.flush()
    if not confirms:
        return application_id
    words = {"name": answers.contact_name, "company": answers.company, "tenant": at.name}
    mails.owe(
        at.tenant_id, "application_received", to=answers.email, now=now,
        subject=letters.filled(letters.SUBJECTS["received"], **words), body=letters.filled(letters.RECEIVED, **words),
    )  # fmt: skip
    return application_id


def decide(actor: Actor, application_id: UUID, decision: Decision, *, link_to: LinkTo, now: datetime) -> None:
    """Approve, ask or reject, and owe the applicant the mail. Raises AlreadyDecided, Refused, NoSuchThing."""
    only_staff(actor)
    if not decision.message.strip() or len(decision.message) > LONGEST_MESSAGE:
        raise Refused(f"Write a message of at most {LONGEST_MESSAGE} characters.")
    if decision.verdict == "approve" and letters.LINK not in decision.message:
        raise Refused(f"Keep {letters.LINK} in the message: it becomes the link to the password and the key.")
    if decision.verdict == "ask" and any(line.strip() == letters.BLANK for line in decision.message.splitlines()):
        raise Refused(f"Write your question where {letters.BLANK} stands.")
    application = _claimed(actor, application_id, decision, now)
    tenant = db.session.scalars(select(Tenant.name).where(Tenant.id == actor.tenant_id)).one()
    words = {"name": application.contact_name, "company": application.company, "tenant": tenant}
    if decision.verdict == "approve":
        words["link"] = link_to(_taken_on(actor, application, now))
    mails.owe(
        actor.tenant_id, f"application_{application.status}", to=application.email, now=now,
        subject=letters.filled(letters.SUBJECTS[decision.verdict], **words),
        body=letters.filled(decision.message, **words),
    )  # fmt: skip
    audit.record(
        actor, f"application.{application.status}", ("application", application_id), now=now,
        after={"status": application.status, "publisher_id": str(application.publisher_id or "")},
    )  # fmt: skip


def template(verdict: str, **words: str) -> str:
    """The text that a decision's mail begins from, with some of its places filled; the others are when it is sent."""
    return letters.filled(letters.DECISIONS[verdict], **words)


def _recent(tenant_id: UUID, email: str, now: datetime) -> int:
    mine = (Application.tenant_id == tenant_id) & (Application.email == email)
    since = Application.created_at > now - timedelta(days=1)
    return db.session.scalar(select(func.count()).select_from(Application).where(mine, since)) or 0


def _claimed(actor: Actor, application_id: UUID, decision: Decision, now: datetime) -> Application:
    mine = (Application.tenant_id == actor.tenant_id) & (Application.id == application_id)
    claimed = db.session.scalars(
        update(Application)
        .where(mine, Application.version == decision.version, Application.status.in_(OPEN))
        .values(
            status=BECOMES[decision.verdict], message=decision.message.strip(), decided_by=actor.principal_id,
            decided_at=now, version=Application.version + 1,
        )
        .returning(Application.id)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    row = db.session.scalars(select(Application).where(mine).execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NoSuchThing(str(application_id))
    if claimed is None:
        raise AlreadyDecided
    return row


def _taken_on(actor: Actor, application: Application, now: datetime) -> str:
    """Publisher, sources and a person without a password; answers the token of that person's link."""
    facts = book.current(actor.tenant_id)
    publisher_id = parties.add_publisher(actor, application.company, now=now)
    for wish in partners.sources_for(facts, application.company, application.verticals, publisher_id):
        catalogue.add_source(actor, wish, now=now)
    wanted = Invitation(Role.PUBLISHER, publisher_id, application.email, application.contact_name)
    try:
        user_id = team.add_invited(actor, wanted, now=now)
    except users.EmailTaken:
        raise Refused("Somebody signs in with this e-mail address already; ask the applicant for another.") from None
    application.publisher_id = publisher_id
    db.session.flush()
    return links.make(actor.tenant_id, user_id, Purpose.WELCOME, now=now)
