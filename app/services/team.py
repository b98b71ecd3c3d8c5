"""The people of a tenant and of its companies: inviting them, switching them off and on, letting them in by a link.

An invited person has no password that anybody knows and cannot sign in until they have set one.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import func, select

from app.adapters.contact import parse_email
from app.db import db
from app.domain.actor import Actor, Role
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.parties import Buyer, Publisher
from app.models.people import User
from app.models.tenants import Lookup, Tenant
from app.models.upsert import insert_into
from app.services import api_keys, audit, letters, links, mails, passwords, sessions, throttle, users
from app.services.application_form import Faulty, name_fault
from app.services.changes import NoSuchThing, NotAllowed, Refused
from app.services.links import Gone, Link, Purpose

ACTIVE, INVITED, DISABLED = "active", "invited", "disabled"
LONGEST_NAME = 80
INVITED_A_DAY = 20
FREE_MAILS = 4
"""Links to one person, one after the other, before further ones must wait."""

LinkTo = Callable[[str], str]
"""From a token to the address that goes into the mail."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to invite. ``owner_id``: their buyer or publisher, None for admins."""

    role: Role
    owner_id: UUID | None
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class LetIn:
    """Somebody who has just set a password; ``api_key`` is theirs to see this once."""

    email: str
    purpose: Purpose
    api_key: str | None


def add_invited(actor: Actor, wanted: Invitation, *, now: datetime) -> UUID:
    """A user without a password. Raises EmailTaken; who may invite whom was asked before."""
    address, user_id = users.tidy(wanted.email), new_id(now, kit().rng)
    claimed = db.session.execute(
        insert_into(db.session(), Lookup)
        .values(kind=users.SIGN_IN_NAME, digest=users.digest_of(address), tenant_id=actor.tenant_id, subject_id=user_id)
        .on_conflict_do_nothing()
        .returning(Lookup.subject_id)
    ).first()
    if claimed is None:
        raise users.EmailTaken(address)
    db.session.add(
        User(
            tenant_id=actor.tenant_id, id=user_id, role=wanted.role.value, email=address, name=wanted.name.strip(),
            password_hash=_nobodys(), owner_id=wanted.owner_id, status=INVITED, created_at=now,
        )
    )  # fmt: skip
    db.session.flush()
    audit.record(actor, "user.invited", ("user", user_id), now=now, after={"role": wanted.role.value})
    return user_id


def invite(actor: Actor, wanted: Invitation, inviter: str, *, link_to: LinkTo, now: datetime) -> UUID:
    """Add a colleague and owe them the mail with their link. Raises NotAllowed, Faulty, EmailTaken."""
    wanted = _allowed(actor, wanted, now)
    if parse_email(wanted.email) is None:
        raise Faulty({"email": "Enter an e-mail address, such as name@example.com."})
    user_id = add_invited(actor, wanted, now=now)
    owe_invitation(actor, user_id, Purpose.INVITATION, inviter, link_to=link_to, now=now)
    return user_id


def invite_again(actor: Actor, user_id: UUID, inviter: str, *, link_to: LinkTo, now: datetime) -> None:
    """A fresh link for somebody who has not come yet; the old one ends. Raises NoSuchThing, Refused."""
    user = theirs(actor, user_id)
    if user.status != INVITED:
        raise Refused("They have set their password already.")
    gate = throttle.Gate(hashlib.sha256(f"invite:{user_id}".encode()).hexdigest(), FREE_MAILS)
    if throttle.take((gate,), now) is not None:
        raise Refused("They were sent several links just now. Wait some minutes before you send another.")
    purpose = links.last_purpose(actor.tenant_id, user_id)
    owe_invitation(actor, user_id, purpose, inviter, link_to=link_to, now=now)
    audit.record(actor, "user.invited_again", ("user", user_id), now=now)


def disable(actor: Actor, user_id: UUID, *, now: datetime) -> None:
    """Shut somebody out at once: every session of theirs ends. Raises NoSuchThing, Refused."""
    if user_id == actor.principal_id:
        raise Refused("You cannot switch yourself off; somebody else must.")
    user = theirs(actor, user_id)
    before, user.status = user.status, DISABLED
    sessions.end_all(actor, user_id, now=now)
    db.session.flush()
    audit.record(
        actor, "user.disabled", ("user", user_id), now=now, before={"status": before}, after={"status": DISABLED}
    )


def enable(actor: Actor, user_id: UUID, *, now: datetime) -> None:
    """Let somebody in again, with the password they had; without one they need a new invitation."""
    user = theirs(actor, user_id)
    if user.status != DISABLED:
        return
    user.status = ACTIVE if links.ever_came(actor.tenant_id, user_id) else INVITED
    db.session.flush()
    audit.record(actor, "user.enabled", ("user", user_id), now=now, after={"status": user.status})


