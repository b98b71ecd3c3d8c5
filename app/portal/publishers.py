"""Publishers: the list, and one of them with the answer to "is this a good source?"."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.domain.fixes import fix
from app.portal import audit_words, filters, nav, pages, party_list, party_typed, refusals, visit, words
from app.portal.blueprint import portal
from app.portal.chart_marks import Series
from app.portal.joining import address_of
from app.portal.wording import counted
from app.queries import audit_log, keys, publisher_quality, users, webhooks
from app.queries import publishers as queries
from app.queries.publisher_quality import Quality, QualityDay
from app.queries.users import UserFilter
from app.services import parties, partners
from app.services.changes import NoSuchThing
from app.services.contract_faults import Faulty
from app.transaction import read_only, transaction

START = {"requests_per_minute": str(parties.INGEST_PER_MINUTE)}


@portal.get("/publishers")
@refusals.only(*nav.STAFF)
def publishers() -> Response:
    """Newest first, each with what it sent and earned in the last seven days."""
    return party_list.show("publishers/list.html", queries.listed)


@portal.get("/publishers/new")
@refusals.only(*nav.STAFF)
def new_publisher() -> Response:
    """A publisher without an application: the company, what it sends, who signs in first."""
    return _new(START, {}, 200)


@portal.post("/publishers/new")
@refusals.only(*nav.STAFF)
def add_publisher() -> Response:
    """Make it, with its entries, and owe its first person the mail."""
    form = request.form
    faults = {}
    try:
        wish, first = party_typed.publisher(form), party_typed.person(form)
        with transaction():
            publisher_id = partners.take_on_publisher(
                visit.actor(), wish, form.getlist("lines"), first, visit.visitor().name, link_to=address_of,
                now=clock.now(),
            )  # fmt: skip
    except Faulty as faulty:
        faults = dict(faulty.faults) | party_typed.person(form).faults()
        return _new(form, faults, 422)
    flash(f"{wish.name} is added." + ("" if first.is_nobody else f" The mail to {first.name} is on its way."))
    return pages.go(url_for("portal.publisher", publisher_id=publisher_id))


@portal.get("/publishers/<uuid:publisher_id>")
@refusals.only(*nav.STAFF)
def publisher(publisher_id: UUID) -> Response:
    """Is this a good source: thirty days of it, why its leads were refused, and everything that belongs to it."""
    return _page(publisher_id)


@portal.post("/publishers/<uuid:publisher_id>/<any(pause,resume):act>")
@refusals.only(*nav.STAFF)
def switch_publisher(publisher_id: UUID, act: str) -> Response:
    """Pause or resume, from the next request on."""
    try:
        with transaction():
            parties.set_publisher_status(
                visit.actor(), publisher_id, "paused" if act == "pause" else "active", now=clock.now()
            )
    except NoSuchThing:
        refusals.not_yours("publisher", publisher_id)
    return pages.go(url_for("portal.publisher", publisher_id=publisher_id, done=act))


def _page(publisher_id: UUID) -> Response:
    actor, zone, now = visit.actor(), visit.visitor().zone, clock.now()
    with read_only():
        row = queries.one(actor, publisher_id, zone=zone, now=now)
        if row is None:
            refusals.not_yours("publisher", publisher_id)
        found = publisher_quality.quality(actor, publisher_id, zone=zone, now=now)
        mix = publisher_quality.refusals(actor, publisher_id, zone=zone, now=now)
        sources = publisher_quality.sources(actor, publisher_id, zone=zone, now=now)
        own_keys = keys.listed(actor, publisher_id)
        people = users.listed(actor, UserFilter(owner_id=publisher_id))
        endpoints = webhooks.endpoints(actor, publisher_id)
        entries = audit_log.of_subject(actor, "publisher", publisher_id)
    return pages.page(
        "publishers/show.html",
        row=row,
        answer=_answer(found),
        total=found.total,
        labels=[f"{day.date.day} {day.date:%b}" for day in found.days],
        trend=_trend(found.days),
        mix=[(one, words.reason(one.reason), fix(one.reason)) for one in mix],
        sources=sources,
        keys=own_keys,
        people=people.rows,
        endpoints=endpoints,
        recent=entries,
        asked=filters.one_of("ask", {"pause": "", "resume": ""}),
        done=filters.one_of("done", {"pause": "", "resume": ""}),
        say=audit_words,
    )


def _answer(found: Quality) -> str:
    """Is it a good source, in a sentence: the week beside the three before."""
    week, before = found.week, found.before
    if week.sold_percent is None:
        return "No lead in the last 7 days."
    told = f"{week.sold_percent} % of {counted(week.leads, 'lead')} sold in the last 7 days"
    if before.sold_percent is not None:
        told += f", {_points(week.sold_percent - before.sold_percent)} in the weeks before"
    undone = week.undone_percent
    if undone is None:
        return f"{told}."
    return f"{told}; buyers sent {f'{undone} % of its sales' if undone else 'nothing'} back."


def _points(more: int) -> str:
    """Such as "4 points more than"."""
    return f"{counted(abs(more), 'point')} {'more' if more > 0 else 'less'} than" if more else "as many as"


def _trend(days: tuple[QualityDay, ...]) -> dict[str, list[Series]]:
    """The two charts: leads by what came of them, and shares beside the mean score."""
    rest = [day.leads - day.sold - day.rejected for day in days]
    scores = [None if day.score is None else round(day.score) for day in days]
    return {
        "outcomes": [
            Series("sold", "good", [day.sold for day in days]),
            Series("other", "muted", rest),
            Series("refused", "bad", [day.rejected for day in days]),
        ],
        "shares": [
            Series("sold", "good", [day.sold_percent for day in days]),
            Series("undone", "bad", [day.undone_percent for day in days]),
            Series("score", "live", scores),
        ],
    }


def _new(form: party_typed.Form, faults: dict[str, str], status: int) -> Response:
    with read_only():
        lines = partners.lines_of_business(visit.actor())
    return pages.page(
        "publishers/new.html",
        fragment="form",
        status=status,
        form=form,
        faults=faults,
        lines=lines,
        chosen=request.form.getlist("lines"),
    )
