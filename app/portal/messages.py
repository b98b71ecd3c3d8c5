"""The message log: what endpoints were told, each try, and telling them again."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, flash, request, url_for

from app import clock
from app.domain import events
from app.domain.actor import Actor
from app.portal import filters, pages, visit, words
from app.portal.blueprint import portal
from app.portal.wording import counted
from app.queries import webhooks as queries
from app.queries.webhooks import MessageFilter
from app.services import webhooks
from app.services.changes import Refused
from app.transaction import read_only, transaction
from app.web.problem import Problem


@portal.get("/messages")
def messages() -> Response:
    """Newest first, of every endpoint of the actor's or of one."""
    actor, cursor = visit.actor(), filters.cursor()
    period = filters.one_of("period", filters.PERIODS, "all")
    since, until = filters.period(period, visit.visitor().zone, clock.now())
    wanted = MessageFilter(
        endpoint_id=filters.uuid("target"),
        state=filters.one_of("state", words.MESSAGE),
        event_type=filters.one_of("event", events.BY_NAME),
        since=since,
        until=until,
    )
    with read_only():
        found = queries.messages(actor, wanted, cursor, filters.PAGE_SIZE)
        targets = queries.endpoints(actor)
    return pages.page(
        "webhooks/messages.html",
        fragment="batch" if cursor else "rows",
        found=found,
        chosen=wanted,
        period=period,
        periods=filters.PERIODS,
        targets=[(one.id, one.url) for one in targets],
        states=[(code, status.word) for code, status in words.MESSAGE.items()],
        kinds=[(name, name) for name in _kinds(actor)],
        is_filtered=wanted != MessageFilter(),
        next_url=filters.same_with(after=found.next) if found.next else "",
        for_staff=actor.is_admin,
    )


def _kinds(actor: Actor) -> tuple[str, ...]:
    """The events that the actor's endpoints can have been told of; staff see everybody's."""
    if actor.is_admin:
        return tuple(events.BY_NAME)
    return (*map(str, events.allowed_for(actor.role)), events.ENDPOINT_TEST.name)


@portal.get("/messages/<uuid:message_id>")
def message(message_id: UUID) -> Response:
    """One message with the bytes that were signed and every try."""
    with read_only():
        found = queries.message(visit.actor(), message_id)
    if found is None:
        abort(404)
    return pages.page("webhooks/message.html", found=found, row=found.row, for_staff=visit.actor().is_admin)


@portal.post("/messages/replay")
def replay_messages() -> Response:
    """Tell one or many again, with the same id and the same bytes."""
    try:
        wanted = [UUID(text) for text in request.form.getlist("message")]
    except ValueError as error:
        raise Problem(400, "bad_request", "The form names a message that cannot be read.") from error
    try:
        with transaction():
            made = webhooks.replay(visit.actor(), wanted, now=clock.now())
    except Refused as refused:
        flash(str(refused))
    else:
        flash(_said(len(wanted), made))
    return pages.go(visit.local_path(pages.came_from()) if wanted else url_for("portal.messages"))


def _said(asked: int, made: int) -> str:
    if not asked:
        return "Choose at least one message to replay."
    if not made:
        return "Nothing was replayed: it is still on its way."
    return f"{counted(made, 'message')} on the way again. Receivers can tell a replay by its id."
