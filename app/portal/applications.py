"""Applications of publishers: the queue, one of them, and deciding, one by one or several at once."""

from __future__ import annotations

import re
from typing import cast
from uuid import UUID

from flask import Response, abort, flash, request, url_for

from app import clock
from app.portal import filters, nav, pages, visit
from app.portal.blueprint import portal
from app.portal.joining import address_of
from app.queries import applications as queries
from app.services import application_form, applications
from app.services.applications import AlreadyDecided, Decision, Verdict
from app.services.changes import Refused
from app.transaction import read_only, transaction

GROUPS = {
    "open": "Waiting", "new": "New", "asked": "Asked", "approved": "Approved", "rejected": "Rejected", "all": "All",
}  # fmt: skip
DONE = {
    "approve": "{company} is approved. The mail with its link is on its way.",
    "ask": "{company} is asked; the mail is on its way.",
    "reject": "{company} is rejected; the mail is on its way.",
}
MOST_AT_ONCE = 50
_VERSION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@portal.get("/applications", endpoint="applications")
@visit.only(*nav.STAFF)
def applications_list() -> Response:
    """The queue: who waits longest stands on top."""
    return _list("", 200)


@portal.get("/applications/<uuid:application_id>")
@visit.only(*nav.STAFF)
def application(application_id: UUID) -> Response:
    """One application, its checks, and the three things one can do."""
    return _page(application_id, {}, 200)


@portal.post("/applications/<uuid:application_id>/decide")
@visit.only(*nav.STAFF)
def decide_application(application_id: UUID) -> Response:
    """Approve, ask or reject; then on to the next that waits."""
    actor = visit.actor()
    with read_only():
        row = queries.one(actor, application_id)
    if row is None:
        abort(404)
    verdict, version = request.form.get("verdict", ""), _version(request.form.get("version", ""))
    if verdict not in DONE:
        abort(400)
    message = request.form.get("message", "").replace("\r\n", "\n")
    decision = Decision(cast("Verdict", verdict), version, message)
    try:
        with transaction():
            applications.decide(actor, application_id, decision, link_to=address_of, now=clock.now())
    except Refused as refused:
        return _page(application_id, {verdict: str(refused)}, 422)
    except AlreadyDecided:
        return _page(application_id, {}, 409, overtaken=True)
    flash(DONE[verdict].format(company=row.company))
    with read_only():
        after = queries.next_open(actor, application_id)
    if after is None:
        return pages.go(url_for("portal.applications"))
    return pages.go(url_for("portal.application", application_id=after))


@portal.post("/applications/decide")
@visit.only(*nav.STAFF)
def decide_applications() -> Response:
    """Several at once: first what it will do, then the doing."""
    verdict, ticked = request.form.get("verdict", ""), _ticked()
    if verdict not in {"approve", "reject"}:
        abort(400)
    if not ticked:
        return _list("Tick the applications first.", 422)
    message = request.form.get("message", "").replace("\r\n", "\n")
    if request.form.get("sure") != "1":
        return _sure(verdict, ticked, applications.template(verdict), "", 200)
    done, refused = 0, []
    for application_id, version in ticked.items():
        try:
            with transaction():
                decision = Decision(cast("Verdict", verdict), version, message)
                applications.decide(visit.actor(), application_id, decision, link_to=address_of, now=clock.now())
        except Refused as fault:
            refused.append(str(fault))
        except AlreadyDecided:
            refused.append("It was decided meanwhile.")
        else:
            done += 1
    if refused and not done:
        return _sure(verdict, ticked, message, refused[0], 422)
    flash(_told(verdict, done, refused))
    return pages.go(url_for("portal.applications"))


def _told(verdict: str, done: int, refused: list[str]) -> str:
    word = "approved" if verdict == "approve" else "rejected"
    rest = f" {len(refused)} left as they were: {refused[0]}" if refused else ""
    return f"{done} {word}; their mails are on their way.{rest}"


def _ticked() -> dict[UUID, int]:
    """Id and version of each ticked row. Text that is neither is a broken form."""
    found: dict[UUID, int] = {}
    for value in request.form.getlist("chosen")[:MOST_AT_ONCE]:
        name, _, version = value.partition(":")
        try:
            found[UUID(name)] = _version(version)
        except ValueError:
            abort(400)
    return found


def _version(text: str) -> int:
    """The version that a form was drawn for; a broken form is refused."""
    if not _VERSION.fullmatch(text):
        abort(400)
    return int(text)


def _list(fault: str, status: int) -> Response:
    actor, group, cursor = visit.actor(), filters.one_of("state", GROUPS, "open"), filters.cursor()
    text = filters.text("q")
    with read_only():
        found = queries.listed(actor, group, text, cursor, filters.PAGE_SIZE)
        counts = queries.counts(actor)
    return pages.page(
        "applications/list.html",
        fragment="batch" if cursor else "rows",
        status=status,
        found=found,
        group=group,
        text=text,
        groups=[(code, f"{word} ({counts[code]:,})") for code, word in GROUPS.items()],
        counts=counts,
        fault=fault,
        next_url=filters.same_with(after=found.next) if found.next else "",
    )


def _page(application_id: UUID, faults: dict[str, str], status: int, *, overtaken: bool = False) -> Response:
    actor = visit.actor()
    with read_only():
        row = queries.one(actor, application_id)
        house = applications.verticals_of(actor)
    if row is None:
        abort(404)
    words = {"name": row.contact_name, "company": row.company, "tenant": visit.visitor().tenant_name}
    drafts = {verdict: applications.template(verdict, **words) for verdict in DONE}
    if faults or overtaken:
        drafts[request.form["verdict"]] = request.form.get("message", "")
    wish = request.form.get("verdict") or request.args.get("decide", "")
    return pages.page(
        "applications/show.html",
        status=status,
        row=row,
        faults=faults,
        drafts=drafts,
        wish=wish if wish in DONE else "",
        overtaken=overtaken,
        country=dict(application_form.countries()).get(row.country, row.country),
        verticals=[house.get(key, key) for key in row.verticals],
    )


def _sure(verdict: str, ticked: dict[UUID, int], message: str, fault: str, status: int) -> Response:
    actor = visit.actor()
    with read_only():
        found = [row for application_id in ticked if (row := queries.one(actor, application_id))]
    return pages.page(
        "applications/several.html", status=status, rows=found, verdict=verdict, message=message,
        faults={"message": fault} if fault else {}, chosen=[f"{one}:{version}" for one, version in ticked.items()],
    )  # fmt: skip