def let_in(link: Link, password: str, *, request_id: str = "", now: datetime) -> LetIn:
    """Use a link up: set the password, end what sessions there were, make a publisher's first key.

    Raises WeakPassword, which leaves the link as it is, and Gone. The key exists from this moment: nothing that
    could be stolen lay anywhere before.
    """
    if fault := passwords.fault_of(password, link.email):
        raise users.WeakPassword(fault)
    hashed = passwords.hashed(password)
    links.use(link, now)
    user = _still_welcome(link)
    actor = Actor(link.tenant_id, Role(user.role), user.id, user.owner_id, request_id=request_id)
    user.password_hash, user.status = hashed, ACTIVE
    sessions.end_all(actor, user.id, now=now)
    audit.record(actor, f"user.{link.purpose.value}_accepted", ("user", user.id), now=now)
    return LetIn(user.email, link.purpose, _first_key(actor, link, now))


def owe_invitation(
    actor: Actor, user_id: UUID, purpose: Purpose, inviter: str, *, link_to: LinkTo, now: datetime
) -> None:
    """A new link in a mail that ``inviter`` signs; an older link of that purpose ends."""
    user = db.session.scalars(select(User).where(User.tenant_id == actor.tenant_id, User.id == user_id)).one()
    tenant = db.session.scalars(select(Tenant.name).where(Tenant.id == actor.tenant_id)).one()
    link = link_to(links.make(actor.tenant_id, user_id, purpose, now=now))
    words = {"name": user.name, "tenant": tenant, "inviter": inviter, "link": link}
    mails.owe(
        actor.tenant_id, purpose.value, to=user.email, now=now,
        subject=letters.filled(letters.SUBJECTS["invitation"], **words),
        body=letters.filled(letters.INVITATION, **words),
    )  # fmt: skip


def theirs(actor: Actor, user_id: UUID) -> User:
    """A user that the actor may switch: staff anybody but superadmins, others their own company's people.

    Raises NoSuchThing, NotAllowed.
    """
    user = db.session.scalars(
        select(User).where(User.tenant_id == actor.tenant_id, User.id == user_id).with_for_update()
    ).one_or_none()
    if user is None or not actor.may_see(user.owner_id):
        raise NoSuchThing(str(user_id))
    if user.role == Role.SUPERADMIN and actor.role is not Role.SUPERADMIN:
        raise NotAllowed
    return user


def _still_welcome(link: Link) -> User:
    """The person, locked; whoever was switched off since the link was looked at is not let in by it. Raises Gone."""
    mine = (User.tenant_id == link.tenant_id) & (User.id == link.user_id)
    user = db.session.scalars(
        select(User).where(mine).with_for_update().execution_options(populate_existing=True)
    ).one()
    if user.status == DISABLED:
        raise Gone("unknown")
    return user


def _first_key(actor: Actor, link: Link, now: datetime) -> str | None:
    if link.purpose is not Purpose.WELCOME or actor.owner_id is None:
        return None
    hands = Actor(actor.tenant_id, Role.SYSTEM, actor.principal_id, kind="link", request_id=actor.request_id)
    wish = api_keys.Wish("ingest", Role.PUBLISHER, actor.owner_id, "First key")
    return api_keys.create(hands, wish, now=now).secret


def _allowed(actor: Actor, wanted: Invitation, now: datetime) -> Invitation:
    """The invitation as this actor may make it: companies invite their own, only a superadmin another one."""
    if not wanted.name.strip() or len(wanted.name) > LONGEST_NAME:
        raise Faulty({"name": f"Enter a name of at most {LONGEST_NAME} characters."})
    if fault := name_fault(wanted.name.strip()):
        raise Faulty({"name": fault})
    if not actor.is_admin:
        _within_a_day(actor, now)
        return Invitation(actor.role, actor.owner_id, wanted.email, wanted.name)
    if wanted.role is Role.SYSTEM or (wanted.role is Role.SUPERADMIN and actor.role is not Role.SUPERADMIN):
        raise NotAllowed
    companies: dict[Role, type[Buyer | Publisher]] = {Role.BUYER: Buyer, Role.PUBLISHER: Publisher}
    company = companies.get(wanted.role)
    if company is None:
        return Invitation(wanted.role, None, wanted.email, wanted.name)
    known = db.session.scalar(
        select(company.id).where(company.tenant_id == actor.tenant_id, company.id == wanted.owner_id)
    )
    if known is None:
        raise Faulty({"place": "Choose where they belong."})
    return wanted


def _within_a_day(actor: Actor, now: datetime) -> None:
    """Companies invite some people a day: our mails are not for writing to anybody's list of addresses."""
    newest = (User.tenant_id == actor.tenant_id) & (User.owner_id == actor.owner_id)
    count = db.session.scalar(
        select(func.count()).select_from(User).where(newest, User.created_at > now - timedelta(days=1))
    )
    if (count or 0) >= INVITED_A_DAY:
        raise Faulty({"email": f"A company invites at most {INVITED_A_DAY} people a day. Invite the others tomorrow."})


@cache
def _nobodys() -> str:
    """A hash whose password nobody knows: checking against it takes as long as against any other."""
    return passwords.hashed(secrets.token_urlsafe(32))
