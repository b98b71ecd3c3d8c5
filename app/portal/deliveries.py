"""The delivery log: what was owed to buyers, each try, sending one again, and saying how one ended."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.domain.actor import Role
from app.domain.alerts import LATE
from app.portal import filters, nav, pages, refusals, visit, words
from app.portal.blueprint import portal
from app.queries import choices
from app.queries import deliveries as queries
from app.queries.deliveries import DeliveryFilter
from app.services import deliveries as services
from app.services.changes import NoSuchThing, Refused
from app.transaction import read_only, transaction

OVERDUE = "late"
STATES = {code: status.word for code, status in words.DELIVERY.items()} | {OVERDUE: "Late"}


@portal.get("/deliveries")
@refusals.only(*nav.BUYING)
def deliveries() -> Response:
    """Newest first."""
    actor, cursor = visit.actor(), filters.cursor()
    period = filters.one_of("period", filters.PERIODS, "all")
    since, until = filters.period(period, visit.visitor().zone, clock.now())
    state = filters.one_of("state", STATES)
    if state == OVERDUE:
        until = clock.now() - LATE if until is None else min(until, clock.now() - LATE)
    wanted = DeliveryFilter(
        state="" if state == OVERDUE else state,
        under_way=state == OVERDUE,
        buyer_id=filters.uuid("buyer") if actor.is_admin else None,
        since=since,
        until=until,
    )
    with read_only():
        found = queries.listed(actor, wanted, cursor, filters.PAGE_SIZE)
        offered = choices.choices(actor)
    return pages.page(
        "deliveries/list.html",
        fragment="batch" if cursor else "rows",
        found=found,
        chosen=wanted,
        period=period,
        periods=filters.PERIODS,
        buyers=offered.buyers,
        state=state,
        states=list(STATES.items()),
        is_filtered=wanted != DeliveryFilter(),
        next_url=filters.same_with(after=found.next) if found.next else "",
        for_buyer=actor.role is Role.BUYER,
    )


@portal.get("/deliveries/<uuid:delivery_id>")
@refusals.only(*nav.BUYING)
def delivery(delivery_id: UUID) -> Response:
    """One delivery; bodies stay folded away until somebody asks for them on the lead's page."""
    return _page(delivery_id, "")


@portal.post("/deliveries/<uuid:delivery_id>/replay")
@refusals.only(*nav.BUYING)
def replay_delivery(delivery_id: UUID) -> Response:
    """Send it once more, to the same buyer with the same id; buyers their own."""
    try:
        with transaction():
            services.replay(visit.actor(), delivery_id, now=clock.now())
    except NoSuchThing:
        refusals.not_yours("delivery", delivery_id)
    except Refused as refused:
        return _page(delivery_id, str(refused), 422)
    flash("The delivery is on its way again.")
    return pages.go(url_for("portal.delivery", delivery_id=delivery_id))


@portal.post("/deliveries/<uuid:delivery_id>/<any(taken, declined):ending>")
@refusals.only(*nav.STAFF)
def decide_delivery(delivery_id: UUID, ending: str) -> Response:
    """A person found out what became of a delivery whose answer was lost."""
    try:
        with transaction():
            services.decide_unknown(visit.actor(), delivery_id, ending == "taken", clock.now())
    except Refused as refused:
        return _page(delivery_id, str(refused), 422)
    flash("The sale stands." if ending == "taken" else "The sale is undone; the lead goes to the next in line.")
    return pages.go(url_for("portal.delivery", delivery_id=delivery_id))


def _page(delivery_id: UUID, fault: str, status: int = 200) -> Response:
    actor = visit.actor()
    with read_only():
        found = queries.one(actor, delivery_id)
    if found is None:
        refusals.not_yours("delivery", delivery_id)
    return pages.page(
        "deliveries/show.html",
        fragment="delivery",
        status=status,
        found=found,
        row=found.row,
        fault=fault,
        can_replay=found.row.may_be_sent_again,
        can_decide=actor.is_admin and found.row.waits_for_a_person,
        for_buyer=actor.role is Role.BUYER,
        asked=request.args.get("sure", ""),
    )
