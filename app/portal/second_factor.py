"""The second factor of whoever is signed in: set up, recovery codes, switched off; and taken away by an admin."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request, url_for
from markupsafe import Markup

from app import clock
from app.adapters import one_time_codes
from app.domain.actor import STAFF
from app.portal import pages, refusals, visit
from app.portal.blueprint import portal
from app.portal.sign_in import slow_down
from app.services import second_factor as services
from app.services.changes import Refused, in_person
from app.services.proof import SlowDown, WrongPassword
from app.services.second_factor import WrongCode
from app.transaction import read_only, transaction

WRONG_PASSWORD = "This is not your password."  # noqa: S105 - a sentence
WRONG_CODE = "This code does not count: mistyped, too old, or used before. Wait for the next one."
OVER = "That picture has run out. Begin again."


@portal.get("/account/second-factor")
def second_factor() -> Response:
    """Whether there is one; the picture while one waits for its first code."""
    return _page({}, 200)


@portal.post("/account/second-factor/begin")
def begin_second_factor() -> Response:
    """Make a secret and show its picture on the page that follows."""
    try:
        services.begin(visit.actor(), request.form.get("password", ""), now=clock.now())
    except WrongPassword:
        return _page({"password": WRONG_PASSWORD}, 422)
    except SlowDown as error:
        return _page({"password": slow_down(error.wait)}, 429)
    except Refused as refused:
        flash(str(refused))
    return pages.go(url_for("portal.second_factor"))


@portal.post("/account/second-factor/confirm")
def confirm_second_factor() -> Response:
    """The first code switches it on; the recovery codes are in this answer and nowhere else."""
    actor, here = visit.actor(), visit.visitor().session_id
    try:
        with transaction():
            codes = services.confirm(actor, request.form.get("code", ""), keep=here, now=clock.now())
    except WrongCode:
        return _page({"code": WRONG_CODE}, 422)
    return _codes(codes, is_new=True)


@portal.post("/account/second-factor/codes")
def fresh_recovery_codes() -> Response:
    """Ten new recovery codes in place of what was left."""
    try:
        codes = services.fresh_codes(visit.actor(), *_proof(), now=clock.now())
    except (WrongPassword, WrongCode, SlowDown) as error:
        return _refused("codes", error)
    return _codes(codes, is_new=False)


@portal.post("/account/second-factor/off")
def switch_second_factor_off() -> Response:
    """Back to the password alone."""
    try:
        services.switch_off(visit.actor(), *_proof(), now=clock.now())
    except (WrongPassword, WrongCode, SlowDown) as error:
        return _refused("off", error)
    flash("Your second factor is off. Your password alone lets you in.")
    return pages.go(url_for("portal.second_factor"))


@portal.post("/team/<uuid:user_id>/second-factor/reset")
@refusals.only(*STAFF)
def reset_second_factor(user_id: UUID) -> Response:
    """Take away the second factor of somebody who lost it."""
    try:
        with transaction():
            services.reset(visit.actor(), user_id, now=clock.now())
        flash("Their second factor is taken away and every session of theirs has ended. They are told by mail.")
    except Refused as refused:
        flash(str(refused))
    return pages.go(url_for("portal.users"))


def _proof() -> tuple[str, str]:
    return request.form.get("password", ""), request.form.get("code", "")


def _refused(doing: str, error: WrongPassword | WrongCode | SlowDown) -> Response:
    if isinstance(error, SlowDown):
        return _page({"code": slow_down(error.wait)}, 429, doing)
    fault = {"password": WRONG_PASSWORD} if isinstance(error, WrongPassword) else {"code": WRONG_CODE}
    return _page(fault, 422, doing)


def _codes(codes: tuple[str, ...], *, is_new: bool) -> Response:
    return pages.page("second_factor/codes.html", codes=codes, is_new=is_new)


def _page(faults: dict[str, str], status: int, doing: str = "") -> Response:
    """``doing``: which of the two forms of somebody who has one is open."""
    actor, now = visit.actor(), clock.now()
    in_person(actor)
    with read_only():
        standing, waiting = services.standing(actor), services.waiting(actor, now)
    if faults and waiting is None and standing.since is None and "code" in faults:
        faults = {"password": OVER}
    picture = Markup(one_time_codes.picture(waiting.address)) if waiting else ""  # noqa: S704 - drawn by segno, holds no text of anybody's
    return pages.page(
        "second_factor/show.html", status=status, faults=faults, standing=standing,
        waiting=waiting, picture=picture, doing=doing or request.args.get("do", ""),
        is_required=visit.visitor().must_enrol,
    )  # fmt: skip
