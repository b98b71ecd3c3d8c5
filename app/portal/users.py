"""Users and roles: everybody of the tenant, one person with their sessions, and what each role may do.

A company's own people and inviting are ``team``; a person's own password, sessions and second factor are ``account``.
"""

from __future__ import annotations

from typing import NoReturn
from uuid import UUID

from flask import Response, current_app, flash, request, url_for

from app import clock
from app.domain.actor import Role
from app.portal import audit_words, filters, nav, pages, refusals, rights, visit, words
from app.portal.blueprint import portal
from app.portal.joining import address_of
from app.queries import audit_log, choices
from app.queries import users as queries
from app.queries.audit_log import AuditFilter
from app.queries.users import UserFilter
from app.services import membership, team
from app.services.changes import NoSuchThing, NotAllowed, Refused
from app.transaction import read_only, transaction

ROLE_WORDS = {"superadmin": "Superadmin", "admin": "Admin", "buyer": "Buyer", "publisher": "Publisher"}
SWITCHED = {
    "disable": "They are switched off; every session of theirs has ended.",
    "enable": "They are switched on again.",
}
ASKABLE = {"disable": "", "sessions": ""}


@portal.get("/users")
@refusals.only(*nav.STAFF)
def users() -> Response:
    """Everybody of the tenant, whoever they belong to; who came last stands on top."""
    actor, cursor = visit.actor(), filters.cursor()
    wanted = UserFilter(
        name=filters.text("name", 80),
        role=filters.one_of("role", ROLE_WORDS),
        status=filters.one_of("status", words.USER),
        owner_id=filters.uuid("company"),
    )
    with read_only():
        found = queries.listed(actor, wanted, cursor, filters.PAGE_SIZE)
        offered = choices.choices(actor)
    return pages.page(
        "users/list.html",
        fragment="batch" if cursor else "rows",
        found=found,
        chosen=wanted,
        is_filtered=wanted != UserFilter(),
        roles=ROLE_WORDS,
        statuses=[(code, one.word) for code, one in words.USER.items()],
        companies=sorted([*offered.buyers, *offered.publishers], key=lambda one: one.name.casefold()),
        columns=rights.ROLES,
        rights={"Pages": rights.pages(), "Acts": rights.acts(current_app)} if cursor is None else {},
        next_url=filters.same_with(after=found.next) if found.next else "",
    )


@portal.get("/users/<uuid:user_id>")
@refusals.only(*nav.STAFF)
def user(user_id: UUID) -> Response:
    """One person: where they are signed in, their role, what they did and what was done to them."""
    return _page(user_id, {}, 200)


@portal.post("/users/<uuid:user_id>/<any(disable,enable):act>")
@refusals.only(*nav.STAFF)
def switch_user(user_id: UUID, act: str) -> Response:
    """Shut somebody out at once, or let them in again."""
    try:
        with transaction():
            (team.disable if act == "disable" else team.enable)(visit.actor(), user_id, now=clock.now())
    except (NoSuchThing, NotAllowed):
        _not_theirs(user_id)
    except Refused as refused:
        return _page(user_id, {"access": str(refused)}, 422)
    return _done(user_id, SWITCHED[act])


@portal.post("/users/<uuid:user_id>/invite")
@refusals.only(*nav.STAFF)
def invite_user_again(user_id: UUID) -> Response:
    """A fresh link for somebody who has not come yet."""
    try:
        with transaction():
            team.invite_again(visit.actor(), user_id, visit.visitor().name, link_to=address_of, now=clock.now())
    except (NoSuchThing, NotAllowed):
        _not_theirs(user_id)
    except Refused as refused:
        return _page(user_id, {"access": str(refused)}, 422)
    return _done(user_id, "A new link is on its way; the old one has ended.")


@portal.post("/users/<uuid:user_id>/role")
@refusals.only(*nav.STAFF)
def change_role(user_id: UUID) -> Response:
    """Make an admin a superadmin, or the other way round; only superadmins may."""
    wish = request.form.get("role", "")
    try:
        with transaction():
            role = Role(wish) if wish in ROLE_WORDS else Role.SYSTEM
            membership.set_role(visit.actor(), user_id, role, now=clock.now())
    except (NoSuchThing, NotAllowed):
        _not_theirs(user_id)
    except Refused as refused:
        return _page(user_id, {"role": str(refused)}, 422)
    return _done(user_id, "The role is changed. It holds from their next request on.")


@portal.post("/users/<uuid:user_id>/sessions/<uuid:session_id>/end")
@refusals.only(*nav.STAFF)
def end_user_session(user_id: UUID, session_id: UUID) -> Response:
    """End one session of somebody's at once."""
    try:
        with transaction():
            membership.end_session(visit.actor(), user_id, session_id, now=clock.now())
    except (NoSuchThing, NotAllowed):
        _not_theirs(user_id)
    return _done(user_id, "The session has ended.")


@portal.post("/users/<uuid:user_id>/sessions/end")
@refusals.only(*nav.STAFF)
def end_user_sessions(user_id: UUID) -> Response:
    """End every session of somebody's at once."""
    try:
        with transaction():
            ended = membership.end_sessions(visit.actor(), user_id, now=clock.now())
    except (NoSuchThing, NotAllowed):
        _not_theirs(user_id)
    return _done(user_id, "Every session has ended." if ended else "No session was open.")


def _done(user_id: UUID, told: str) -> Response:
    flash(told)
    return pages.go(url_for("portal.user", user_id=user_id))


def _not_theirs(user_id: UUID) -> NoReturn:
    refusals.not_yours("user", user_id)


def _page(user_id: UUID, faults: dict[str, str], status: int) -> Response:
    actor, now = visit.actor(), clock.now()
    with read_only():
        row = queries.one(actor, user_id)
        if row is None:
            _not_theirs(user_id)
        sessions = queries.sessions(actor, user_id, now)
        did = audit_log.listed(actor, AuditFilter(who=user_id), None, 8)
        suffered = audit_log.of_subject(actor, "user", user_id)
    own = user_id == visit.visitor().user_id
    return pages.page(
        "users/show.html",
        status=status,
        row=row,
        sessions=sessions,
        here=visit.visitor().session_id,
        did=did.rows,
        recent=suffered,
        say=audit_words,
        is_own=own,
        may_switch=not own and (row.role != Role.SUPERADMIN or actor.role is Role.SUPERADMIN),
        roles=()
        if own
        else [(one.value, ROLE_WORDS[one.value]) for one in membership.roles_for(actor, Role(row.role))],
        role_word=ROLE_WORDS.get(row.role, row.role),
        asked=filters.one_of("ask", ASKABLE),
        faults=faults,
    )
