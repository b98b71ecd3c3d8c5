"""Who may sign in: colleagues listed, invited, switched off and on."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.domain.actor import Role
from app.portal import pages, visit
from app.portal.blueprint import portal
from app.portal.joining import address_of
from app.queries import choices
from app.queries import team as queries
from app.services import team as services
from app.services import users
from app.services.application_form import Faulty
from app.services.changes import Refused
from app.services.team import Invitation
from app.transaction import read_only, transaction

TAKEN = "Somebody signs in with this address already."


@portal.get("/team")
def team() -> Response:
    """Everybody, for staff; the own company's people for others."""
    return _list("", 200)


@portal.get("/team/invite")
def invite_form() -> Response:
    """Whom to invite, and where they belong; a company's page names its own place in the address."""
    return _form({}, 200, {"place": request.args.get("place", "")})


@portal.post("/team/invite")
def invite() -> Response:
    """Add them and owe them the mail with their link."""
    actor, form = visit.actor(), request.form
    try:
        role, owner_id = _place(form.get("place", ""))
        wanted = Invitation(role, owner_id, form.get("email", ""), " ".join(form.get("name", "").split()))
        with transaction():
            services.invite(actor, wanted, visit.visitor().name, link_to=address_of, now=clock.now())
    except Faulty as faulty:
        return _form(dict(faulty.faults), 422)
    except users.EmailTaken:
        return _form({"email": TAKEN}, 422)
    flash(f"{wanted.name} is invited; the mail is on its way.")
    return pages.go(url_for("portal.users" if actor.is_admin else "portal.team"))


@portal.post("/team/<uuid:user_id>/invite")
def invite_again(user_id: UUID) -> Response:
    """A fresh link for somebody who has not come yet."""
    try:
        with transaction():
            services.invite_again(visit.actor(), user_id, visit.visitor().name, link_to=address_of, now=clock.now())
    except Refused as refused:
        return _list(str(refused), 422)
    flash("A new link is on its way; the old one has ended.")
    return pages.go(url_for("portal.team"))


@portal.post("/team/<uuid:user_id>/disable")
def disable_user(user_id: UUID) -> Response:
    """Shut somebody out at once."""
    try:
        with transaction():
            services.disable(visit.actor(), user_id, now=clock.now())
    except Refused as refused:
        return _list(str(refused), 422)
    flash("They are switched off; every session of theirs has ended.")
    return pages.go(url_for("portal.team"))


@portal.post("/team/<uuid:user_id>/enable")
def enable_user(user_id: UUID) -> Response:
    """Let somebody in again."""
    with transaction():
        services.enable(visit.actor(), user_id, now=clock.now())
    flash("They are switched on again.")
    return pages.go(url_for("portal.team"))


def _place(value: str) -> tuple[Role, UUID | None]:
    """Role and company of the one select box: ``admin``, ``buyer:<id>``, ``publisher:<id>``. Raises Faulty.

    For buyers and publishers the service puts their own company in its place, whatever this says.
    """
    actor = visit.actor()
    if not actor.is_admin:
        return actor.role, actor.owner_id
    name, _, owner = value.partition(":")
    try:
        return Role(name), UUID(owner) if owner else None
    except ValueError:
        raise Faulty({"place": "Choose where they belong."}) from None


def _form(faults: dict[str, str], status: int, form: Mapping[str, str] | None = None) -> Response:
    actor = visit.actor()
    with read_only():
        offered = choices.choices(actor)
    return pages.page(
        "team/invite.html",
        fragment="form",
        status=status,
        faults=faults,
        form=request.form if form is None else form,
        for_staff=actor.is_admin,
        may_appoint=actor.role is Role.SUPERADMIN,
        buyers=offered.buyers,
        publishers=offered.publishers,
    )


def _list(fault: str, status: int) -> Response:
    actor = visit.actor()
    with read_only():
        found = queries.listed(actor)
    return pages.page(
        "team/list.html",
        status=status,
        found=found,
        fault=fault,
        for_staff=actor.is_admin,
        is_superadmin=actor.role is Role.SUPERADMIN,
        asked=request.args.get("off", ""),
    )
