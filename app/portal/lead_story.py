"""A lead's page as a story: the answer in one line, then what happened, step by step.

Pure: from the frozen page that a query read to what the template prints.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.actor import Role
from app.domain.reasons import SCHEMA_VALIDATION_FAILED
from app.domain.states import SEAT_TAKEN, LeadState, SaleState
from app.portal import wording, words
from app.portal.words import Status
from app.queries.deliveries import DeliveryPage, Exchange
from app.queries.lead_facts import LeadFacts
from app.queries.lead_page import LeadPage, Round, SaleFacts

KEPT = frozenset({*SEAT_TAKEN, SaleState.RETURNED})
VERBS = {"delivered": "delivered", "declined": "declined", "duplicate": "declined", "lost": "lost"}
REPEATS = "duplicate:"
SAME = {"email": "e-mail", "phone": "telephone number"}
CONSENT_AGE_TOLD_FROM = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the lead: a word with its tone, a sentence, and the figures behind it."""

    status: Status
    sentence: str
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a lead was refused, beyond the sentence that stands on top: its code, and the particulars.

    ``same``: in what it repeats the lead ``LeadFacts.first``, ``before``: how long before that came. ``faults``: what
    each is about (a field in words, or nothing) and what is wrong.
    """

    code: str
    same: str = ""
    before: str = ""
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. ``after_ms``: since the lead came in; None where no moment was kept.

    ``kind`` chooses how ``item`` is printed: received, checked, routed, owed, tried, told.
    """

    kind: str
    word: str
    after_ms: float | None
    item: Any = None
    at: datetime | None = None


def answer(found: LeadPage, role: Role) -> Answer:
    """The line that stands on top of everything."""
    live = [sale for sale in found.sales if sale.state in KEPT]
    if live:
        return _sold(found, live, role)
    status = words.status("lead", found.lead.state)
    figures = _decided(found)
    reason = found.lead.reason
    if reason is not None:
        return Answer(status, f"{status.word}. {reason.sentence}", figures)
    return Answer(status, _open_sentence(found.lead.state), figures)


def _open_sentence(state: str) -> str:
    return {
        LeadState.RECEIVED: "Received; being routed now.",
        LeadState.QUEUED: "Queued; a worker routes it in a moment.",
        LeadState.HELD: "Held for a person to look at.",
        LeadState.LISTED: "On the board, open for buyers to pick.",
        LeadState.UNSOLD: "Unsold.",
        LeadState.REJECTED: "Rejected.",
    }.get(LeadState(state), "Sold.")


def _sold(found: LeadPage, sales: list[SaleFacts], role: Role) -> Answer:
    sale = sales[0]
    status = words.status("lead", "sold") if len(sales) > 1 else words.status("sale", sale.state)
    sold_at = [one.sold_at for one in sales if one.sold_at]
    ended = max((*sold_at, found.lead.decided_at or sold_at[0])) if sold_at else None
    took = _took_each(found, ended)
    if role is Role.PUBLISHER:
        payout = wording.money(sum(one.payout or 0 for one in sales), sale.currency)
        return Answer(status, f"{status.word}. You are paid {payout}.", took)
    price = wording.money(sum(one.price or 0 for one in sales), sale.currency)
    if role is Role.BUYER:
        return Answer(status, f"Bought for {price} by {sale.contract}", took)
    payout = wording.money(sum(one.payout or 0 for one in sales), sale.currency)
    return Answer(status, _to_whom(sales, price), (*took, f"publisher paid {payout}"))


def _to_whom(sales: list[SaleFacts], price: str) -> str:
    if len(sales) > 1:
        return f"Sold to {len(sales)} buyers for {price} together"
    sale = sales[0]
    pattern = {
        SaleState.SOLD: "Sold to {buyer} for {price}",
        SaleState.RETURNED: "Sold to {buyer} for {price} and returned",
        SaleState.UNKNOWN: "Sent to {buyer} for {price}, the answer was lost; a person must settle it",
    }.get(SaleState(sale.state), "Bought by {buyer} for {price}; being handed over")
    return pattern.format(buyer=sale.buyer, price=price)


