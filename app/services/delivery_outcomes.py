"""What a try to hand a lead over came to: judged, and written down by whoever still holds the lease.

| what came back | attempt | delivery | sale |
| --- | --- | --- | --- |
| the buyer takes it | delivered | delivered | sold |
| the buyer refuses it, or knows the person | declined, duplicate | declined | released, next in line |
| "known already" after an answer that was lost | duplicate | unknown | unknown: it may be our own lead that it knows |
| an error before or instead of a verdict | error | pending, and failed at the end | released at the end, next in line |
| the same after an answer that was lost | error | pending, and unknown at the end | unknown |
| the answer was lost, or could not be read | lost | pending, and unknown at the end | unknown |
| an address or setup that can never work | error | failed at once | released, next in line |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, update

from app.adapters.buyers import FORMATS
from app.adapters.buyers.base import Reading, Verdict
from app.db import db
from app.domain import reasons
from app.domain.reasons import Reason
from app.domain.retry import DELIVERY, next_delay, parse_retry_after
from app.domain.states import DeliveryState, SaleState, move
from app.gateways.http_client import Answer, Failure, FailureKind, Result
from app.gateways.kit import kit
from app.models.deliveries import Delivery, DeliveryAttempt
from app.services import sales
from app.services.delivery_claims import LOST, Claimed
from app.services.in_flight import SENDING
from app.services.transcripts import transcript
from app.transaction import after_commit, commit, retried, rollback

_ROWS: Any = Delivery.__table__
_ATTEMPTS: Any = DeliveryAttempt.__table__


@dataclass(frozen=True, slots=True)
class Finding:
    """One try, judged. ``retry_in`` is set when the same buyer is asked again; ``reason`` when it ended badly."""

    outcome: str
    state: DeliveryState
    reason: Reason | None = None
    retry_in: timedelta | None = None
    reference: str | None = None
    said: str = ""

    @property
    def frees_the_lead(self) -> bool:
        """Whether the sale is over and the next in line may have the lead."""
        return self.state in {DeliveryState.DECLINED, DeliveryState.FAILED}


def judge(claimed: Claimed, result: Result, now: datetime) -> Finding:
    """What a result means for this delivery."""
    if isinstance(result, Failure):
        return _failed(claimed, result)
    reading = FORMATS[claimed.format].read_post(result, claimed.answer_rules)
    match reading.verdict:
        case Verdict.ACCEPTED:
            return Finding("delivered", DeliveryState.DELIVERED, reference=reading.reference, said=reading.reason)
        case Verdict.REJECTED:
            return Finding("declined", DeliveryState.DECLINED, reasons.DECLINED, said=reading.reason)
        case Verdict.DUPLICATE:
            return _known(claimed, reading)
        case Verdict.ERROR:
            outcome = LOST if reading.is_ambiguous else "error"
            asked = parse_retry_after(result.headers.get("retry-after"), now)
            return _again(claimed, outcome, reading.reason, asked)


def settle(claimed: Claimed, result: Result, now: datetime) -> Finding | None:
    """Write the outcome and move the sale, in one transaction. Commits.

    None when the lease went to somebody else meanwhile: then nothing at all is written.
    """
    finding = judge(claimed, result, now)
    return finding if retried(lambda: _write(claimed, result, finding, now)) else None


def _failed(claimed: Claimed, failure: Failure) -> Finding:
    if failure.request_sent:
        return _again(claimed, LOST, failure.detail)
    if failure.kind.is_permanent:
        blocked = failure.kind is FailureKind.BLOCKED_ADDRESS
        reason = reasons.DELIVERY_BLOCKED if blocked else reasons.DELIVERY_FAILED
        return _ended(claimed, "error", failure.detail, reason)
    return _again(claimed, "error", failure.detail)


def _known(claimed: Claimed, reading: Reading) -> Finding:
    if claimed.may_have_it:
        return Finding("duplicate", DeliveryState.UNKNOWN, reasons.DELIVERY_UNKNOWN, said=reading.reason)
    return Finding("duplicate", DeliveryState.DECLINED, reasons.DECLINED_DUPLICATE, said=reading.reason)


def _again(claimed: Claimed, outcome: str, said: str, asked: timedelta | None = None) -> Finding:
    """The same buyer, the same id, later; or the end when the tries are used up.

    A replay by a person goes on counting, so tries are counted in rounds of the policy's length.
    """
    made = (claimed.attempt - 1) % DELIVERY.attempts + 1
    delay = next_delay(DELIVERY, made, kit().rng, asked)
    if delay is None:
        return _ended(claimed, outcome, said, reasons.DELIVERY_FAILED)
    return Finding(outcome, DeliveryState.PENDING, retry_in=delay, said=said)


def _ended(claimed: Claimed, outcome: str, said: str, reason: Reason) -> Finding:
    """No more tries. Where any of them may have reached the buyer, only a person may say how it ended."""
    if outcome == LOST or claimed.may_have_it:
        return Finding(outcome, DeliveryState.UNKNOWN, reasons.DELIVERY_UNKNOWN, said=said)
    return Finding(outcome, DeliveryState.FAILED, reason, said=said)


def _write(claimed: Claimed, result: Result, finding: Finding, now: datetime) -> bool:
    if not _finalise(claimed, finding, now):
        rollback()
        return False
    _close_attempt(claimed, result, finding, now)
    _move_sale(claimed, finding, now)
    shown = {"lead_id": claimed.lead_id, "delivery_id": claimed.id, "state": str(finding.state)}
    after_commit(lambda: kit().feed.publish(claimed.tenant_id, "delivery", shown))
    commit()
    return True


_FINALISE = (
    update(_ROWS)
    .where(_ROWS.c.tenant_id == bindparam("tenant"), _ROWS.c.id == bindparam("delivery"))
    .where(_ROWS.c.state == SENDING, _ROWS.c.lease_token == bindparam("token"))
    .values(
        state=bindparam("to_state"),
        reason=bindparam("why"),
        done_at=bindparam("done"),
        # Inside coalesce it has no type of its own: SQLite would keep it in another spelling than it compares with.
        next_at=func.coalesce(bindparam("again", type_=_ROWS.c.next_at.type), _ROWS.c.next_at),
        lease_token=None,
        lease_until=None,
    )
)


def _finalise(claimed: Claimed, finding: Finding, now: datetime) -> bool:
    """The fence: only the holder of the token may write, and it writes once."""
    done = db.session.connection().execute(
        _FINALISE,
        {
            "tenant": claimed.tenant_id,
            "delivery": claimed.id,
            "token": claimed.token,
            "to_state": move(DeliveryState, "sending", finding.state),
            "why": finding.reason.code if finding.reason else None,
            "done": now if finding.retry_in is None else None,
            "again": None if finding.retry_in is None else now + finding.retry_in,
        },
    )
    return bool(done.rowcount == 1)


_CLOSE = (
    update(_ATTEMPTS)
    .where(_ATTEMPTS.c.tenant_id == bindparam("tenant"), _ATTEMPTS.c.id == bindparam("attempt_row"))
    .values(
        ended_at=bindparam("at"),
        outcome=bindparam("came_to"),
        status=bindparam("answered"),
        error=bindparam("fault"),
        took_ms=bindparam("took"),
        peer=bindparam("who"),
        response=bindparam("head"),
        response_body=bindparam("body"),
    )
)


def _close_attempt(claimed: Claimed, result: Result, finding: Finding, now: datetime) -> None:
    head, body = transcript(result, claimed.secrets)
    answer = result if isinstance(result, Answer) else None
    db.session.connection().execute(
        _CLOSE,
        {
            "tenant": claimed.tenant_id,
            "attempt_row": claimed.attempt_id,
            "at": now,
            "came_to": finding.outcome,
            "answered": answer.status if answer else None,
            "fault": _error(result, finding),
            "took": round(result.took.total_seconds() * 1000),
            "who": (answer.peer or None) if answer else None,
            "head": head,
            "body": body,
        },
    )


def _error(result: Result, finding: Finding) -> str | None:
    """For the log: the class of the failure, or what the answer said when it was no acceptance."""
    if isinstance(result, Failure):
        return f"{result.kind.shown}: {result.detail}"
    return finding.said or None if finding.state is not DeliveryState.DELIVERED else None


def _move_sale(claimed: Claimed, finding: Finding, now: datetime) -> None:
    tenant_id, sale_id = claimed.tenant_id, claimed.sale_id
    match finding.state:
        case DeliveryState.DELIVERED:
            sales.accept(tenant_id, sale_id, reference=finding.reference, now=now)
        case DeliveryState.DECLINED | DeliveryState.FAILED:
            sales.release(tenant_id, sale_id, reason=finding.reason or reasons.DELIVERY_FAILED, now=now)
        case _ if finding.outcome == LOST or claimed.may_have_it:
            sales.mark(tenant_id, sale_id, SaleState.UNKNOWN, now=now)
