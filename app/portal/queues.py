"""The queues: what is owed, who will come for it, and what is stuck; for admins."""

from __future__ import annotations

from typing import NamedTuple

from flask import Response, abort, flash, request, url_for

from app import clock
from app.domain.alerts import in_words
from app.portal import nav, pages, refusals, visit
from app.portal.blueprint import portal
from app.queries import owed
from app.queries.owed import Debt
from app.services import bells, queue_desk
from app.services.changes import NoSuchThing, Refused
from app.transaction import read_only, transaction

TEMPLATE = "queues/show.html"
ALWAYS = frozenset({"waiting", "pending"})
"""States that have a line even when nothing is in them; the others are exceptions."""


class Line(NamedTuple):
    """A debt in words: the tone of its state, the page of its rows, the queue whose workers see to it."""

    debt: Debt
    word: str
    state: str
    tone: str
    url: str
    queue: str


@portal.get("/queues", endpoint="queues")
@refusals.only(*nav.STAFF)
def show() -> Response:
    """Everything that is owed, and the workers."""
    return _page("", 200)


@portal.get("/queues/now")
@refusals.only(*nav.STAFF)
def queues_now() -> Response:
    """The same for a page that looks again by itself: it keeps no session alive."""
    return _page("", 200)


@portal.post("/queues/ring")
@refusals.only(*nav.STAFF)
def ring_queue() -> Response:
    """Have workers look for due work now."""
    queue = request.form.get("queue", "")
    try:
        with transaction():
            queue_desk.ring(visit.actor(), queue, now=clock.now())
    except NoSuchThing:
        abort(404)
    flash(f"The workers of {queue} were told to look now.")
    return pages.go(url_for("portal.queues"))


@portal.post("/queues/again")
@refusals.only(*nav.STAFF)
def put_job_back() -> Response:
    """Put a failed job on its queue again."""
    try:
        with transaction():
            queue_desk.put_back(visit.actor(), request.form.get("job", "")[:64], now=clock.now())
    except NoSuchThing:
        return _page("This job is not among the failed ones any more.", 422)
    except Refused as refused:
        return _page(str(refused), 422)
    flash("The job is on its queue again.")
    return pages.go(url_for("portal.queues"))


def _page(fault: str, status: int) -> Response:
    actor, now = visit.actor(), clock.now()
    with read_only():
        debts = owed.debts(actor, now)
    late, look = sum(debt.late for debt in debts), queue_desk.look(actor)
    return pages.page(
        TEMPLATE,
        fragment="now",
        status=status,
        fault=fault,
        lines=[_line(debt) for debt in debts if debt.count or debt.state in ALWAYS],
        late=late,
        sentence=_sentence(late, look.unheard if look else ()),
        look=look,
    )


def _sentence(late: int, unheard: tuple[str, ...]) -> str:
    said = in_words(late, "{} thing is late.", "{} things are late.") if late else "Nothing is late."
    return f"{said} No worker listens to {', '.join(unheard)}." if unheard else said


_WORDS = {
    owed.LEADS: ("Leads to route", bells.ROUTING),
    owed.DELIVERIES: ("Deliveries", bells.DELIVERIES),
    owed.EVENTS: ("Events to tell", bells.WEBHOOKS),
    owed.MESSAGES: ("Webhook messages", bells.WEBHOOKS),
    owed.MAILS: ("Mails", ""),
}
_STATES = {
    "waiting": ("waiting", "live"),
    "pending": ("waiting", "live"),
    "sending": ("being sent", "live"),
    "unknown": ("answer lost", "bad"),
    "put_off": ("cannot be put into words", "bad"),
    "failed": ("given up", "muted"),
}


def _line(debt: Debt) -> Line:
    word, queue = _WORDS[debt.kind]
    state, tone = _STATES[debt.state]
    tone = "notice" if debt.late else tone if debt.count else "muted"
    return Line(debt, word, state, tone, _rows(debt), queue if debt.due else "")


def _rows(debt: Debt) -> str:
    """The list that shows these rows; events have none of their own."""
    match debt.kind:
        case owed.LEADS:
            return url_for("portal.leads", period="all", state=["received", "queued"])
        case owed.DELIVERIES | owed.MESSAGES | owed.MAILS:
            return url_for(f"portal.{debt.kind}", state=debt.state)
        case _:
            return ""