def steps(found: LeadPage) -> tuple[Step, ...]:
    """Everything that happened, in order; what has no moment of its own keeps its place."""
    lead = found.lead
    head = (
        Step("received", "received", 0.0, lead, lead.received_at),
        Step("checked", "checked", None, _checks(found), lead.received_at),
    )
    rounds = (
        Step(
            "routed", "routed", _since(found, one.started_at + timedelta(microseconds=one.took_us)), one, one.started_at
        )
        for one in found.rounds
    )
    deliveries = (step for delivery in found.deliveries for step in _delivery(found, delivery))
    told = (
        Step("told", "told", _since(found, (one.row.done_at or one.row.created_at)), one, one.row.created_at)
        for one in found.messages
    )
    later = sorted((*rounds, *deliveries, *told), key=lambda step: step.at or lead.received_at)
    return (*head, *later)


def _ended(one: Round) -> datetime:
    return one.started_at + timedelta(microseconds=one.took_us)


def _delivery(found: LeadPage, delivery: DeliveryPage) -> Iterator[Step]:
    for tried in delivery.attempts:
        ended = tried.ended_at or tried.started_at
        yield Step("tried", _verb(tried), _since(found, ended), (delivery.row, tried), tried.started_at)
    if not delivery.attempts:
        yield Step("owed", "owed", _since(found, delivery.row.created_at), delivery.row, delivery.row.created_at)


def _verb(tried: Exchange) -> str:
    return VERBS.get(tried.outcome or "", "tried")


def _checks(found: LeadPage) -> tuple[str, ...]:
    """What the checks found, as clauses of one sentence."""
    lead = found.lead
    clauses = [wording.counted(len(lead.fields), "field")]
    if age := _consent_age(lead.fields.get("consent_at"), lead.received_at):
        clauses.append(f"consent {age}")
    if lead.state != LeadState.REJECTED:
        clauses.append("not seen before")
    if lead.score is not None and not lead.score_parts:  # else it heads its parts
        clauses.append(score(lead))
    return tuple(clauses)


def score(lead: LeadFacts) -> str:
    """Such as "score 60 warm"."""
    return f"score {lead.score} {lead.tier or ''}".strip()


def refusal(lead: LeadFacts) -> Refusal | None:
    """What there is to say about a refused lead; None for every other."""
    if lead.reason is None or lead.state != LeadState.REJECTED:
        return None
    kinds = [name.removeprefix(REPEATS) for name, _ in lead.problems if name.startswith(REPEATS)]
    faults = tuple(
        (_fault_of(lead, name), sentence) for name, sentence in lead.problems if not name.startswith(REPEATS)
    )
    same = " and ".join(SAME.get(kind, words.label(kind).lower()) for kind in kinds[0].split("+")) if kinds else ""
    before = _before(lead.received_at - lead.first.received_at) if lead.first else ""
    return Refusal(lead.reason.code, same, before, faults)


def _fault_of(lead: LeadFacts, name: str) -> str:
    """What a fault is about; nothing where that is a list or a rule, which the sentence names."""
    is_field = lead.reason is not None and lead.reason.code == SCHEMA_VALIDATION_FAILED.code
    return (lead.labels.get(name) or words.label(name)) if is_field else ""


def _before(age: timedelta) -> str:
    """Such as "3 minutes before"."""
    units = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))
    for unit, word in units:
        if age >= unit:
            return f"{wording.counted(age // unit, word)} before"
    return f"{wording.counted(max(0, age // timedelta(seconds=1)), 'second')} before"


def _consent_age(given: Any, received: datetime) -> str:
    try:
        at = datetime.fromisoformat(str(given))
    except ValueError:
        return ""
    if at.tzinfo is None:
        return ""
    age = received - at
    if age < timedelta(hours=1):
        return "just given"
    return f"{age // timedelta(hours=1)} hours old" if age < CONSENT_AGE_TOLD_FROM else f"{age.days} days old"


def _since(found: LeadPage, at: datetime) -> float:
    return max(0.0, (at - found.lead.received_at) / timedelta(milliseconds=1))


def _took_each(found: LeadPage, ended: datetime | None) -> tuple[str, ...]:
    """How long the decision took, as the lists say it, and how long it was until the buyer had the lead."""
    decided = found.lead.decided_at
    if ended is None or (decided and ended <= decided):
        return _decided(found)
    verb = "delivered" if found.deliveries else "sold"
    return (*_decided(found), f"{verb} in {wording.between(found.lead.received_at, ended)}")


def _decided(found: LeadPage) -> tuple[str, ...]:
    decided = found.lead.decided_at
    return (f"decided in {wording.between(found.lead.received_at, decided)}",) if decided else ()
