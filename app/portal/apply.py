"""The public page on which a company asks to become a publisher. No sign-in, no puzzle, nothing typed is lost."""

from __future__ import annotations

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.portal import pages
from app.portal.blueprint import portal
from app.services import application_form, applications
from app.services.application_form import Faulty
from app.services.applications import House
from app.transaction import read_only, transaction
from app.web import rate
from app.web.context import caller_counted, caller_ip
from app.web.problem import Problem

LIMITS = ((12, 600), (40, 86_400))
"""Applications from one address: twelve in ten minutes, forty a day. An office may share one."""

TRAP = "leave_empty"
"""A field that people do not see; whoever fills it in is answered like anybody and not kept."""


@portal.get("/apply")
@portal.get("/apply/<slug>")
def apply_form(slug: str | None = None) -> ResponseReturnValue:
    """The empty form; what lines of business there are is the house's own."""
    return _form(_house(slug), {}, 200)


@portal.post("/apply")
@portal.post("/apply/<slug>")
def apply(slug: str | None = None) -> ResponseReturnValue:
    """Take it in, or show it again with what was typed and what is wrong with it."""
    house = _house(slug)
    try:
        answers = application_form.read(
            request.form, request.form.getlist("verticals"), [key for key, _ in house.verticals]
        )
        rate.count(f"apply:{caller_counted()}", *LIMITS)
    except Faulty as faulty:
        return _form(house, dict(faulty.faults), 422)
    except Problem as problem:
        response = _form(house, {"company": "Too many applications came from your network. Try again later."}, 429)
        response.headers.update(problem.headers)
        return response
    if not request.form.get(TRAP):
        with transaction():
            applications.apply(house, answers, ip=caller_ip(), now=clock.now())
    return redirect(url_for("portal.applied", slug=house.slug), 303)


@portal.get("/apply/<slug>/thanks")
def applied(slug: str) -> ResponseReturnValue:
    """What happens next; the same for everybody."""
    return pages.page("apply/thanks.html", house=_house(slug))


def _house(slug: str | None) -> House:
    with read_only():
        found = applications.house(slug)
    if found is None:
        abort(404)
    return found


def _form(house: House, faults: dict[str, str], status: int) -> Response:
    return pages.page(
        "apply/form.html",
        fragment="form",
        status=status,
        house=house,
        faults=faults,
        form=request.form,
        chosen=request.form.getlist("verticals"),
        countries=application_form.countries(),
        trap=TRAP,
    )
