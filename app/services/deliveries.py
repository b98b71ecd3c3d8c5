"""Getting sold leads to their buyers: a drain for workers, one delivery inside a request, and what people may do.

The debt is written with the sale (``delivery_rows``). Here it is worked off: claimed (``delivery_claims``), sent
with no transaction open (``sending``), settled by whoever holds the token (``delivery_outcomes``). The same
delivery may be sent twice after a crash, always with the same id and the same bytes; it is never forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from app import clock
from app.db import db
from app.domain import reasons
from app.domain.actor import Actor
from app.domain.states import SEAT_TAKEN, DeliveryState, SaleState, before, move
from app.gateways.http_client import Result
from app.gateways.kit import kit
from app.log import get, place_of
from app.models.deliveries import Delivery
from app.models.sales import Sale
from app.services import audit, distribution, sales
from app.services.bells import DELIVERIES, ROUTING, ring_after_commit
from app.services.changes import NoSuchThing, Refused, only_staff
from app.services.delivery_claims import Claimed, claim_due, claim_one, is_due, revive
from app.services.delivery_outcomes import Finding, settle
from app.services.sending import BUDGET, Drain, running
from app.transaction import read_only, rollback

LEAST = 0.05
"""Seconds; less time than this is not worth asking a buyer for."""

PEEK = 0.02


@dataclass(frozen=True, slots=True)
class Handed:
    """Where a delivery stands after a try inside a request.

    ``outcome``: of the try just made (delivered, declined, duplicate, error, lost), empty when none was made.
    """

    state: DeliveryState
    outcome: str = ""
    reason: str | None = None


def drain(tenant_id: UUID, now: datetime, *, budget: timedelta = BUDGET) -> int:
    """Send what is due until nothing is, or the budget of time is spent; how many tries were settled."""
    moment = running(now)
    revive(tenant_id, now)

    def settle_all(done: Sequence[tuple[Claimed, Result]]) -> int:
        return sum(_settle_one(claimed, result, moment()) for claimed, result in done)

    return Drain(lambda room: claim_due(tenant_id, room, moment()), settle_all, budget).run()


def due(tenant_id: UUID, now: datetime) -> bool:
    """Whether there is anything for ``drain`` to do."""
    with read_only():
        return db.session.scalar(select(Delivery.id).where(is_due(tenant_id, now)).limit(1)) is not None


def deliver_now(tenant_id: UUID, delivery_id: UUID, *, now: datetime, deadline: float) -> Handed:
    """Send one delivery inside a request, within ``deadline`` seconds. Commits.

    Where a worker was quicker, its outcome is waited for. After a decline the lead is routed on at once. How
    many requests a setup may have in flight is for workers to heed and does not hold here.
    """
    moment, until = running(now), clock.tick() + deadline
    claimed = claim_one(tenant_id, delivery_id, now) if deadline >= LEAST else None
    if claimed is None:
        return _watched(tenant_id, delivery_id, until)
    left = timedelta(seconds=max(until - clock.tick(), LEAST))
    request = replace(claimed.request, deadline=min(claimed.request.deadline, left))
    finding = settle(claimed, claimed.fault or kit().http.send(request), moment())
    if finding is None:
        return _standing(tenant_id, delivery_id)
    if finding.frees_the_lead:
        distribution.route(tenant_id, claimed.lead_id, now=moment())
    return Handed(finding.state, finding.outcome, finding.reason.code if finding.reason else None)


def replay(actor: Actor, delivery_id: UUID, *, now: datetime) -> None:
    """Send a delivery once more, to the same buyer with the same id: staff ask for any, a buyer for its own.

    Raises NoSuchThing, and Refused for one that is not over or whose sale no longer stands.
    """
    state = _state_of(actor, delivery_id)
    if state not in {DeliveryState.UNKNOWN, DeliveryState.FAILED}:
        raise Refused(f"A delivery that is {state} cannot be sent again.")
    if not _taken_up(actor.tenant_id, delivery_id, state, now):
        raise Refused("The sale behind this delivery no longer stands, so the lead must not be sent.")
    audit.record(actor, "delivery.replayed", ("delivery", delivery_id), now=now, before={"state": state})
    ring_after_commit(DELIVERIES, actor.tenant_id)


def decide_unknown(actor: Actor, delivery_id: UUID, taken: bool, now: datetime) -> None:  # noqa: FBT001 - the answer
    """A person says how a delivery ended whose answer was lost: the buyer took the lead, or did not.

    Taken, the sale stands. Not taken, the sale is undone and the lead goes to the next in line, once the caller
    has committed. Raises NotAllowed, NoSuchThing, and Refused for a delivery that is not unknown or whose sale
    ended some other way.
    """
    only_staff(actor)
    state = _state_of(actor, delivery_id)
    if state is not DeliveryState.UNKNOWN:
        raise Refused(f"A delivery that is {state} needs nobody to say how it ended.")
    ended = DeliveryState.DELIVERED if taken else DeliveryState.DECLINED
    sale_id = _decided(actor.tenant_id, delivery_id, ended, now)
    if sale_id is None:
        raise Refused("This delivery, or the sale behind it, has gone on meanwhile.")
    if taken:
        sales.accept(actor.tenant_id, sale_id, reference=None, now=now)
    else:
        sales.release(actor.tenant_id, sale_id, reason=reasons.DECLINED, now=now)
        ring_after_commit(ROUTING, actor.tenant_id)
    was, is_ = {"state": str(state)}, {"state": str(ended)}
    audit.record(actor, "delivery.decided", ("delivery", delivery_id), now=now, before=was, after=is_)


def _decided(tenant_id: UUID, delivery_id: UUID, ended: DeliveryState, now: datetime) -> UUID | None:
    """Its sale, if it still was unknown and the sale still open; a worker or another person may have been quicker."""
    rows = Delivery.__table__
    is_open = (
        select(Sale.id)
        .where(Sale.tenant_id == tenant_id, Sale.id == rows.c.sale_id)
        .where(Sale.state.in_([str(state) for state in before(SaleState, SaleState.SOLD)]))
        .exists()
    )
    sale_id: UUID | None = db.session.connection().scalar(
        update(rows)  # type: ignore[arg-type]
        .where(rows.c.tenant_id == tenant_id, rows.c.id == delivery_id)
        .where(rows.c.state == str(DeliveryState.UNKNOWN), is_open)
        .values(
            state=move(DeliveryState, "unknown", ended),
            done_at=now,
            reason=None if ended is DeliveryState.DELIVERED else reasons.DECLINED.code,
        )
        .returning(rows.c.sale_id)
    )
    return sale_id


def _state_of(actor: Actor, delivery_id: UUID) -> DeliveryState:
    row = db.session.execute(
        select(Delivery.state, Delivery.buyer_id).where(
            Delivery.tenant_id == actor.tenant_id, Delivery.id == delivery_id
        )
    ).one_or_none()
    if row is None or not actor.may_see(row.buyer_id):
        raise NoSuchThing(str(delivery_id))
    return DeliveryState(row.state)


def _taken_up(tenant_id: UUID, delivery_id: UUID, old: DeliveryState, now: datetime) -> bool:
    """Back to pending, if it still is what it was and its sale still holds the seat."""
    rows = Delivery.__table__
    stands = (
        select(Sale.id)
        .where(Sale.tenant_id == tenant_id, Sale.id == rows.c.sale_id)
        .where(Sale.state.in_([str(state) for state in SEAT_TAKEN]))
        .exists()
    )
    done = db.session.connection().execute(
        update(rows)  # type: ignore[arg-type]
        .where(rows.c.tenant_id == tenant_id, rows.c.id == delivery_id, rows.c.state == old, stands)
        .values(state=move(DeliveryState, old, DeliveryState.PENDING), next_at=now, done_at=None, reason=None)
    )
    return bool(done.rowcount == 1)


def _settle_one(claimed: Claimed, result: Result, now: datetime) -> bool:
    """Settle one of many; whether it was ours to settle.

    What fails here keeps its lease until that runs out, and the others go on.
    """
    try:
        finding = settle(claimed, result, now)
        _log(claimed, finding)
        if finding is not None and finding.frees_the_lead:
            distribution.route(claimed.tenant_id, claimed.lead_id, now=now)
        return finding is not None
    except Exception as error:  # noqa: BLE001 - one faulty row must not stop the drain
        rollback()
        get().error(
            "delivery_not_settled",
            delivery_id=str(claimed.id),
            error_class=type(error).__name__,
            error_place=place_of(error),
        )
        return False


def _log(claimed: Claimed, finding: Finding | None) -> None:
    get().info(
        "delivery_tried",
        delivery_id=str(claimed.id),
        lead_id=str(claimed.lead_id),
        sale_id=str(claimed.sale_id),
        attempt=claimed.attempt,
        outcome=finding.outcome if finding else "fenced",
        state=str(finding.state) if finding else None,
    )


def _watched(tenant_id: UUID, delivery_id: UUID, until: float) -> Handed:
    """Wait for the worker that has it, as long as there is time."""
    while True:
        handed = _standing(tenant_id, delivery_id)
        if handed.state is not DeliveryState.SENDING or clock.tick() + PEEK >= until:
            return handed
        clock.pause(PEEK)


def _standing(tenant_id: UUID, delivery_id: UUID) -> Handed:
    with read_only():
        row = db.session.execute(
            select(Delivery.state, Delivery.reason).where(Delivery.tenant_id == tenant_id, Delivery.id == delivery_id)
        ).one_or_none()
    if row is None:
        raise NoSuchThing(str(delivery_id))
    return Handed(DeliveryState(row.state), "", row.reason)
